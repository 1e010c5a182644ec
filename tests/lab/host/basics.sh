#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A run on the host: it works, and nothing is left changed, also after each signal.
. "$(dirname "$0")/lib.sh"

before=$(state)
as_host run "$here/bounded.json" -p "$here/profile.json" --place host --keep 64M -q >out 2>err
same "exit code of a run" $? 0
cat err
grep -c "vm.swappiness" out >/dev/null || true
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
	esac
	tries=0
	while [ "$(state)" != "$before" ] && [ $tries -lt 20 ]; do tries=$((tries + 1)); sleep 0.1; done
	same "state after SIG$signal" "$(state)" "$before"
done
echo "killed 5"
finish
