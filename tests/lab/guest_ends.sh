#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# However a guest ends, there is an outcome with its console: panic, limit, hang, kill.
. "$(dirname "$0")/lib.sh"
need_lab 6.1

cell() { get "$1" ".cells[0] | $2"; }
console() { cat "$(get "$1" .path)/cells/$(cell "$1" .id)/console.log"; }

run_json panic "$data/panic.json"
same "panic: exit code" "$code" 1
same "panic: outcome" "$(cell panic .outcome)" panicked
has "panic: the console is kept" "$(console panic)" "Kernel panic"

run_json limit "$data/endless.json"
same "limit: exit code" "$code" 0
same "limit: outcome" "$(cell limit .outcome)" timed_out
same "limit: workload" "$(cell limit '.workloads[0].outcome')" timed_out

# in_guest NAME SIGNAL: runs the endless cell and sends QEMU a signal once the cell runs.
in_guest() {
	name=$1
	"$memrig" run --json --stall 15 "$data/long.json" >"$work/$name.json" 2>"$work/$name.err" &
	pid=$!
	while ! qemu=$(pgrep -P "$pid" -f nodefaults) && kill -0 "$pid" 2>/dev/null; do :; done
	wait_runs "$qemu"
	kill "-$2" "$qemu"
	wait "$pid"
	code=$?
}
in_guest killed KILL
same "kill: exit code" "$code" 3
same "kill: outcome" "$(cell killed .outcome)" crashed
same "kill: valid" "$(cell killed .valid)" false
has "kill: the scenario is known" "$(cell killed .scenario)" long

in_guest hung STOP
same "hang: exit code" "$code" 3
same "hang: outcome" "$(cell hung .outcome)" timed_out
same "hang: valid" "$(cell hung .valid)" false
kill -KILL "$qemu" 2>/dev/null && fail "hang: QEMU was still there"
finish
