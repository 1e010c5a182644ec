#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One cell three times, once while other processes keep the cores busy and once beside
# another guest, gives one stream; another seed gives another. Both kernels, both kinds of swap.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

hashes() { jq -r '.cells[] | select(.seed == 1) | "\(.id) \(.stream_sha256)"' "$work/$1.json"; }
other_seed() { jq -r '.cells[] | select(.seed == 2) | "\(.id | sub("s2"; "s1")) \(.stream_sha256)"' "$work/$1.json"; }

set -- "$data/repeat.json" "$data/repeat-zram.json" "$data/idle.json" --kernel 6.1 --kernel 6.12
run_json quiet "$@" --jobs 1
same "exit code alone" "$code" 0

run_json pair "$@" --jobs 2 --seeds 2
same "exit code with two guests at once" "$code" 0

yes >/dev/null & first=$!
yes >/dev/null & second=$!
run_json busy "$@" --jobs 1
kill "$first" "$second"
same "exit code on a busy machine" "$code" 0

number "cells that swapped (two scenarios, two kernels)" "$(get quiet '[.cells[] | select(.metrics["swap.out_bytes"] > 1048576)] | length')" -eq 4
same "streams beside another guest" "$(hashes pair)" "$(hashes quiet)"
same "streams on a busy machine" "$(hashes busy)" "$(hashes quiet)"
for id in $(get quiet '.cells[].id'); do
	differ "another seed, another stream: $id" "$(other_seed pair | grep "^$id ")" "$(hashes pair | grep "^$id ")"
done

# What only people read never reaches the guest.
jq '.name = "kernel-default-by-a-much-longer-name" | .description = "words"' profiles/kernel-default.json >"$work/longer.json"
jq '.name = "smoke-by-another-name" | .description = "other words" | del(.expect)' workloads/scenarios/smoke.json >"$work/other.json"
run_json names smoke "$work/other.json" -p kernel-default -p "$work/longer.json" --only
same "names move nothing: sets of metrics" "$(get names '[.cells[].metrics] | unique | length')" 1
same "and are in the stream" "$(zstdcat "$MEMRIG_STORE/$(get names .run)"/cells/smoke.kernel-default-by*/stream.jsonl.zst |
	head -n 1 | jq -r .cell.profile.name)" kernel-default-by-a-much-longer-name

run_json check smoke --check-repeat
same "exit code of --check-repeat" "$code" 0
has "--check-repeat says so" "$(cat "$work/check.err")" "3 runs, one stream"
finish
