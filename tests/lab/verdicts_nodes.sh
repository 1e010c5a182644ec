#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each scenario about nodes, node reclaim, direct reclaim, livelock and settings shows its verdict with its
# cause, and its cure, one change away, does not.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

# The settings of the scenarios stand: the profile sets none of them.
problems="cpuset-oom-with-free-memory cache-kept-to-one-node zone-reclaim-drops-cache zone-reclaim-livelock
	memory-high-livelock direct-reclaim-stall swappiness-without-swap"
cured=""
for name in $problems; do cured="$cured $name:cured"; done
# shellcheck disable=SC2086
run_json all $problems $cured -k 6.1 -k 6.12
same "exit code" "$code" 0
same "expectations unmet" "$(get all '[.cells[] | .id as $id | .expectations[]? | select(.met == false) | "\($id): \(.text)"] | join("; ")')" ""

# fires KERNEL SCENARIO VERDICT CAUSE
fires() {
	same "$1: $2" "$(get all ".cells[] | select(.scenario == \"$2\" and (.id | endswith(\"k$1\"))) | .verdicts[] | select(.name == \"$3\") | .cause")" "$4"
	same "$1: $2 cured" "$(get all "[.cells[] | select(.scenario == \"$2-cured\" and (.id | endswith(\"k$1\"))) | .verdicts[] | select(.name == \"$3\")] | length")" 0
	same "$1: $2 cured ends" "$(get all ".cells[] | select(.scenario == \"$2-cured\" and (.id | endswith(\"k$1\"))) | .outcome")" completed
}

for kernel in 6.1 6.12; do
	fires $kernel cpuset-oom-with-free-memory oom_with_free_memory cpuset
	fires $kernel cache-kept-to-one-node node_imbalance cpuset
	fires $kernel memory-high-livelock livelock memory_high
	fires $kernel swappiness-without-swap setting_without_effect no_swap
done
fires 6.1 zone-reclaim-drops-cache node_imbalance zone_reclaim
fires 6.1 zone-reclaim-livelock livelock zone_reclaim
fires 6.1 zone-reclaim-livelock zone_reclaim_stall unmap_without_write
fires 6.1 direct-reclaim-stall direct_reclaim_stall watermark_gap
fires 6.12 zone-reclaim-drops-cache zone_reclaim_stall mglru
fires 6.12 zone-reclaim-drops-cache setting_without_effect mglru

# A cell without progress ends at its limit, not later than the stop takes.
for name in zone-reclaim-livelock memory-high-livelock; do
	limit=$(jq -r '.limit | rtrimstr("s")' "workloads/scenarios/$name.json")
	at=$(get all ".cells[] | select(.scenario == \"$name\" and (.id | endswith(\"k6.1\"))) | .outcome")
	same "$name: outcome" "$at" timed_out
	took=$(get all ".cells[] | select(.scenario == \"$name\" and (.id | endswith(\"k6.1\"))) | .metrics[\"time.virtual_ns\"] / 1e9 | floor")
	number "$name: virtual seconds" "$took" -le $((limit + 3))
done
finish
