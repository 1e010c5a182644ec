#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# swap-with-free-memory: node 0 swaps while node 1 is free, the verdict says because of the
# cpuset; with the group's cpuset.mems on both nodes it does not fire.
. "$(dirname "$0")/lib.sh"
need_lab 6.1

jq '.name = "widened" | .groups[0]["cpuset.mems"] = "0-1" | del(.expect)' \
	workloads/scenarios/swap-with-free-memory.json >"$work/widened.json"
jq '.name = "bound" | del(.groups[0]["cpuset.mems"]) | .groups[0].workloads[0].policy = "bind:0" | del(.expect)' \
	workloads/scenarios/swap-with-free-memory.json >"$work/bound.json"
run_json swap swap-with-free-memory "$work/widened.json" "$work/bound.json" --only
same "exit code" "$code" 0
cell() { get swap ".cells[] | select(.scenario == \"$1\") | $2"; }

swapped=$(cell swap-with-free-memory '.metrics["swap.out_bytes"]')
number "bytes swapped out" "$swapped" -ge $((64 * 1024 * 1024))
number "lowest free memory of node 1" "$(cell swap-with-free-memory '.metrics["node1.free_min_bytes"]')" -gt $((200 * 1024 * 1024))
same "verdict" "$(cell swap-with-free-memory '.verdicts | map("\(.name) node \(.node) \(.cause)") | join(",")')" "swap_with_free_memory node 0 cpuset"
number "bytes in the verdict" "$(cell swap-with-free-memory '.verdicts[0].evidence.swapped_bytes')" -le "$swapped"
same "verdicts with cpuset.mems 0-1" "$(cell widened '.verdicts | length')" 0
same "cause with bind:0" "$(cell bound '.verdicts[0].cause')" mempolicy
told=$("$memrig" explain "$(get swap .run)/swap-with-free-memory.kernel-default.s1.k6.1")
has "explain gives the cause" "$told" "swap_with_free_memory on node 0, cause: cpuset"
has "explain shows the course" "$told" "node 1 free"
same "expectations unmet" "$(get swap '[.cells[].expectations[]? | select(.met == false)] | length')" 0
finish
