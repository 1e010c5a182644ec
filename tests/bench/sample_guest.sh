#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# bench/sample in a guest of two nodes, with a group beside it: what one sample costs there, against the reads alone.
set -eu
work=$(mktemp -d -p /var/tmp) # the guest has a /tmp of its own
trap 'rm -rf "$work"' EXIT
export MEMRIG_STORE="$work/store"
program=$work/sample
cp build/bench/sample "$program"

cat >"$work/sample.json" <<EOF
{ "name": "sample",
  "machine": { "nodes": [ { "memory": "256M" }, { "memory": "256M" } ], "disk": { "size": "64M" }, "swap": { "size": "256M" } },
  "groups": [ { "name": "bench", "workloads": [ { "kind": "exec", "pack": "$program",
    "command": "$program /proc/1/root /sys/fs/cgroup/memrig bench", "figures": {
    "files": "regex:([0-9]+) files", "reads_us": "regex:reads ([0-9.]+)", "sample_us": "regex:sample ([0-9.]+) us",
    "ratio": "regex:ratio ([0-9.]+)" } } ] } ],
  "limit": "300s" }
EOF
for kernel in 6.1 6.12; do
	./memrig run "$work/sample.json" -k "$kernel" --json >"$work/run.json" 2>"$work/err" || { cat "$work/err" "$work/run.json" >&2; exit 1; }
	jq -r --arg kernel "$kernel" '.cells[0].workloads[0].figures |
		"\($kernel): \(.files) files, reads \(.reads_us) us, sample \(.sample_us) us, ratio \(.ratio) (goal: 1.3)"' "$work/run.json"
done
