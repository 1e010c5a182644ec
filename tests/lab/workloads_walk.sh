#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What all walking workloads share: growth at a rate, threads, verification and latency, by the virtual clock.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

scenario() {
	jq -n --argjson w "$2" '{
		name: "walk", description: "one workload",
		machine: { nodes: [ {memory: "192M", cpus: 1}, {memory: "192M", cpus: 1} ], swap: {size: "256M", kind: "pmem"} },
		sysctl: { "kernel.numa_balancing": 0, "vm.watermark_boost_factor": 0 },
		groups: [ {name: "db", workloads: [ $w ]} ], sample: "500ms", limit: "60s" }' >"$work/$1.scenario.json"
}

of() { get "$1" ".cells[0].workloads[0].$2"; }
figure() { get "$1" ".cells[0].metrics[\"workload.db.0.$2\"]"; }

scenario rate '{"kind": "anon", "size": "64M", "rate": "16M/s", "work": "0 passes", "thp": "never"}'
scenario threads '{"kind": "anon", "size": "110% of node 0", "policy": "bind:0", "threads": 3, "verify": true, "latency": true,
		   "pattern": "zipf", "write": 0.3, "work": "2 passes"}'
for k in 6.1 6.12; do
	run_json rate "$work/rate.scenario.json" -k $k
	same "$k rate: outcome" "$(get rate '.cells[0].outcome')" completed
	fill=$(figure rate fill_ns)
	number "$k 64M at 16M/s: ns" "$fill" -ge 3800000000
	number "$k 64M at 16M/s: ns" "$fill" -le 4200000000
	# Between two samples, half a second apart: 8 MiB, not all at once and then nothing.
	"$memrig" show "latest/$(get rate '.cells[0].id')" --stream >"$work/stream"
	steps=$(jq -rs '
		(map(select(.type == "columns"))[0].names | index("meminfo.AnonPages_bytes")) as $i
		| [map(select(.type == "sample"))[] | .set as $set | [range(0; $set | length; 2) | select($set[.] == $i) | $set[. + 1]][0]]
		| map(select(.)) | .[1:index(max)] | [., .[1:]] | transpose | map(select(.[1])) | map(.[1] - .[0]) | "\(length) \(min) \(max)"' "$work/stream")
	# shellcheck disable=SC2086
	set -- $steps
	number "$k samples of the growth" "$1" -ge 5
	number "$k least growth of half a second, bytes" "$2" -ge $((8388608 * 95 / 100))
	number "$k most growth of half a second, bytes" "$3" -le $((8388608 * 105 / 100))

	run_json threads "$work/threads.scenario.json" -k $k --check-repeat
	same "$k threads: exit code (the cell repeats)" "$code" 0
	same "$k threads: outcome" "$(get threads '.cells[0].outcome')" completed
	same "$k threads: touched is three times filled" "$(of threads touched_bytes)" $((3 * $(of threads filled_bytes)))
	number "$k threads: swapped out, bytes" "$(get threads '.cells[0].metrics["swap.out_bytes"] | floor')" -ge 16777216
	"$memrig" show "latest/$(get threads '.cells[0].id')" --stream >"$work/stream"
	same "$k threads: bad pages" "$(jq -r 'select(.type == "outcome") | .bad_pages' "$work/stream")" 0
	same "$k threads: passes" "$(jq -r 'select(.type == "outcome") | .passes' "$work/stream")" 2
	number "$k latency: median, ns" "$(figure threads access_p50_ns | cut -d. -f1)" -ge 1
	number "$k latency: 99th percentile against the median" "$(figure threads access_p99_ns | cut -d. -f1)" -gt "$(figure threads access_p50_ns | cut -d. -f1)"
	number "$k latency: longest against the 99th percentile" "$(figure threads access_max_ns | cut -d. -f1)" -ge "$(figure threads access_p99_ns | cut -d. -f1)"
done
finish
