#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A signal ends all guests, keeps the cells that had ended as a valid run, and leaves nothing
# behind; so does the death of memrig itself.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
mkdir "$work/tmp"
export TMPDIR="$work/tmp"

guests() { pgrep -P "$1" -f nodefaults; }
# Starts a cell that would take very long with smoke beside it, and waits until the one has ended and the other runs.
start() {
	"$memrig" run --json --jobs 2 smoke "$data/long.json" >"$work/run.json" 2>"$work/run.err" &
	pid=$!
	while [ -z "$(find "$MEMRIG_STORE" -path '*cells/smoke*' -name summary.json 2>/dev/null)" ] &&
		kill -0 "$pid" 2>/dev/null; do :; done
	while qemu=$(guests "$pid"); [ "$(echo "$qemu" | wc -w)" -ne 1 ] && kill -0 "$pid" 2>/dev/null; do :; done
	wait_runs "$qemu"
}

for signal in INT:130 TERM:143 HUP:129 QUIT:131; do
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

# What had ended is taken over, the rest is done: as if nothing had happened.
rm -rf "$MEMRIG_STORE"
"$memrig" run --json --jobs 1 smoke --seeds 4 >"$work/run.json" 2>"$work/run.err" &
pid=$!
while [ -z "$(find "$MEMRIG_STORE" -path '*cells/smoke*' -name summary.json 2>/dev/null)" ] && kill -0 "$pid" 2>/dev/null; do :; done
kill -INT "$pid"
wait "$pid"
same "resume: the run is there" "$("$memrig" list --json | jq -r '.runs[0].status')" interrupted
had=$("$memrig" show latest --json | jq '.cells | length')
number "resume: cells that had ended" "$had" -lt 4
"$memrig" run --json --resume latest --timings >"$work/resumed.json" 2>"$work/resumed.err"
same "resume: exit code" "$?" 0
same "resume: the run" "$(get resumed '"\(.status) \(.cells | length)"')" "finished 4"
has "resume: cells that ran" "$(cat "$work/resumed.err")" "for $((4 - had)) cell"
run_json whole smoke --seeds 4
same "resume: the streams" "$(get resumed '.cells[].stream_sha256')" "$(get whole '.cells[].stream_sha256')"
message=$("$memrig" run --resume latest 2>&1); code=$?
same "resume a finished run: exit code" "$code" 2
has "resume a finished run: message" "$message" "nothing to resume"

start
wait_runs "$qemu"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
wait_gone "$qemu" # the kernel kills it with its parent
same "SIGKILL: temporary files" "$(ls "$TMPDIR")" ""
finish
