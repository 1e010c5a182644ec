# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the scripts share that run inside a guest, where the guest is the host: root, cgroup v2, two nodes, swap.
set -u
here=$(dirname "$0")
memrig=$here/../../../memrig
export MEMRIG_STATE=/data/state MEMRIG_STORE=/data/store MEMRIG_DATA="$here" TMPDIR=/data HOME=/data
failures=0 checks=0 killed=0 restored=0
cd /data || exit 1
mount -t cgroup2 none /sys/fs/cgroup || exit 1
# The driver is in a group of its own, memrig in one that it may have to itself.
mkdir -p /sys/fs/cgroup/driver
echo $$ >/sys/fs/cgroup/driver/cgroup.procs

# memrig, in a group made for it, as a service manager does; become_host in place of the shell
become_host() {
	exec sh -c 'mkdir /sys/fs/cgroup/scope-$$ && echo $$ >/sys/fs/cgroup/scope-$$/cgroup.procs; exec "$@"' sh "$memrig" "$@"
}
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

# Everything that a run may leave behind, as text. Few processes: emulated ones are dear.
state() {
	# shellcheck disable=SC2086
	cat $settings # read would take one character of these at a time
	for left in /sys/fs/cgroup/memrig-* /sys/fs/cgroup/*/memrig-* /data/memrig-* /data/state/journal*; do
		[ ! -e "$left" ] || echo "$left"
	done
	# The used part of the swap area differs from moment to moment.
	while read -r device kind size _; do echo "$device $kind $size"; done </proc/swaps
	# Orphans that have ended are not reaped here: the guest's first process has a cell of its own to look after.
	for stat in /proc/[0-9]*/stat; do
		read -r line 2>/dev/null <"$stat" || continue
		case "$line" in
		*") Z "*) ;;
		*"(memrig"* | *"(db.0)"*) echo "$line" ;;
		esac
	done
	while read -r _ dir type _; do echo "$dir $type"; done </proc/mounts
}

finish() { echo "checks $checks failed $failures killed $killed restored $restored"; [ $failures -eq 0 ]; exit; }
