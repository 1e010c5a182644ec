#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# slab, fork_cow, fragment, churn and latency: each moves the counter it is for, by the amount that was asked
# for, and not its neighbour's; on both kernels.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

# with NAME WORKLOAD: a scenario in which db has this one.
with() { jq --arg n "$1" --argjson w "$2" '.name = $n | .groups[0].workloads = [$w]' "$data/workloads-kernel.json" >"$work/$1.json"; }
with slab '{ "kind": "slab", "size": "12M", "work": "0 passes", "hold": true }'
with inodes '{ "kind": "slab", "type": "inodes", "size": "12M", "hold": true }'
with messages '{ "kind": "slab", "type": "unreclaimable", "size": "24M", "hold": true }'
with cow '{ "kind": "fork_cow", "size": "16M", "children": 3, "write": 0.25, "pattern": "random", "hold": true }'
with whole '{ "kind": "fork_cow", "size": "16M", "children": 3, "write": 0, "hold": true }'
with fragment '{ "kind": "fragment", "size": "96M", "hold": true }'
with fill '{ "kind": "anon", "size": "48M", "work": "0 passes", "hold": true }'
with churn '{ "kind": "churn", "size": "1M", "processes": 4, "work": "9 passes" }'
with probe '{ "kind": "latency", "every": "10ms", "work": "1s" }'
# Huge pages wanted while the memory is as the first workload leaves it.
for who in fragment fill; do
	jq --arg n "$who-huge" '.name = $n | .sysfs = { "kernel/mm/transparent_hugepage/enabled": "always", "kernel/mm/transparent_hugepage/defrag": "always",
		"kernel/mm/transparent_hugepage/khugepaged/defrag": 0 }
		| .groups[1].workloads = [ { "kind": "anon", "size": "24M", "work": "0 passes", "start": "after db done" } ]' "$work/$who.json" >"$work/$who-huge.json"
done
# More names than the group has room for: they are dropped again as fast as they come.
jq '.name = "dropped" | .groups[0]["memory.max"] = "6M"' "$work/slab.json" >"$work/dropped.json"
# On the one CPU every sample makes a probe late.
jq '.name = "quiet" | .sample = "1s"' "$work/probe.json" >"$work/quiet.json"
# A probe that is throttled because it goes a little over its group's memory.high.
jq '.name = "stalled" | .groups = [ { "name": "db", "memory.high": "8M", "workloads": [
	{ "kind": "latency", "size": "8320K", "block": "64K", "every": "5ms", "work": "1 pass" } ] } ]' "$data/workloads-kernel.json" >"$work/stalled.json"

scenarios="slab inodes messages cow whole fragment fill churn quiet fragment-huge fill-huge stalled"
files=; for s in $scenarios; do files="$files $work/$s.json"; done
# shellcheck disable=SC2086
run_json all $files "$work/dropped.json" -k 6.1 -k 6.12 --jobs 1
same "exit code (one of the workloads is to fail)" "$code" 3
run=$(get all .run)

figure() { get all ".cells[] | select(.id == \"$1\") | .metrics[\"workload.db.0.$2\"]"; }
# growth CELL COLUMN: the most it was above the first sample while db held, in KiB (or whatever it counts by 1024).
growth() {
	"$memrig" show "$run/$1" --stream | jq -rs --arg c "$2" '
		(map(select(.type == "columns"))[0].names | index($c)) as $i
		| (map(select(.type == "event" and .workload == "db.0" and .state == "done"))[0].t_ns) as $done
		| [map(select(.type == "sample"))[] | .t_ns as $t | .set as $s
			| range(0; $s | length; 2) | select($s[.] == $i) | { t: $t, v: $s[. + 1] }] as $all
		| ($all | map(select(.t <= $done)) | last.v) as $at
		| (([$all[] | select(.t > $done) | .v] + [$at]) | max) - $all[0].v' 
}
# near WHAT ACTUAL EXPECTED PERCENT
near() {
	number "$1 (expected $3, at most $4 % off)" "$2" -ge $(($3 - $3 * $4 / 100))
	number "$1 (expected $3, at most $4 % off)" "$2" -le $(($3 + $3 * $4 / 100))
}

for kernel in 6.1 6.12; do
	id() { echo "$1.kernel-default.s1.k$kernel"; }
	for s in $scenarios; do same "$kernel, $s: outcome" "$(get all ".cells[] | select(.id == \"$(id "$s")\") | \"\(.outcome) \(.valid)\"")" "completed true"; done

	for s in slab inodes; do
		slab=$(id $s)
		near "$kernel, $s: slab_bytes" "$(figure "$slab" slab_bytes)" 12582912 5
		near "$kernel, $s: SReclaimable" "$(growth "$slab" meminfo.SReclaimable_bytes)" 12582912 10
		# The charges are noted beside the objects; what security modules keep of an inode is unreclaimable, too.
		number "$kernel, $s: SUnreclaim hardly grows" "$(growth "$slab" meminfo.SUnreclaim_bytes)" -le $((12582912 * 15 / 100))
		number "$kernel, $s: Cached stays" "$(growth "$slab" meminfo.Cached_bytes)" -le 262144
		near "$kernel, $s: charged to the group" "$(growth "$slab" group.db.stat.slab_reclaimable)" 12582912 10
	done
	same "$kernel, slab that does not fit: outcome" "$(get all ".cells[] | select(.id == \"$(id dropped)\") | .workloads[] | select(.name == \"db.0\").outcome")" crashed
	has "$kernel, slab that does not fit: says so" "$(get all ".cells[] | select(.id == \"$(id dropped)\") | .workloads[0].message")" "SReclaimable grew by"
	messages=$(id messages)
	near "$kernel, messages: slab_bytes" "$(figure "$messages" slab_bytes)" 25165824 5
	near "$kernel, messages: SUnreclaim" "$(growth "$messages" meminfo.SUnreclaim_bytes)" 25165824 10
	number "$kernel, messages: SReclaimable stays" "$(growth "$messages" meminfo.SReclaimable_bytes)" -le $((25165824 / 10))
	near "$kernel, messages: charged to the group" "$(growth "$messages" group.db.stat.slab_unreclaimable)" 25165824 10

	# A quarter of 4096 pages in each of three children.
	near "$kernel, fork_cow: cow_faults" "$(figure "$(id cow)" cow_faults)" 3072 1
	near "$kernel, fork_cow: cow_bytes" "$(figure "$(id cow)" cow_bytes)" 12582912 1
	near "$kernel, fork_cow: anonymous memory with the copies" "$(growth "$(id cow)" meminfo.AnonPages_bytes)" $((28 * 1048576)) 5
	near "$kernel, fork_cow: anonymous memory without" "$(growth "$(id whole)" meminfo.AnonPages_bytes)" $((16 * 1048576)) 5
	same "$kernel, fork_cow: nothing written, nothing copied" "$(figure "$(id whole)" cow_faults)" 0

	fragment=$(id fragment)
	near "$kernel, fragment: memory that stays" "$(growth "$fragment" meminfo.AnonPages_bytes)" $((48 * 1048576)) 5
	# Some of what was given back waits in the CPU's own lists, which buddyinfo does not count; some of what was taken waited there.
	less=$(($(figure "$fragment" free_before_pages) - $(figure "$fragment" free_after_pages)))
	number "$kernel, fragment: fewer free pages, half of 24576 but for the CPU's lists" "$less" -ge $((12288 - 1024))
	number "$kernel, fragment: fewer free pages, half of 24576 and the CPU's lists" "$less" -le 18000
	number "$kernel, fragment: high orders before" "$(figure "$fragment" high_order_free_before_pages)" -ge 24576
	number "$kernel, fragment: high orders after" "$(figure "$fragment" high_order_free_after_pages)" -le 8192
	same "$kernel, anon of the same memory: pages compaction looked at" "$(growth "$(id fill-huge)" vmstat.compact_migrate_scanned)" 0
	number "$kernel, fragment: pages compaction looked at" "$(growth "$(id fragment-huge)" vmstat.compact_migrate_scanned)" -ge 256

	same "$kernel, churn: processes" "$(figure "$(id churn)" processes)" 40
	number "$kernel, churn: a second" "$(get all ".cells[] | select(.id == \"$(id churn)\") | .metrics[\"workload.db.0.processes_per_s\"] | floor")" -ge 5
	number "$kernel, churn: faults of 40 processes" "$(growth "$(id churn)" vmstat.pgfault)" -ge $((40 * 256))
	number "$kernel, churn: no more than four at a time" "$(get all ".cells[] | select(.id == \"$(id churn)\") | .metrics[\"group.db.peak_bytes\"]")" -le $((6 * 1048576))

	probe=$(id quiet)
	number "$kernel, latency: allocations in the fill and a second" "$(figure "$probe" allocations)" -ge 116
	number "$kernel, latency: allocations in the fill and a second" "$(figure "$probe" allocations)" -le 120
	number "$kernel, latency: its sleep is not in it" "$(figure "$probe" late_p50_ns)" -le 1000000
	number "$kernel, latency: half are quick" "$(figure "$probe" slow_p50_ns)" -le 2000000
	stalled=$(id stalled)
	number "$kernel, latency: a throttled allocation is slow" "$(figure "$stalled" slow_max_ns)" -ge 20000000
	number "$kernel, latency: what was due meanwhile is late by all of the stalls" "$(figure "$stalled" late_max_ns)" -ge "$((5 * $(figure "$stalled" slow_max_ns)))"
	number "$kernel, latency: half are quick all the same" "$(figure "$stalled" slow_p50_ns)" -le 2000000
done
finish
