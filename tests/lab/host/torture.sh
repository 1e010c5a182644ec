#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# torture.sh COUNT SEED: runs that are killed at random moments, by SIGKILL: the runner, its child that executes the cell, a
# workload, the guardian, runner and guardian together, or all of them. Every other run has a swap file of its own. Afterwards everything is as it was, at once or after the next start of memrig.
. "$(dirname "$0")/lib.sh"
count=$1 seed=$2
random=$seed

# roll N: $rolled is 0 to N-1. The minimal standard generator's multiplier.
roll() { random=$((random * 48271 % 2147483647)); rolled=$((random / 1000 % $1)); }

# With the guardian gone too, the group that memrig had moved itself to is the service manager's to remove.
trim() { [ "$who" -lt 4 ] || rmdir /sys/fs/cgroup/scope-*/memrig-runner-* 2>/dev/null; }

who=0
before=$(state)
for i in $(seq "$count"); do
	start=$random
	own=
	[ $((i % 2)) = 0 ] || own="--swap 32M"
	# shellcheck disable=SC2086
	become_host $short_run $own >out 2>err &
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
	settle 20
	# Nobody was left to undo it: the next start does.
	if [ $who -ge 4 ] && [ "$(state)" != "$before" ]; then
		restored=$((restored + 1))
		as_host restore >out 2>err
		# shellcheck disable=SC2086
		as_host $short_run >out 2>err
		settle 20
	fi
	same "run $i of seed $seed (random $start, killed $who)" "$(state)" "$before"
	rm -rf /data/store
done
finish
