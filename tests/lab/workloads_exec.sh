#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs in a group: one of this machine, with figures; one that fails; Redis and PostgreSQL from Debian's
# packages under two profiles, the same to the byte each time.
. "$(dirname "$0")/lib.sh"
need_lab 6.1

workload() { get "$1" ".cells[0].workloads[] | select(.name == \"$2\") | $3"; }

# ---- a program of this machine: its libraries come with it, it is in the group, and its output is read ----
command="sh -c 'seq 1 200000 | sort -rn -S 24M >sorted; read first <sorted; echo first: \$first; echo [\$first]'"
jq -n --arg command "$command" --arg pack "$(command -v seq) $(command -v sort) /bin/sh" '{ name: "sort",
  machine: { nodes: [ { memory: "192M" } ], disk: { size: "64M" } },
  groups: [ { name: "job", "memory.max": "64M", workloads: [ { kind: "exec", pack: $pack, command: $command,
    figures: { first: "regex:first: ([0-9]+)", lines: "json:/0" } } ] } ],
  limit: "60s",
  expect: [ { outcome: "completed" }, { metric: "workload.job.0.lines", at_least: 200000 } ] }' >"$work/job.json"
run_json sort "$work/job.json" --check-repeat
same "sort: exit code" "$code" 0
same "sort: outcome" "$(workload sort job.0 .outcome)" completed
same "sort: figures" "$(workload sort job.0 '"\(.figures.first) \(.figures.lines)"')" "200000 200000"
same "sort: as metrics" "$(get sort '.cells[0].metrics["workload.job.0.first"]')" 200000
number "sort: charged to the group, MiB" "$(get sort '.cells[0].metrics["group.job.peak_bytes"] / 1048576 | floor')" -ge 8

# ---- failures are told ----
jq '.groups[0].workloads[0].command = "sh -c \"echo trouble; exit 5\"" | .expect = []' "$work/job.json" >"$work/job-fails.json"
run_json fails "$work/job-fails.json"
same "fails: exit code" "$code" 3
has "fails: the cell is not valid" "$(get fails '.cells[0].invalid_reasons[0]')" "job.0 failed: "
same "fails: outcome" "$(workload fails job.0 .outcome)" crashed
has "fails: message" "$(workload fails job.0 .message)" "ended with status 5: trouble"
jq '.groups[0].workloads[0].figures.first = "regex:nowhere ([0-9]+)" | .expect = []' "$work/job.json" >"$work/job-nowhere.json"
run_json nowhere "$work/job-nowhere.json"
has "a figure that is not there: message" "$(workload nowhere job.0 .message)" "nothing in the output matches"
jq '.groups[0].workloads[0].figures.first = "first"' "$work/job.json" >"$work/job-bad.json"
message=$("$memrig" scenario check "$work/job-bad.json" 2>&1)
has "a figure that cannot be: message" "$message" "regex:EXPRESSION"

# ---- two real programs, two profiles ----
command -v mmdebstrap >/dev/null || skip "mmdebstrap is not installed"
run_json redis redis-under-pressure -p swap-averse -p swap-eager --check-repeat
[ "$code" -eq 77 ] && skip "the guest's packages cannot be fetched: $(tail -n 2 "$work/redis.err")"
same "redis: exit code, repetitions included" "$code" 0
same "redis: outcomes" "$(get redis '[.cells[].outcome] | unique | join(" ")')" completed
number "redis: sets a second" "$(workload redis client.0 '.figures.set_per_s | floor')" -gt 100
number "redis: gets a second" "$(workload redis client.1 '.figures.get_per_s | floor')" -gt 100
out() { get redis "[.cells[] | select(.profile == \"$1\") | .metrics[\"swap.out_bytes\"]][0]"; }
number "redis: swapped out, eager against averse" "$(out swap-eager)" -gt "$(out swap-averse)"

run_json postgres postgres-beside-backup -p swap-averse -p swap-eager
same "postgres: exit code" "$code" 0
number "postgres: transactions a second" "$(workload postgres client.0 '.figures.tps | floor')" -gt 50
number "postgres: what the backup made the kernel reclaim, MiB" \
	"$(get postgres '.cells[0].metrics["reclaim.file_stolen_pages"] / 256 | floor')" -ge 64
finish
