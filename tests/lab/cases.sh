#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Shipped cases end as they say they do, on both kernels, the cured ones too. A few of them; with CASES=all every one
# (some ten minutes). Redis and PostgreSQL have a test of their own.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

cases="swappiness-zero-oom mysql-swap-insanity cpuset-container-swap"
if [ "${CASES:-}" = all ]; then
	cases=$(jq -r 'select(.case and ([.groups[].workloads[].kind] | index("exec") | not)) | .name' workloads/scenarios/*.json)
	number "cases" "$(echo "$cases" | wc -l)" -ge 30
fi
# shellcheck disable=SC2086
run_json all $cases -k 6.1 -k 6.12
same "exit code" "$code" 0
same "expectations unmet" "$(get all '[.cells[] | .id as $id | .expectations[]? | select(.met == false) | "\($id): \(.text)"] | join("; ")')" ""
same "cells that are not valid" "$(get all '[.cells[] | select(.valid | not) | .id] | join(" ")')" ""
same "cells of which nothing was expected" "$(get all '[.cells[] | select([.expectations[]? | select(.met == true)] | length == 0) | .id] | join(" ")')" ""
for case in $cases; do
	wanted=$(jq '(.seeds // 1) * (if .cured then 2 else 1 end)' "workloads/scenarios/$case.json")
	for kernel in 6.1 6.12; do
		same "$kernel: $case: cells" "$(get all "[.cells[] | select((.scenario == \"$case\" or .cures == \"$case\") and (.id | endswith(\"k$kernel\")))] | length")" "$wanted"
	done
done

# Their pages say what has come out.
# shellcheck disable=SC2086
said=$(MEMRIG=$memrig scripts/case-pages.sh --against "$(get all .run)" $cases)
same "pages that say otherwise" "$said" ""

# One switch between them: the classic LRU swaps where the multi-generational one kills.
outcome() { get all ".cells[] | select(.scenario == \"$1\" and (.id | endswith(\"k$2\"))) | .outcome"; }
same "6.1: swappiness 0" "$(outcome swappiness-zero-oom 6.1)" completed
same "6.12: swappiness 0" "$(outcome swappiness-zero-oom 6.12)" oom_killed
same "6.12: swappiness 1" "$(outcome swappiness-zero-oom-cured 6.12)" completed

# People get both in one table.
table=$("$memrig" compare "$(get all .run)")
has "a cure has its column" "$table" "kernel-default      cured"
has "and is told" "$table" "cured: sysctl.vm.swappiness=1"

# Alone when asked for, or when profiles are compared.
plan() { "$memrig" run swappiness-zero-oom "$@" --dry-run --json | jq -r '[.cells[].id] | join(" ")'; }
same "--only" "$(plan --only)" swappiness-zero-oom.kernel-default.s1.k6.1
same "with profiles" "$(plan -p kernel-default -p mysql)" "swappiness-zero-oom.kernel-default.s1.k6.1 swappiness-zero-oom.mysql.s1.k6.1"
same "a family, after kernel-default" "$(plan --profiles databases | tr ' ' '\n' | sed -n 's/^swappiness-zero-oom.\(.*\).s1.k6.1$/\1/p' | head -n 1)" kernel-default
number "a family: cells" "$(plan --profiles databases | wc -w)" -eq \
	$((1 + $(jq -s '[.[] | select(.family == "databases")] | length' profiles/*.json)))
same "seeds of the scenario" "$("$memrig" run boosted-watermark-reclaims-locally --only --dry-run --json | jq '.cells | length')" 5
same "seeds of the command line" "$("$memrig" run boosted-watermark-reclaims-locally --only --seeds 2 --dry-run --json | jq '.cells | length')" 2
finish
