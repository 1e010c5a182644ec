#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A run on the host: it works, and nothing is left changed, also after each signal.
. "$(dirname "$0")/lib.sh"

before=$(state)
as_host run "$here/program.json" -p "$here/profile.json" --place host --keep 64M --data-dir /data --dry-run >out 2>err
same "exit code of a dry run" $? 0
for part in "/data/state/journal" "/data/memrig-PID-" "memrig-runner-PID" "/cgroup.subtree_control = +(memory cpuset)" \
	"write  /proc/sys/vm/swappiness = 17" "start  memrig-guardian"; do
	grep -qF "$part" out; same "a dry run says $part" $? 0
done
same "state after a dry run" "$(state)" "$before"
as_host run "$here/bounded.json" -p "$here/profile.json" --place host --keep 64G --dry-run >out 2>err
same "exit code of a dry run of what would be refused" $? 77
grep -q "kept for the rest of the system" err; same "it says why" $? 0

as_host run "$here/huge.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err
same "exit code of a run with a pool of huge pages" $? 77
grep -q "pool of huge pages" err; same "it says that the pool is the machine's" $? 0

as_host run "$here/bounded.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err
same "exit code of a run" $? 0
cat err
grep -q "swapped out" out; same "the table is there" $? 0
same "state after a run" "$(state)" "$before"

as_host profile apply "$here/profile.json" >out 2>err
same "exit code of profile apply" $? 0
same "swappiness while it is applied" "$(cat /proc/sys/vm/swappiness)" 17
as_host run "$here/bounded.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err
same "exit code of a run over a profile" $? 3
grep -q "profile changed is applied" err; same "it says why" $? 0
as_host restore >out 2>err
same "exit code of restore" $? 0
same "state after restore" "$(state)" "$before"

for signal in INT TERM HUP QUIT KILL; do
	become_host run "$here/bounded.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err &
	pid=$!
	while [ "$(cat /proc/sys/vm/swappiness)" != 17 ] && kill -0 $pid 2>/dev/null; do sleep 0.05; done
	kill -$signal $pid
	wait $pid
	code=$?
	case $signal in
	INT) same "exit code after SIGINT" $code 130 ;;
	TERM) same "exit code after SIGTERM" $code 143 ;;
	HUP) same "exit code after SIGHUP" $code 129 ;;
	KILL) same "exit code after SIGKILL" $code 137 ;;
	esac
	tries=0
	while [ "$(state)" != "$before" ] && [ $tries -lt 20 ]; do tries=$((tries + 1)); sleep 0.1; done
	same "state after SIG$signal" "$(state)" "$before"
done
# Resumed with what the run was given: the default of --keep would be refused here.
become_host run "$here/bounded.json" -p "$here/profile.json" --place host --keep 64M --seeds 2 -q >out 2>err &
pid=$!
until cat /data/store/.tmp-*/cells/*/summary.json >/dev/null 2>&1 || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
until [ "$(cat /proc/sys/vm/swappiness)" = 17 ] || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -INT $pid
wait $pid
same "exit code after SIGINT in the second cell" $? 130
run=$(sed -n 's/.*memrig run --resume \(.*\) --place host$/\1/p' err)
as_host run --resume "$run" --dry-run >out 2>err
same "exit code of a dry run of what is left" $? 0
as_host run --resume "$run" --keep 64G --dry-run >out 2>err
same "exit code of the same with more to be kept" $? 77
as_host run --resume "$run" -q >out 2>err
same "exit code of the rest, where nobody says that it is for this machine" $? 2
as_host run --resume "$run" --place host -q >out 2>err
same "exit code of the rest" $? 0
cat err
same "state after the rest" "$(state)" "$before"

# A program with a directory of its own, and one that is killed while it makes what it needs.
as_host run "$here/program.json" -p "$here/profile.json" --place host --keep 64M --data-dir /data/ -q >out 2>err
same "exit code of a run with a program" $? 0
cat err
same "state after a run with a program" "$(state)" "$before"
become_host run "$here/program.json" -p "$here/profile.json" --place host --keep 64M --data-dir /data/ -q >out 2>err &
pid=$!
while ! grep -q slow /proc/[0-9]*/cmdline 2>/dev/null && kill -0 $pid 2>/dev/null; do sleep 0.05; done
kill -KILL $pid
wait $pid
tries=0
while [ "$(state)" != "$before" ] && [ $tries -lt 30 ]; do tries=$((tries + 1)); sleep 0.1; done
same "state after SIGKILL in a preparation" "$(state)" "$before"

# Controllers that were turned on for the cell are turned off after it, unless somebody's group uses them by then.
scope=$(ls -d /sys/fs/cgroup/scope-*)
same "controllers left on" "$(cat /sys/fs/cgroup/scope-*/cgroup.subtree_control | tr -d '\n')" ""
# shellcheck disable=SC2086
rmdir $scope
become_host run "$here/bounded.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err &
pid=$!
while [ "$(cat /proc/sys/vm/swappiness)" != 17 ] && kill -0 $pid 2>/dev/null; do sleep 0.05; done
scope=$(echo /sys/fs/cgroup/scope-*)
mkdir "$scope/other"
echo 64M >"$scope/other/memory.max"
wait $pid
same "exit code with somebody's group beside the cell's" $? 3
grep -q "not put back: $scope/cgroup.subtree_control" err; same "the controllers are named" $? 0
same "controllers that somebody's group uses" "$(cat "$scope/cgroup.subtree_control")" "memory"
as_host restore >out 2>err
same "exit code of restore, which leaves them" $? 3
rmdir "$scope/other"
as_host restore >out 2>err
same "exit code of restore when the group has gone" $? 0
same "controllers of nobody" "$(cat "$scope/cgroup.subtree_control")" ""
same "state after it" "$(state)" "$before"

# Somebody else's change is theirs.
become_host run "$here/bounded.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err &
pid=$!
while [ "$(cat /proc/sys/vm/swappiness)" != 17 ] && kill -0 $pid 2>/dev/null; do sleep 0.05; done
sleep 0.5
echo 33 >/proc/sys/vm/swappiness
wait $pid
same "exit code after somebody else's change" $? 3
grep -q "not put back: vm.swappiness" err; same "it is named" $? 0
same "swappiness is theirs" "$(cat /proc/sys/vm/swappiness)" 33
as_host restore >out 2>err
same "exit code of restore, which leaves it" $? 3
same "swappiness is theirs still" "$(cat /proc/sys/vm/swappiness)" 33
as_host restore --force >out 2>err
same "exit code of restore --force" $? 0
same "state after it" "$(state)" "$before"
finish
