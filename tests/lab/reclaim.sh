#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every kind of reclaim in one cell: the figures of its parts add up to those of the whole, the trace points agree with
# the kernel's counters, and a kill's report is read whole. The same to the byte each time.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

jq -n '{ name: "zone-reclaim", extends: "kernel-default", sysctl: { "vm.zone_reclaim_mode": 1, "vm.min_free_kbytes": 4096 } }' \
	>"$work/zone-reclaim.json"
jq -n '{ name: "reclaim",
  machine: { nodes: [ { memory: "256M", cpus: 1 }, { memory: "256M", cpus: 1 } ], distance: [[10,40],[40,10]],
    swap: { size: "512M", kind: "pmem" }, disk: { size: "512M" } },
  sysctl: { "vm.watermark_boost_factor": 0, "kernel.numa_balancing": 0,
    "vm.dirty_background_bytes": 524288, "vm.dirty_bytes": 1048576 },
  groups: [
    { name: "reader", "cpuset.cpus": "0", workloads: [ { kind: "file_read", size: "120% of node 0", work: "2 passes" } ] },
    { name: "db", workloads: [ { kind: "anon", size: "90% of ram", work: "1 pass", start: "after reader done" } ] },
    { name: "small", "memory.max": "24M", workloads: [ { kind: "anon", size: "40M", work: "1 pass", start: "after db done" } ] },
    { name: "writer", workloads: [ { kind: "file_write", size: "48M", work: "1 pass", start: "after small done" } ] } ],
  sample: "100ms", limit: "60s", expect: [ { outcome: "completed" } ] }' >"$work/reclaim.json"

run_json cell "$work/reclaim.json" -p "$work/zone-reclaim.json" -k 6.1 -k 6.12 --check-repeat
same "exit code, repetitions included" "$code" 0

for kernel in 6.1 6.12; do
	# m NAME...: the sum of metrics; an absent one makes it no number.
	m() {
		for name in "$@"; do echo "\"$name\""; done | jq -s . >"$work/names"
		jq -r --slurpfile names "$work/names" ".cells | map(select(.id | test(\"k$kernel(\\\\.|\$)\")))[0].metrics as \$m
			| [\$names[0][] | \$m[.]] | if any(. == null) then \"absent\" else add end" "$work/cell.json"
	}
	same "$kernel: scanned, by whom" "$(m reclaim.kswapd_scanned_pages reclaim.direct_scanned_pages)" "$(m reclaim.scanned_pages)"
	same "$kernel: stolen, by whom and of what" \
		"$(m reclaim.kswapd_stolen_pages reclaim.direct_stolen_pages reclaim.memcg_stolen_pages)" \
		"$(m reclaim.anon_stolen_pages reclaim.file_stolen_pages)"
	# What is not the groups' is the guest's own, few pages.
	number "$kernel: stolen, by group" "$(m reclaim.anon_stolen_pages reclaim.file_stolen_pages)" -ge \
		"$(m group.reader.stolen_pages group.db.stolen_pages group.small.stolen_pages group.writer.stolen_pages)"
	near "$kernel: and of no group" "$(m reclaim.anon_stolen_pages reclaim.file_stolen_pages)" \
		"$(m group.reader.stolen_pages group.db.stolen_pages group.small.stolen_pages group.writer.stolen_pages)" 2000
	# Some of the limited group's pages may have gone when the whole machine was short.
	number "$kernel: stolen at the limit is the limited group's" "$(m reclaim.memcg_stolen_pages)" -le "$(m group.small.stolen_pages)"
	near "$kernel: and most of what that group lost" "$(m reclaim.memcg_stolen_pages)" "$(m group.small.stolen_pages)" 500
	same "$kernel: swap-out of the nodes" "$(m node0.swap_out_bytes node1.swap_out_bytes)" "$(m swap.out_bytes)"
	number "$kernel: swapped out" "$(m swap.out_bytes)" -gt 0
	for what in direct_reclaim memcg_reclaim compaction; do
		for member in count total_ns; do
			same "$kernel: $what $member of the nodes" \
				"$(m node0.latency.${what}_$member node1.latency.${what}_$member)" "$(m latency.${what}_$member)"
		done
	done
	number "$kernel: direct reclaim happened" "$(m latency.direct_reclaim_count)" -gt 0
	number "$kernel: and each was counted as a stall" "$(m alloc.stalls)" -ge "$(m latency.direct_reclaim_count)"
	number "$kernel: its median, ns" "$(m latency.direct_reclaim_p50_ns)" -le "$(m latency.direct_reclaim_p99_ns)"
	number "$kernel: its 99th percentile, ns" "$(m latency.direct_reclaim_p99_ns)" -le "$(m latency.direct_reclaim_max_ns)"
	number "$kernel: reclaim at limits happened" "$(m latency.memcg_reclaim_count)" -gt 0
	same "$kernel: and in the group that has one" "$(m group.small.latency.memcg_reclaim_count)" "$(m latency.memcg_reclaim_count)"
	number "$kernel: it took no longer than the cell" "$(m latency.memcg_reclaim_total_ns)" -lt "$(m time.virtual_ns)"
	number "$kernel: the writer was made to wait" "$(m group.writer.latency.dirty_wait_count)" -gt 0
	same "$kernel: and nobody else" "$(m latency.dirty_wait_count)" "$(m group.writer.latency.dirty_wait_count)"
done

# Few records are lost, in a storm of zone reclaim that fails at each allocation; none on 6.1, where it succeeds.
same "6.12: zone reclaim freed nothing" "$(m zone_reclaim.success)" 0
number "6.12: though it was tried" "$(m zone_reclaim.failed)" -gt 10000
number "6.12: not more often than the kernel counted" "$(m latency.node_reclaim_count)" -le "$(m zone_reclaim.failed)"
number "6.12: nor much less" "$(($(m latency.node_reclaim_count) * 50))" -ge "$(($(m zone_reclaim.failed) * 49))"

# The classic LRU reclaims the node at hand first; MGLRU does nothing of the kind.
kernel=6.1
number "6.1: zone reclaim happened" "$(m latency.node_reclaim_count)" -gt 0
number "6.1: and freed pages" "$(m reclaim.node_stolen_pages)" -gt 0
same "6.1: no record was lost" "$(m trace.lost)" 0
number "6.1: that are counted as direct" "$(m reclaim.direct_stolen_pages)" -ge "$(m reclaim.node_stolen_pages)"

# ---- a kill's report: the node that is full, and not the one that is not ----
jq -n '{ name: "kill", machine: { nodes: [ { memory: "256M", cpus: 1 }, { memory: "256M", cpus: 1 } ],
    distance: [[10,21],[21,10]], swap: { size: "64M", kind: "pmem" } },
  groups: [ { name: "db", "cpuset.mems": "0", workloads: [ { kind: "anon", size: "90% of ram", work: "1 pass" } ] } ],
  sample: "100ms", limit: "60s", expect: [ { outcome: "oom_killed" } ] }' >"$work/kill-scenario.json"
run_json kill "$work/kill-scenario.json" -k 6.1 -k 6.12 --check-repeat
same "kill: exit code, repetitions included" "$code" 0
for i in 0 1; do
	oom() { get kill ".cells[$i].oom[0] | $1"; }
	same "kill $i: who and where" "$(oom '"\(.constraint) \(.global) \(.mems_allowed) \(.cpuset) \(.invoker) \(.workload)"')" \
		"cpuset true 0 db db.0 db.0"
	same "kill $i: nodes of the report" "$(oom '[.nodes[].node] | join(",")')" 0
	number "kill $i: free on node 0, which is full" "$(oom '.nodes[0].free_bytes')" -lt 8388608
	number "kill $i: free on node 1, which is not" "$(get kill ".cells[$i].metrics[\"node1.free_min_bytes\"]")" -gt 104857600
	# All of it, but for what two CPUs may hold in their caches of 64 slots each, for swap-out and for what came back.
	number "kill $i: free swap" "$(oom .swap_free_bytes)" -le $((2 * 2 * 64 * 4096))
	number "kill $i: of so much" "$(oom .swap_total_bytes)" -gt $((63 << 20))
	number "kill $i: the victim's memory" "$(oom .anon_rss_bytes)" -gt 150000000
	same "kill $i: time to it" "$(oom .at_ns)" "$(get kill ".cells[$i].metrics[\"oom.first_ns\"]")"
done
finish
