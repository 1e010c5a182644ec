#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --place host, with a guest as the host: two nodes, swap, cgroup v2, root.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
tools=
for tool in sh seq dirname mount mkdir rmdir cat ls grep find sed sleep cut sort mv rm tr; do
	path=$(command -v $tool) || skip "$tool is not there"
	tools="$tools $path"
done
here=$PWD/tests/lab/host

# in_guest NAME SCRIPT: runs tests/lab/host/SCRIPT in a guest
in_guest() {
	jq -n --arg name "$1" --arg command "sh $here/$2" \
		--arg pack "$tools $memrig $(echo "$here"/*)" '{ name: $name,
	  machine: { nodes: [ { memory: "384M", cpus: 1 }, { memory: "384M", cpus: 1 } ], swap: { size: "256M", kind: "pmem" },
	             disk: { size: "192M" } },
	  groups: [ { name: "outer", workloads: [ { kind: "exec", pack: $pack, command: $command,
	    figures: { checks: "regex:checks ([0-9]+)", failed: "regex:failed ([0-9]+)",
	               killed: "regex:killed ([0-9]+)", restored: "regex:restored ([0-9]+)" } } ] } ],
	  sample: "1s", limit: "3600s" }' >"$work/$1-scenario.json"
	run_json "$1" "$work/$1-scenario.json"
	cat "$work/$1.err"
	grep -v '^\[' "$MEMRIG_STORE/$(get "$1" .run)"/cells/*/console.log | tail -n 60
	get "$1" '.cells[0].workloads[0].message // empty'
	number "$1: checks" "$(get "$1" '.cells[0].metrics["workload.outer.0.checks"]')" -ge 5
	same "$1: failed" "$(get "$1" '.cells[0].metrics["workload.outer.0.failed"]')" 0
}

in_guest basics basics.sh
in_guest torture "torture.sh ${TORTURE:-100} ${SEED:-1}"
number "torture: runs that somebody was killed in" "$(get torture '.cells[0].metrics["workload.outer.0.killed"]')" -ge $((${TORTURE:-100} / 2))
number "torture: put back by the next start" "$(get torture '.cells[0].metrics["workload.outer.0.restored"]')" -ge $((${TORTURE:-100} / 20))
finish
