#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The sampler under pressure, on both kernels: locked, out of the OOM killer's reach, in none of the cell's groups, and
# it faults on nothing after its first second. Then a moment of the cell, as tables.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
need_lab 6.12

for kernel in 6.1 6.12; do
	run_json "on$kernel" swap-with-free-memory -k "$kernel" --only
	cell=$(get "on$kernel" '.run + "/" + .cells[0].id')
	"$memrig" show "$cell" --stream >"$work/$kernel.jsonl"
	sampler() { jq -r "select(.type == \"sampler\") | $1" "$work/$kernel.jsonl"; }
	number "$kernel: locked, KiB" "$(sampler '.locked_bytes / 1024 | floor')" -ge 1024
	same "$kernel: OOM score" "$(sampler .oom_score_adj)" -1000
	same "$kernel: in no group of the cell" "$(sampler .cgroup)" /
	jq -s '(map(select(.type == "columns"))[0].names | index("sampler.minflt")) as $column |
		(map(select(.type == "begin"))[0].t_ns) as $begin |
		[ .[] | select(.type == "sample") | { t: (.t_ns - $begin), set } ] | {
			samples: map(select(.t > 1e9)) | length,
			known: (.[0].set as $s | any(range(0; $s | length; 2); $s[.] == $column)),
			faults: map(select(.t > 1e9) | .set as $s | range(0; $s | length; 2) | select($s[.] == $column)) | length
		}' "$work/$kernel.jsonl" >"$work/$kernel.faults"
	number "$kernel: samples after the first second" "$(jq .samples "$work/$kernel.faults")" -ge 10
	same "$kernel: its faults are a column" "$(jq .known "$work/$kernel.faults")" true
	same "$kernel: samples with a new fault" "$(jq .faults "$work/$kernel.faults")" 0
	same "$kernel: samples missed, under one in ten" "$(get "on$kernel" '.cells[0].metrics["sampler.missed_ratio"] < 0.1')" true
	number "$kernel: latest sample, ns" "$(get "on$kernel" '.cells[0].metrics["sampler.late_max_ns"]')" -gt 0
done

view() { "$memrig" show "$cell" --json --at "$@" | jq -r "$filter"; }
filter='.rows[] | select(.name == "db.0") | .resident_bytes > 10485760'
same "top: db.0 is resident" "$(view 4s --as top)" true
filter='.rows[] | select(.name == "Mem") | .used_bytes == .total_bytes - .available_bytes'
same "free: the formula of procps" "$(view 4s --as free)" true
filter='.rows[] | select(.name == "numa_hit") | has("node0") and has("node1")'
same "numastat: both nodes" "$(view 4s --as numastat)" true
filter='.rows[] | select(.name == "node0.DMA32") | .min_pages < .low_pages and .low_pages < .high_pages'
same "zones: marks" "$(view 4s --as zones)" true
message=$("$memrig" show "$cell" --at 1h 2>&1)
same "after the end: exit code" "$?" 2
has "after the end: says the end" "$message" "the cell ended"
finish
