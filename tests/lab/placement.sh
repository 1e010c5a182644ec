#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest is the machine that the scenario describes, and memory goes where policy and cpuset say.
# With a kernel given by its path.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
base=${MEMRIG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/memrig}/kernels/6.1
image=$(echo "$base"/boot/vmlinuz-*)

run_json place "$data/placement.json" -k "$image:$base/lib/modules/${image##*/vmlinuz-}"
same "exit code" "$code" 0
same "outcome" "$(get place '.cells[0].outcome')" completed
same "kernel" "$(get place '.cells[0].kernel')" "${image##*/vmlinuz-}"
same "CPUs of the nodes" "$(get place '[.cells[0].nodes[].cpus] | join(" ")')" "0-1 2 "
same "distances" "$(get place '[.cells[0].nodes[].distance | map(tostring) | join(" ")] | join(", ")')" "10 21 40, 21 10 31, 40 31 10"

"$memrig" show "latest/$(get place '.cells[0].id')" --stream >"$work/stream"
# anon GROUP: MiB of anonymous memory on nodes 0, 1 and 2 while everybody holds.
anon() {
	jq -rs --arg g "$1" '
		(map(select(.type == "columns"))[0].names) as $names
		| reduce (map(select(.type == "sample"))[] | .set) as $set ([];
			. + [(.[-1] // {}) + ([range(0; $set | length; 2) | {key: $names[$set[.]], value: $set[. + 1]}] | from_entries)])
		| map(. as $s | [range(3) | ($s["group.\($g).numa.anon.N\(.)_bytes"] // 0)])
		| max_by(add) | map((. / 1048576 + 0.5) | floor | tostring) | join(" ")' "$work/stream"
}
same "bind:2" "$(anon bound)" "0 0 16"
same "preferred:1" "$(anon preferred)" "0 16 0"
same "interleave:0-1" "$(anon interleaved)" "8 8 0"
same "local on a CPU of node 1" "$(anon local)" "0 16 0"
same "cpuset.mems 1" "$(anon walled)" "0 16 0"
started=$(jq -rs '(map(select(.type == "begin"))[0].t_ns) as $begin | map(select(.type == "event" and .workload == "last.0" and .state == "started"))[0].t_ns - $begin' "$work/stream")
number "start at 500ms: ns after the beginning" "$started" -ge 500000000
number "start at 500ms: ns after the beginning" "$started" -le 520000000
finish
