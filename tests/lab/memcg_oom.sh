#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An allocation beyond memory.max with memory.swap.max 0: oom_killed, by the group's limit.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

run_json oom memory-max-oom -k 6.1 -k 6.12 --only
same "exit code" "$code" 0
for kernel in 6.1 6.12; do
	cell() { get oom ".cells[] | select(.id | endswith(\"k$kernel\")) | $1"; }
	same "$kernel: outcome" "$(cell .outcome)" oom_killed
	same "$kernel: valid" "$(cell .valid)" true
	same "$kernel: kill" "$(cell '.oom | map("\(.constraint) \(.group) \(.workload)") | join(",")')" "memcg db db.0"
	same "$kernel: oom" "$(cell '.metrics["group.db.events_oom"]')" 1
	same "$kernel: oom_kill" "$(cell '.metrics["group.db.events_oom_kill"]')" 1
	same "$kernel: workload" "$(cell '.workloads[] | select(.name == "db.0") | .outcome')" oom_killed
	same "$kernel: swapped" "$(cell '.metrics["swap.out_bytes"]')" 0
done
finish
