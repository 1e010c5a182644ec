#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A swap file for a run on the host: cells swap to it, and nothing is left of it, whatever dies. The host's own swap stays.
. "$(dirname "$0")/lib.sh"

# shellcheck disable=SC2086
host_run() { become_host $short_run --swap 64M "$@"; }
# With the guardian gone too, the group that memrig had moved itself to is the service manager's to remove.
trim() { rmdir /sys/fs/cgroup/scope-*/memrig-runner-* 2>/dev/null; }
is_on() { grep -q '^/data/memrig-swap-' /proc/swaps; }

before=$(state)
(host_run --dry-run) >out 2>err
same "exit code of a dry run" $? 0
grep -qF "swap   /data/memrig-swap-PID-RANDOM, 64" out; same "a dry run lists the swap file" $? 0
same "state after a dry run" "$(state)" "$before"

(host_run --data-dir /dev --dry-run) >out 2>err
same "exit code where no swap file can be" $? 77
grep -q "does not allow swap files" err; same "it says why" $? 0
(host_run --swap 64G) >out 2>err
same "exit code where it has no room" $? 77
same "state after what was refused" "$(state)" "$before"

host_run >out 2>err &
pid=$!
used=0 first=
while kill -0 $pid 2>/dev/null; do
	while read -r path _ _ now priority; do
		case $path in /data/memrig-swap-*) [ "$now" -le "$used" ] || used=$now; first=$priority ;; esac
	done </proc/swaps
	sleep 0.05
done
wait $pid
same "exit code of a run" $? 0
cat err
checks=$((checks + 1))
[ "$used" -ge 1024 ] || { failures=$((failures + 1)); echo "FAILED: its own swap held at most $used KiB, expected 1024 or more"; }
same "its priority" "$first" 32767
same "state after a run" "$(state)" "$before"

# The guardian takes it off; with the guardian gone too, the next start does.
for who in runner both; do
	host_run >out 2>err &
	runner=$!
	until is_on || ! kill -0 $runner 2>/dev/null; do sleep 0.02; done
	victims=$runner
	[ $who != both ] || victims="$(pids_of memrig-guardian) $runner"
	# shellcheck disable=SC2086
	kill -KILL $victims
	wait $runner
	if [ $who = both ]; then
		trim
		as_host restore >out 2>err
		same "exit code of restore" $? 0
		grep -q "/data/memrig-swap-.* removed" out; same "restore names the swap file" $? 0
	fi
	settle 30
	same "state after $who was killed" "$(state)" "$before"
done
finish
