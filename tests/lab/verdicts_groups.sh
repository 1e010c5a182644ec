#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each scenario about groups, swap and writers shows its verdict with its cause, and its cure, one change away, does not.
# Without a scenario: disturbed (a busy host under the real clock is not repeatable). See
# tests/unit/test_verdict_groups.c; for dirty_throttled verdicts_pages.sh.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

# fires KERNEL SCENARIO VERDICT CAUSE
fires() {
	run_json "$2" "$2" "$2:cured" -k "$1" --jobs 1
	same "$1: $2: exit code" "$code" 0
	same "$1: $2" "$(get "$2" ".cells[0].verdicts[] | select(.name == \"$3\") | .cause")" "$4"
	same "$1: $2 cured" "$(get "$2" "[.cells[1].verdicts[] | select(.name == \"$3\")] | length")" 0
	same "$1: $2 cured ends" "$(get "$2" ".cells[1].outcome")" completed
	same "$1: $2: expectations unmet" "$(get "$2" '[.cells[].expectations[]? | select(.met == false) | .text] | join("; ")')" ""
}

fires 6.1 swap-runs-full swap_exhausted device
fires 6.1 group-swap-limit-full swap_exhausted swap_max
fires 6.1 memory-high-throttle memcg_throttled no_swap
fires 6.1 limit-below-working-set thrashing memcg_limit
fires 6.1 idle-memory-swapped-for-cache premature_swap swappiness
fires 6.1 min-free-too-high swap_for_reserve min_free_kbytes
fires 6.12 min-free-too-high swap_for_reserve min_free_kbytes

# The same by the other setting, which only kswapd heeds: it needs a while.
jq 'del(.cured, .case, .expect) | .name = "wide-gap" | .sysctl += { "vm.min_free_kbytes": "1%", "vm.watermark_scale_factor": 2000 } |
	.groups[0].workloads[0].work = "4s"' workloads/scenarios/min-free-too-high.json >"$work/wide-gap.json"
run_json wide "$work/wide-gap.json" -k 6.1
same "wide gap" "$(get wide '.cells[0].verdicts[] | select(.name == "swap_for_reserve") | .cause')" watermark_scale_factor
finish
