# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
# $short_run is theirs, $before and $fault are from them.
# What the scripts share that run inside a guest, where the guest is the host: root, cgroup v2, two nodes, swap.
set -u
here=$(dirname "$0")
memrig=$here/../../../memrig
export MEMRIG_STATE=/data/state MEMRIG_STORE=/data/store MEMRIG_DATA="$here" TMPDIR=/data HOME=/data
failures=0 checks=0 killed=0 restored=0 in_all=0
cd /data || exit 1
mount -t cgroup2 none /sys/fs/cgroup || exit 1
# The driver is in a group of its own, memrig in one that it may have to itself.
mkdir -p /sys/fs/cgroup/driver
echo $$ >/sys/fs/cgroup/driver/cgroup.procs

# memrig, in a group made for it, as a service manager does; become_host in place of the shell
preload=
become_host() {
	exec sh -c 'mkdir /sys/fs/cgroup/scope-$$ && echo $$ >/sys/fs/cgroup/scope-$$/cgroup.procs
		preload=$1; shift; [ -z "$preload" ] || export LD_PRELOAD="$preload"; exec "$@"' sh "$preload" "$memrig" "$@"
}
as_host() { (become_host "$@"); }
# With $fault, the library that makes a call fail as FAULT_* say: memrig's own calls, not those of the shells.
as_faulty() { (preload=$fault; become_host "$@"); }

# The short run that most of these scripts are about.
short_run="run $here/short.json -p $here/profile.json --place host --keep 64M -q"

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

# What a script knows to be no leftover of memrig's: removed while it settles.
trim() { :; }

# settle [TENTHS]: waits, by looking, until everything is as it was; 1.5 s at most, or so long
settle() {
	tries=${1:-15}
	trim
	while [ "$(state)" != "$before" ] && [ "$tries" -gt 0 ]; do tries=$((tries - 1)); sleep 0.1; trim; done
}

# The processes of that name, zombies left out.
pids_of() {
	for stat in /proc/[0-9]*/stat; do
		read -r pid line 2>/dev/null <"$stat" || continue
		case "$line" in "($1) Z "*) ;; "($1) "*) echo "$pid" ;; esac
	done
}

# each_call WHICH SEED FUNCTION: for calls that /data/counts has (FAULT_COUNT), FUNCTION KIND AT OF TURN. WHICH: all; 2/8, the second of
# eight parts of all; or so many of them, evenly spread from one that SEED picks.
each_call() {
	total=0 turn=$2
	while read -r _ n; do total=$((total + n)); done </data/counts
	in_all=$((in_all + total))
	case $1 in
	all) step=1 at=0 ;;
	*/*) step=${1#*/} at=$((${1%/*} - 1)) ;;
	*) step=$((total / $1 + 1)) at=$(($2 % (total / $1 + 1))) ;;
	esac
	while read -r kind n; do
		while [ $at -lt "$n" ]; do
			turn=$((turn + 1))
			"$3" "$kind" $((at + 1)) "$n" $turn
			at=$((at + step))
		done
		at=$((at - n))
	done </data/counts
}

# An error for each turn.
errno_of() { case $(($1 % 5)) in 0) echo 5 ;; 1) echo 28 ;; 2) echo 13 ;; 3) echo 12 ;; 4) echo 16 ;; esac; }

finish() { echo "checks $checks calls $in_all failed $failures killed $killed restored $restored"; [ $failures -eq 0 ]; exit; }
