#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# free of procps runs in the guest beside anonymous and shared memory, page cache and swap: its figures and those of
# `memrig show --as free` of the same moment are the same, to the byte.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
need_lab 6.12
free=$(command -v free) || skip "free (package procps) is not installed"
case $("$free" --version) in
*procps-ng\ 4.*) ;;
*) skip "free is not of procps-ng 4, which the view follows: $("$free" --version)" ;;
esac

# free prints five times, a second apart. Only the last is looked at: by then it has all the memory it needs. The view is of
# the last sample in the sleep before that: an earlier one misses what the kernel's timers give back (lists of CPUs, in seconds).
jq -n --arg pack "$free $(command -v tail) /bin/sh" --arg command "sh -c 'free -b -s 1 -c 5 | tail -n 3'" '
  def figure(row; n): "regex:" + row + (" +[0-9]+" * n // "") + " +([0-9]+)"; # of a row, the nth from 0
  { name: "free", machine: { nodes: [ { memory: "256M" }, { memory: "256M" } ], swap: { size: "128M", kind: "pmem" },
      disk: { size: "96M" } },
    groups: [
      { name: "db", workloads: [ { kind: "anon", size: "32M", work: "0 passes", hold: true },
	{ kind: "shm", size: "16M", work: "0 passes", hold: true },
	{ kind: "file_read", size: "48M", file: "data", work: "0 passes", hold: true } ] },
      { name: "swapped", "memory.max": "16M",
	workloads: [ { kind: "anon", size: "32M", work: "0 passes", hold: true, start: "after db filled" } ] },
      { name: "tool", workloads: [ { kind: "exec", pack: $pack, command: $command, start: "after swapped filled",
	figures: {
	  total_bytes: figure("Mem:"; 0), used_bytes: figure("Mem:"; 1), free_bytes: figure("Mem:"; 2),
	  shared_bytes: figure("Mem:"; 3), buff_cache_bytes: figure("Mem:"; 4), available_bytes: figure("Mem:"; 5),
	  swap_total_bytes: figure("Swap:"; 0), swap_used_bytes: figure("Swap:"; 1), swap_free_bytes: figure("Swap:"; 2)
	} } ] } ],
    sample: "20ms", limit: "60s", expect: [ { outcome: "completed" } ] }' >"$work/free-scenario.json"

for kernel in 6.1 6.12; do
	run_json free "$work/free-scenario.json" -k "$kernel"
	same "$kernel: exit code" "$code" 0
	[ "$code" -eq 0 ] || { cat "$work/free.err"; continue; }
	run=$(get free .run)
	cell=free.kernel-default.s1.k$kernel
	stream=$("$memrig" show "$run/$cell" --stream)
	# 40 ms before free ends: it reads its figures 10 to 20 ms before
	moment=$(echo "$stream" | jq -rn 'reduce inputs as $r ({};
		if $r.type == "begin" then .begin = $r.t_ns
		elif $r.type == "event" and $r.workload == "tool.0" and $r.state == "done" then .done = $r.t_ns else . end) |
		(.done - .begin) / 1000000 - 40 | floor')
	"$memrig" show "$run/$cell" --at "${moment}ms" --as free --json >"$work/view.json"
	for figure in total used free shared buff_cache available; do
		same "$kernel: $figure" "$(jq ".rows[] | select(.name == \"Mem\") | .${figure}_bytes" "$work/view.json")" \
			"$(get free ".cells[0].metrics[\"workload.tool.0.${figure}_bytes\"]")"
	done
	for figure in total used free; do
		same "$kernel: swap $figure" "$(jq ".rows[] | select(.name == \"Swap\") | .${figure}_bytes" "$work/view.json")" \
			"$(get free ".cells[0].metrics[\"workload.tool.0.swap_${figure}_bytes\"]")"
	done
	number "$kernel: there was shared memory" "$(get free '.cells[0].metrics["workload.tool.0.shared_bytes"]')" -ge 16777216
	number "$kernel: there was swap in use" "$(get free '.cells[0].metrics["workload.tool.0.swap_used_bytes"]')" -ge 8388608
done
finish
