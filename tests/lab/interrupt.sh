#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A signal ends all guests, keeps the cells that had ended as a valid run, and leaves nothing
# behind; so does the death of memrig itself.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
mkdir "$work/tmp"
export TMPDIR="$work/tmp"

guests() { pgrep -P "$1" -f nodefaults; }
# Starts smoke and a cell that would take very long, one after the other, and waits for the second.
start() {
	"$memrig" run --json --jobs 1 smoke "$data/long.json" >"$work/run.json" 2>"$work/run.err" &
	pid=$!
	while [ -z "$(find "$MEMRIG_STORE" -path '*cells/smoke*' -name summary.json 2>/dev/null)" ] &&
		kill -0 "$pid" 2>/dev/null; do :; done
	while ! qemu=$(guests "$pid") && kill -0 "$pid" 2>/dev/null; do :; done
}

for signal in INT:130 TERM:143 HUP:129; do
	rm -rf "$MEMRIG_STORE"
	start
	kill "-${signal%:*}" "$pid"
	wait "$pid"
	same "$signal: exit code" "$?" "${signal#*:}"
	kill -0 "$qemu" 2>/dev/null && fail "$signal: the guest lives"
	same "$signal: temporary files" "$(ls "$TMPDIR")" ""
	"$memrig" show latest --json >"$work/run.json"
	same "$signal: the run" "$(get run '"\(.status) \(.cells | length)"')" "interrupted 1"
	same "$signal: the cell that had ended" "$(get run '.cells[0].outcome')" completed
done

start
channel=$(tr '\0' '\n' <"/proc/$qemu/cmdline" | sed -n 's/.*id=channel.*mem-path=\([^,]*\),.*/\1/p')
while [ -e "$channel" ]; do :; done # memrig removes it when the cell runs
kill -KILL "$pid"
wait "$pid" 2>/dev/null
tail --pid="$qemu" -f /dev/null # the kernel kills it with its parent; waits until it is gone
same "SIGKILL: temporary files" "$(ls "$TMPDIR")" ""
finish
