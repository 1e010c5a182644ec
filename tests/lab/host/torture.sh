#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# torture.sh COUNT SEED: runs that are killed at random moments, by SIGKILL: the runner, its child that executes the cell, a
# workload, the guardian, runner and guardian together, or all of them. Every other run has a swap file of its own. Afterwards everything is as it was, at once or after the next start of memrig.
. "$(dirname "$0")/lib.sh"
count=$1 seed=$2
random=$seed

# roll N: $rolled is 0 to N-1. The minimal standard generator's multiplier.
roll() { random=$((random * 48271 % 2147483647)); rolled=$((random / 1000 % $1)); }

# The processes of that name, zombies left out.
pids_of() {
	for stat in /proc/[0-9]*/stat; do
		read -r pid line 2>/dev/null <"$stat" || continue
		case "$line" in "($1) Z "*) ;; "($1) "*) echo "$pid" ;; esac
	done
}

# With the guardian gone too, the group that memrig had moved itself to is the service manager's to remove.
trim() { [ $who -lt 4 ] || rmdir /sys/fs/cgroup/scope-*/memrig-runner-* 2>/dev/null; }

# Waits, by looking, until everything is as it was; at most two seconds.
settle() {
	tries=0
	trim
	while [ "$(state)" != "$before" ] && [ $tries -lt 20 ]; do tries=$((tries + 1)); sleep 0.1; trim; done
}

before=$(state)
for i in $(seq "$count"); do
	start=$random
	own=
	[ $((i % 2)) = 0 ] || own="--swap 32M"
	# shellcheck disable=SC2086
	become_host run "$here/short.json" -p "$here/profile.json" --place host --keep 64M $own -q >out 2>err &
	runner=$!
	roll 1500
	sleep "$((rolled / 1000)).$(printf %03d $((rolled % 1000)))"
	roll 6
	who=$rolled
	case $who in
	0) victims=$runner ;;
	1) victims=$(pids_of memrig-cell) ;;
	2) victims=$(pids_of db.0) ;;
	3) victims=$(pids_of memrig-guardian) ;;
	4) victims="$(pids_of memrig-guardian) $runner" ;;
	5) victims="$(pids_of memrig-guardian) $runner $(pids_of memrig-cell) $(pids_of db.0)" ;;
	esac
	# shellcheck disable=SC2086
	[ -z "$(printf %s $victims)" ] || ! kill -KILL $victims 2>/dev/null || killed=$((killed + 1))
	wait $runner
	settle
	# Nobody was left to undo it: the next start does.
	if [ $who -ge 4 ] && [ "$(state)" != "$before" ]; then
		restored=$((restored + 1))
		as_host restore >out 2>err
		as_host run "$here/short.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err
		settle
	fi
	same "run $i of seed $seed (random $start, killed $who)" "$(state)" "$before"
	rm -rf /data/store
done
finish
