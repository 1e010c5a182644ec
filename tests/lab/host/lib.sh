# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the scripts share that run inside a guest, where the guest is the host: root, cgroup v2, two nodes, swap.
set -u
here=$(dirname "$0")
memrig=$here/../../../memrig
export MEMRIG_STATE=/data/state MEMRIG_STORE=/data/store MEMRIG_DATA=$here TMPDIR=/data HOME=/data
failures=0 checks=0
cd /data || exit 1
mount -t cgroup2 none /sys/fs/cgroup || exit 1
# The driver is in a group of its own, memrig in one that it may have to itself.
mkdir -p /sys/fs/cgroup/driver /sys/fs/cgroup/host
echo $$ >/sys/fs/cgroup/driver/cgroup.procs

# memrig, in its group; become_host in place of the shell
become_host() { exec sh -c 'echo $$ >/sys/fs/cgroup/host/cgroup.procs; exec "$@"' sh "$memrig" "$@"; }
as_host() { (become_host "$@"); }

# same WHAT ACTUAL EXPECTED
same() {
	checks=$((checks + 1))
	[ "$2" = "$3" ] && return
	failures=$((failures + 1))
	echo "FAILED: $1: is '$2', expected '$3'"
}

settings="/proc/sys/vm/swappiness /proc/sys/vm/min_free_kbytes /proc/sys/vm/dirty_bytes /proc/sys/vm/dirty_ratio
 /proc/sys/vm/zone_reclaim_mode /proc/sys/vm/watermark_boost_factor /sys/kernel/mm/transparent_hugepage/enabled"

# Everything that a run may leave behind, as text.
state() {
	for file in $settings; do echo "$file $(cat "$file")"; done
	find /sys/fs/cgroup -name 'memrig-*'
	find /data -name 'memrig-*'
	ls /data/state 2>/dev/null | grep journal
	cat /proc/swaps
	for pid in /proc/[0-9]*; do
		# Orphans that have ended are not reaped here: the guest's first process has a cell of its own to look after.
		case "$(cat "$pid/stat" 2>/dev/null)" in
		*") Z "*) ;;
		*"(memrig"* | *"(db.0)"*) cat "$pid/stat" ;;
		esac
	done
	cut -d ' ' -f 2,3 /proc/mounts
}

# The used part of the swap area differs from moment to moment.
clean_state() { state | sed 's/^\(\/dev[^ ]* *[a-z]* *[0-9]*\).*/\1/'; }

finish() { echo "checks $checks failed $failures"; [ $failures -eq 0 ]; exit; }
