#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A worker that is killed ends at once, with all of its processes, and has the outcome of its kill, whichever of
# them the kernel chose; what waits for a state that it never reaches starts all the same.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

with() { jq --arg n "$1" --argjson w "$2" '.name = $n | .groups[0].workloads = [$w]' "$data/killed.json" >"$work/$1.json"; }
with anon '{ "kind": "anon", "size": "32M" }'
with cow '{ "kind": "fork_cow", "size": "16M", "children": 3, "write": 1 }'
with churn '{ "kind": "churn", "size": "10M", "processes": 4, "work": "1000 passes" }'
jq '.name = "group" | .groups[0]["memory.oom.group"] = true' "$work/cow.json" >"$work/group.json"
scenarios="anon cow churn group"

# shellcheck disable=SC2046,SC2059,SC2086
run_json all $(printf "$work/%s.json " $scenarios) -k 6.1 -k 6.12 --jobs 1
for kernel in 6.1 6.12; do
	cell() { get all ".cells[] | select(.id == \"$s.kernel-default.s1.k$kernel\") | $1"; }
	for s in $scenarios; do
		same "$kernel, $s: outcome" "$(cell .outcome)" oom_killed
		same "$kernel, $s: valid" "$(cell .valid)" true
		same "$kernel, $s: whose every kill is" "$(cell '[.oom[] | "\(.constraint) \(.group) \(.workload)"] | unique | join(",")')" "memcg db db.0"
		same "$kernel, $s: those that waited" "$(cell '[.workloads[1:][].outcome] | join(" ")')" "completed completed"
		number "$kernel, $s: ns of a limit of 60 s" "$(cell '.metrics["time.virtual_ns"]')" -le 5000000000
		same "$kernel, $s: problems" "$("$memrig" show "$(get all .run)/$(cell .id)" --stream | jq -c 'select(.type == "problem")')" ""
	done
done
finish
