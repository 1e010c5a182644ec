#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memrig verify: claims on both kernels. CLAIMS=all tries every one; else those that are about different parts.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
need_lab 6.12
some="first-touch heap-stays-after-free watermark-formula zone-reclaim-1-drops-cache oom-constraint-cpuset memory-low-protects
 cpuset-stays-on-its-nodes swappiness-200-anon-first"
[ "${CLAIMS:-}" != all ] || some=
# shellcheck disable=SC2086
$memrig verify -k 6.1 -k 6.12 -q --json $some >"$work/verify.json" 2>"$work/verify.err"
same "exit code: one differs" $? 1
answers() { jq -r --arg k "$1" --arg a "$2" '[.claims[] | select((.kernel | startswith($k)) and .answer == $a) | .name] | join(" ")' "$work/verify.json"; }
same "6.1: differ" "$(answers 6.1. differs)" ""
same "6.1: cannot be told" "$(answers 6.1. "cannot tell")" ""
# MGLRU reclaims below memory.low in its second round; claims of the classic LRU say nothing of it.
same "6.12: differ" "$(answers 6.12. differs)" "memory-low-protects"
number "6.12: kept" "$(answers 6.12. pass | wc -w)" -ge 6
same "6.12: about the other LRU" "$(answers 6.12. "cannot tell" | tr ' ' '\n' | grep -c swappiness-200)" 1
$memrig verify --ktap -q first-touch >"$work/ktap" 2>"$work/verify.err"
same "ktap: exit code" $? 0
same "ktap: plan" "$(sed -n 2p "$work/ktap")" "1..1"
same "ktap: last line" "$(tail -n 1 "$work/ktap")" "ok 1 first-touch.kernel-default.s1.k6.1"
number "claims that come with memrig" "$($memrig verify --list --json | jq length)" -ge 40
finish
