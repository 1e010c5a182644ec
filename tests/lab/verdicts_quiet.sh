#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# No verdict on an idle guest, nor on a workload that fits its node.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

# The swap is there and the settings are the kernel's own, so that every verdict has what it looks at.
jq '.name = "idle" | del(.cured, .expect) | del(.sysctl, .sysfs) | .machine.swap = { size: "256M", kind: "pmem" } |
	.groups = [ { name: "a", workloads: [ { kind: "anon", size: "1M", work: "3s", rate: "64K/s" } ] } ]' \
	workloads/scenarios/cache-kept-to-one-node.json >"$work/idle.json"
jq '.name = "fits" | .groups = [
	{ name: "db", "cpuset.mems": "0", "memory.max": "128M", workloads: [
		{ kind: "anon", size: "30% of node 0", pattern: "zipf", write: 0.3, work: "2 passes" } ] },
	{ name: "files", workloads: [ { kind: "file_read", size: "20% of node 0", work: "2 passes", policy: "bind:0" } ] } ]' \
	"$work/idle.json" >"$work/fits.json"
run_json quiet "$work/idle.json" "$work/fits.json" -k 6.1 -k 6.12
same "exit code" "$code" 0
same "cells" "$(get quiet '[.cells[] | select(.outcome == "completed" and .valid)] | length')" 4
for cell in $(get quiet '.cells[].id'); do
	same "$cell" "$(get quiet ".cells[] | select(.id == \"$cell\") | .verdicts | map(.name) | join(\",\")")" ""
done
finish
