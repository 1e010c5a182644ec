# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# For tests/lab/host_*.sh, after lib.sh: a guest as the host of the scripts in this folder.
tools=
for tool in sh seq dirname mount mkdir rmdir cat ls grep find sed sleep cut sort mv rm tr swapoff head tail; do
	path=$(command -v $tool) || skip "$tool is not there"
	tools="$tools $path"
done
here=$PWD/tests/lab/host

# guest_scenario NAME SCRIPT: $work/NAME-scenario.json, which runs tests/lab/host/SCRIPT in a guest, with the oom_score_adj of $adj
guest_scenario() {
	jq -n --argjson adj "${adj:-0}" --arg name "$1" --arg command "sh $here/$2" \
		--arg pack "$tools $memrig ${extra:-} $(echo "$here"/*)" '{ name: $name,
	  machine: { nodes: [ { memory: "384M", cpus: 1 }, { memory: "384M", cpus: 1 } ], swap: { size: "256M", kind: "pmem" },
	             disk: { size: "192M" } },
	  groups: [ { name: "outer", workloads: [ { kind: "exec", oom_score_adj: $adj, pack: $pack, command: $command,
	    figures: { checks: "regex:checks ([0-9]+)", calls: "regex:calls ([0-9]+)", failed: "regex:failed ([0-9]+)",
	               killed: "regex:killed ([0-9]+)", restored: "regex:restored ([0-9]+)" } } ] } ],
	  sample: "1s", limit: "3600s" }' >"$work/$1-scenario.json"
}

# in_guest NAME SCRIPT: runs it under $kernel (6.1) and looks at its figures
in_guest() {
	guest_scenario "$1" "$2"
	run_json "$1" "$work/$1-scenario.json" -k "${kernel:-6.1}"
	cat "$work/$1.err"
	grep -v '^\[' "$MEMRIG_STORE/$(get "$1" .run)"/cells/*/console.log | tail -n 60
	get "$1" '.cells[0].workloads[0].message // empty'
	number "$1: checks" "$(get "$1" '.cells[0].metrics["workload.outer.0.checks"]')" -ge 5
	same "$1: failed" "$(get "$1" '.cells[0].metrics["workload.outer.0.failed"]')" 0
}
