#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# free of procps runs in the guest beside anonymous and shared memory, page cache and swap: its figures and those of
# `memrig show --as free` of a sample just before are the same, all nine, to the byte.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
need_lab 6.12
free=$(command -v free) || skip "free (package procps) is not installed"
case $("$free" --version) in
*procps-ng\ 4.*) ;;
*) skip "free is not of procps-ng 4, which the view follows: $("$free" --version)" ;;
esac

# free prints five times, a second apart. The first two are not looked at: from then on it has all the memory it needs. Of the other
# three (on one line, for the expressions) one is enough: between a sample and free's own reading, 20 ms at most, the kernel's timers
# may give memory back.
jq -n --arg pack "$free $(command -v tail) /bin/sh" --arg command "sh -c 'echo \$(free -b -s 1 -c 5 | tail -n 11)'" '
  # Of the print with that number from 0, the nth figure of a row from 0.
  def figure($print; $row; $n): "regex:" + ("(\($row):[^\($row[:1])]*)" * $print // "") + "\($row):" + (" +[0-9]+" * $n // "") + " +([0-9]+)";
  { name: "free", machine: { nodes: [ { memory: "256M" }, { memory: "256M" } ], swap: { size: "128M", kind: "pmem" },
      disk: { size: "96M" } },
    groups: [
      { name: "db", workloads: [ { kind: "anon", size: "32M", work: "0 passes", hold: true },
	{ kind: "shm", size: "16M", work: "0 passes", hold: true },
	{ kind: "file_read", size: "48M", file: "data", work: "0 passes", hold: true } ] },
      { name: "swapped", "memory.max": "16M",
	workloads: [ { kind: "anon", size: "32M", work: "0 passes", hold: true, start: "after db filled" } ] },
      { name: "tool", workloads: [ { kind: "exec", pack: $pack, command: $command, start: "after swapped filled",
	figures: ([ range(3) as $print | { Mem: ["total", "used", "free", "shared", "buff_cache", "available"],
	    Swap: ["swap_total", "swap_used", "swap_free"] } | to_entries[] | .key as $row | .value | to_entries[] |
	    { key: "\(.value)_\($print)", value: figure($print; $row; .key) } ] | from_entries)
	  } ] } ],
    sample: "20ms", limit: "60s", expect: [ { outcome: "completed" } ] }' >"$work/free-scenario.json"

for kernel in 6.1 6.12; do
	run_json free "$work/free-scenario.json" -k "$kernel"
	same "$kernel: exit code" "$code" 0
	[ "$code" -eq 0 ] || { cat "$work/free.err"; continue; }
	run=$(get free .run)
	cell=free.kernel-default.s1.k$kernel
	done_ms=$("$memrig" show "$run/$cell" --stream | jq -rn 'reduce inputs as $r ({};
		if $r.type == "begin" then .begin = $r.t_ns
		elif $r.type == "event" and $r.workload == "tool.0" and $r.state == "done" then .done = $r.t_ns else . end) |
		(.done - .begin) / 1000000 | floor')
	# Back from the end: the programs that end have other pages.
	for print in 2 1 0; do
		said=$(get free ".cells[0].metrics | [ .[\"workload.tool.0.\" + (\"total\", \"used\", \"free\", \"shared\", \"buff_cache\", \"available\",
			\"swap_total\", \"swap_used\", \"swap_free\") + \"_$print\"] ] | join(\" \")")
		for before in $(seq 20 20 500); do
			view=$("$memrig" show "$run/$cell" --at "$((done_ms - 1000 * (2 - print) - before))ms" --as free --json | jq -r '.rows |
				(.[] | select(.name == "Mem") | [ .total_bytes, .used_bytes, .free_bytes, .shared_bytes, .buff_cache_bytes, .available_bytes ]) +
				(.[] | select(.name == "Swap") | [ .total_bytes, .used_bytes, .free_bytes ]) | join(" ")')
			[ "$view" != "$said" ] || break 2
		done
	done
	same "$kernel: the view at some sample in half a second before a print (total used free shared buff_cache available, swap)" "$view" "$said"
	number "$kernel: there was shared memory" "$(get free '.cells[0].metrics["workload.tool.0.shared_2"]')" -ge 16777216
	number "$kernel: there was swap in use" "$(get free '.cells[0].metrics["workload.tool.0.swap_used_2"]')" -ge 8388608
done
finish
