#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memrig verify: claims on both kernels. CLAIMS=all tries every one; else those that are about different parts.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
need_lab 6.12
some="first-touch heap-stays-after-free watermark-formula zone-reclaim-1-drops-cache oom-constraint-cpuset memory-low-protects
 cpuset-stays-on-its-nodes swappiness-200-anon-first free-shared-is-shmem"
# Neither LRU swaps in zone reclaim without bit 2. MGLRU reclaims below memory.low in its second round, and leaves zone
# reclaim out unless bits 2 and 4 are set.
differ_6_1=
differ_6_12="memory-low-protects zone-reclaim-1-drops-cache"
if [ "${CLAIMS:-}" = all ]; then
	some=
	differ_6_1=zone-reclaim-5-swaps
	differ_6_12="$differ_6_12 zone-reclaim-3-writes-dirty zone-reclaim-5-swaps"
fi
# shellcheck disable=SC2086
$memrig verify -k 6.1 -k 6.12 -q --json $some >"$work/verify.json" 2>"$work/verify.err"
same "exit code: one differs" $? 1
answers() { jq -r --arg k "$1" --arg a "$2" '[.claims[] | select((.kernel | startswith($k)) and .answer == $a) | .name] | sort | join(" ")' "$work/verify.json"; }
same "6.1: differ" "$(answers 6.1. differs)" "$differ_6_1"
same "6.1: cannot be told" "$(answers 6.1. "cannot tell")" ""
# Claims of the classic LRU say nothing of the other.
same "6.12: differ" "$(answers 6.12. differs)" "$differ_6_12"
number "6.12: kept" "$(answers 6.12. pass | wc -w)" -ge 6
same "6.12: about the other LRU" "$(answers 6.12. "cannot tell" | tr ' ' '\n' | grep -c swappiness-200)" 1
$memrig verify --ktap -q first-touch >"$work/ktap" 2>"$work/verify.err"
same "ktap: exit code" $? 0
same "ktap: plan" "$(sed -n 2p "$work/ktap")" "1..1"
same "ktap: last line" "$(tail -n 1 "$work/ktap")" "ok 1 first-touch.kernel-default.s1.k6.1"
number "claims that come with memrig" "$($memrig verify --list --json | jq length)" -ge 40
finish
