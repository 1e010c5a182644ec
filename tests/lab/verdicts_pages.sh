#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each scenario about file cache, dirty pages, large blocks and huge pages shows its verdict with its cause, and its
# cure, one change away, does not; smoke has none.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

# What helps on both kernels: the idle group gives up memory by itself.
jq '.name = "bounded" | .groups[0]["memory.high"] = "64M" | del(.cured, .expect)' \
	workloads/scenarios/swappiness-zero-drops-cache.json >"$work/bounded.json"

problems="swappiness-zero-drops-cache dirty-limit-too-small huge-pages-from-fragments huge-page-pool-too-large"
cured=""
for name in $problems; do cured="$cured $name:cured"; done
# shellcheck disable=SC2086
run_json all smoke "$work/bounded.json" $problems $cured -k 6.1 -k 6.12
same "exit code" "$code" 0
same "expectations unmet" "$(get all '[.cells[] | .id as $id | .expectations[]? | select(.met == false) | "\($id): \(.text)"] | join("; ")')" ""

# cell KERNEL SCENARIO FILTER
cell() { get all ".cells[] | select(.scenario == \"$2\" and (.id | endswith(\"k$1\"))) | $3"; }

# fires KERNEL SCENARIO VERDICT CAUSE
fires() {
	same "$1: $2" "$(cell "$1" "$2" ".verdicts[] | select(.name == \"$3\") | .cause")" "$4"
	same "$1: $2 cured" "$(cell "$1" "$2-cured" "[.verdicts[] | select(.name == \"$3\")] | length")" 0
	same "$1: $2 cured ends" "$(cell "$1" "$2-cured" .outcome)" completed
}

fires 6.1 swappiness-zero-drops-cache file_cache_collapse swappiness
# The multi-generational LRU takes file pages first at any vm.swappiness.
same "6.12: swappiness-zero-drops-cache" "$(cell 6.12 swappiness-zero-drops-cache '.verdicts[] | select(.name == "file_cache_collapse") | .cause')" swappiness
same "6.12: the same with vm.swappiness=100" "$(cell 6.12 swappiness-zero-drops-cache-cured '.verdicts[] | select(.name == "file_cache_collapse") | .cause')" mglru
for kernel in 6.1 6.12; do
	same "$kernel: bounded" "$(cell $kernel bounded '[.verdicts[] | select(.name == "file_cache_collapse")] | length')" 0
	fires $kernel dirty-limit-too-small dirty_throttled small_limit
	fires $kernel huge-pages-from-fragments fragmentation_stall thp
	fires $kernel huge-page-pool-too-large huge_page_waste hugetlb_pool
	same "$kernel: smoke" "$(cell $kernel smoke '.verdicts | length')" 0
done

# The evidence agrees with what the cell counted.
number "6.1: idle pool" "$(cell 6.1 huge-page-pool-too-large '.verdicts[] | select(.name == "huge_page_waste") | .evidence.idle_bytes')" -eq $((144 * 1024 * 1024))
number "6.1: refaults, pages" "$(cell 6.1 swappiness-zero-drops-cache '.verdicts[] | select(.name == "file_cache_collapse") | .evidence.refaulted_pages')" -gt 20000
finish
