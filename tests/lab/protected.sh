#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memory.min and memory.low keep a group's memory while another group swaps; without them it goes.
. "$(dirname "$0")/lib.sh"
need_lab 6.1

jq '.name = "bare" | del(.groups[0]["memory.min"]) | del(.expect)' "$data/protected.json" >"$work/bare.json"
run_json min "$data/protected.json" "$data/protected-low.json" "$work/bare.json"
same "exit code" "$code" 0
for scenario in protected protected-low; do
	number "$scenario: bytes of db swapped" "$(get min ".cells[] | select(.scenario == \"$scenario\") | .metrics[\"group.db.swap_peak_bytes\"]")" -le 1048576
done
number "without protection: bytes of db swapped" "$(get min '.cells[] | select(.scenario == "bare") | .metrics["group.db.swap_peak_bytes"]')" -ge 33554432
finish
