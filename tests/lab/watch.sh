#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memrig watch inside a two-node guest: it finds the groups, sees node 0 swap while node 1 is free, and says why, while
# it happens; with the group on both nodes it says nothing.
. "$(dirname "$0")/lib.sh"
need_lab 6.1

# The guest's /tmp is its own, so the program cannot come from there.
programs=$(mktemp -d /var/tmp/memrig-watch.XXXXXX) || skip "cannot write to /var/tmp"
trap 'rm -rf "$work" "$programs"' EXIT
cp "$memrig" "$programs/memrig"

# The programs' /sys has no cgroup mounted.
command="sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec $programs/memrig watch --json --interval 500ms --for 9s'"
jq -n --arg command "$command" --arg pack "$programs/memrig /bin/sh $(command -v mount)" '
{ name: "storm",
  machine: { nodes: [ { memory: "256M", cpus: 1 }, { memory: "256M", cpus: 1 } ], distance: [ [10, 21], [21, 10] ],
             swap: { size: "512M", kind: "pmem" }, disk: { size: "64M" } },
  sysctl: { "kernel.numa_balancing": 0, "vm.watermark_boost_factor": 0 },
  sysfs: { "kernel/mm/transparent_hugepage/enabled": "never" },
  groups: [
    { name: "db", "cpuset.mems": "0", workloads: [ { kind: "anon", size: "140% of node 0", pattern: "zipf", write: 0.3,
      work: "1s", rate: "64M/s", start: "after watcher started", hold: true } ] },
    { name: "watcher", workloads: [ { kind: "exec", pack: $pack, command: $command,
      figures: { node: "json:/verdicts/0/node", swapped_bytes: "json:/verdicts/0/evidence/group_swapped_bytes",
                 for_cpuset: "regex:\"name\":\"swap_with_free_memory\",\"cause\":\"cpuset\"[^}]*\"node\":([0-9]+)",
                 out_bytes_per_s: "regex:\"out_bytes_per_s\":([1-9][0-9.]*)",
                 db_bytes: "json:/groups/0/current_bytes" } } ] } ],
  sample: "500ms", limit: "60s", expect: [ { outcome: "completed" } ] }' >"$work/storm.scenario.json"
figure() { get "$1" ".cells[0].workloads[] | select(.name == \"watcher.0\") | .figures.$2 | floor"; }

run_json storm "$work/storm.scenario.json" --check-repeat
[ "$code" -eq 0 ] || cat "$work/storm.err"
same "storm: exit code, repetitions included" "$code" 0
same "storm: the cell's own verdict" "$(get storm '.cells[0].verdicts[0] | "\(.name) \(.node) \(.cause)"')" \
	"swap_with_free_memory 0 cpuset"
same "storm: node of the verdict that watch gave" "$(figure storm node)" 0
same "storm: node that it gave for the cpuset" "$(figure storm for_cpuset)" 0
number "storm: MiB of the group swapped, as watch saw it" "$(($(figure storm swapped_bytes) / 1048576))" -ge 1
number "storm: swapped out, bytes a second" "$(figure storm out_bytes_per_s)" -ge 4096
number "storm: MiB of the group" "$(($(figure storm db_bytes) / 1048576))" -ge 100

# One change, and there is nothing to find: the last line has an empty list of verdicts.
jq '.name = "calm" | .groups[0]["cpuset.mems"] = "0-1" | .groups[1].workloads[0].figures =
    { db_bytes: "json:/groups/0/current_bytes", before_no_verdict: "regex:([0-9]+)[^0-9]*\"verdicts\":[[]],[^\n]*\n$" }' \
	"$work/storm.scenario.json" >"$work/calm.scenario.json"
run_json calm "$work/calm.scenario.json"
same "calm: exit code" "$code" 0
same "calm: verdicts of the cell" "$(get calm '.cells[0].verdicts | length')" 0
number "calm: MiB of the group" "$(($(figure calm db_bytes) / 1048576))" -ge 100
number "calm: the list of verdicts was empty at the end" "$(figure calm before_no_verdict)" -ge 0
finish
