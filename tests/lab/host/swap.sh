#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A swap file for a run on the host: cells swap to it, and nothing is left of it, whatever dies. The host's own swap stays.
. "$(dirname "$0")/lib.sh"

host_run() { become_host run "$here/short.json" -p "$here/profile.json" --place host --keep 64M --swap 64M -q "$@"; }
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
	pid=$!
	until is_on || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
	if [ $who = both ]; then
		for stat in /proc/[0-9]*/stat; do
			read -r number line 2>/dev/null <"$stat" || continue
			case "$line" in "(memrig-guardian) Z "*) ;; "(memrig-guardian)"*) kill -KILL "$number" ;; esac
		done
	fi
	kill -KILL $pid
	wait $pid
	if [ $who = both ]; then
		rmdir /sys/fs/cgroup/scope-*/memrig-runner-* 2>/dev/null
		as_host restore >out 2>err
		same "exit code of restore" $? 0
		grep -q "/data/memrig-swap-.* removed" out; same "restore names the swap file" $? 0
	fi
	tries=0
	while [ "$(state)" != "$before" ] && [ $tries -lt 30 ]; do
		tries=$((tries + 1))
		rmdir /sys/fs/cgroup/scope-*/memrig-runner-* 2>/dev/null
		sleep 0.1
	done
	same "state after $who was killed" "$(state)" "$before"
done
finish
