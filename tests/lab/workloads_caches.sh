#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each of the workloads on page cache, Buffers and shared memory moves its counters and leaves the others alone.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

# counters STREAM: "WORKLOAD Dirty Cached Buffers Shmem AnonPages" a line, each in KiB, by how much it grew from the
# workload's start to its end. Both are told by the last sample before.
counters() {
	jq -rs '
		(map(select(.type == "columns"))[0].names) as $names
		| ["Dirty", "Cached", "Buffers", "Shmem", "AnonPages"] as $counters
		| reduce (.[] | select(.type == "sample" or .type == "event")) as $r ({now: {}, at: {}};
			if $r.type == "sample" then
				.now += ([range(0; $r.set | length; 2) | {key: $names[$r.set[.]], value: $r.set[. + 1]}] | from_entries)
			else .at[$r.workload + " " + $r.state] = .now end)
		| .at as $at | $at | keys_unsorted[] | select(endswith(" done")) | split(" ")[0] as $w
		| [$w] + ($counters | map("meminfo.\(.)_bytes" as $c | ($at[$w + " done"][$c] - $at[$w + " started"][$c]) / 1024))
		| map(tostring) | join(" ")' "$1"
}

# grew WORKLOAD Dirty Cached Buffers Shmem: MiB expected, each within 2 MiB: what is between two samples (with a dozen groups
# one takes longer than the 10 ms that are asked for), and what the
# kernel counts per CPU first.
grew() {
	workload=$1; shift
	# shellcheck disable=SC2046 # split on purpose
	set -- "$@" $(grep "^$workload " "$work/counters")
	for i in 1 2 3 4; do
		name=$(echo Dirty Cached Buffers Shmem | cut -d ' ' -f $i)
		near "$kernel: $workload: growth of $name in KiB" "$(echo "${6-} ${7-} ${8-} ${9-}" | cut -d ' ' -f $i)" \
			$(($(echo "$1 $2 $3 $4" | cut -d ' ' -f $i) * 1024)) 2048
	done
	shift
	near "$kernel: $workload: growth of AnonPages in KiB" "${9-}" 0 512
}

for kernel in 6.1 6.12; do
	run_json caches "$data/caches.json" -k $kernel
	same "$kernel: exit code" "$code" 0
	same "$kernel: outcomes" "$(get caches '[.cells[].workloads[].outcome] | unique | join(" ")')" completed
	same "$kernel: bad pages" "$(get caches '[.cells[].workloads[].bad_pages] | add')" 0
	"$memrig" show "latest/$(get caches '.cells[0].id')" --stream >"$work/stream"
	counters "$work/stream" >"$work/counters"
	#             Dirty Cached Buffers Shmem
	grew dirty.0  8     8      0       0
	grew synced.0 0     8      0       0
	grew often.0  0     8      0       0
	grew behind.0 0     0      0       0
	grew stream.0 0     0      0       0
	grew device.0 0     0      32      0
	grew memfd.0  0     16     0       16
	grew tmpfs.0  0     16     0       16
	grew sysv.0   0     16     0       16
	same "$kernel: bytes written" "$(get caches '.cells[0].metrics["workload.dirty.0.written_bytes"]')" $((16 << 20))
	same "$kernel: no fsync, no time of one" "$(get caches '.cells[0].metrics | has("workload.dirty.0.fsync_max_ns")')" false
	number "$kernel: ns of the fsync at the end" "$(get caches '.cells[0].metrics["workload.synced.0.fsync_max_ns"]')" -gt 0
	number "$kernel: bytes of shared memory in swap" "$(get caches '.cells[0].metrics["group.pressed.swap_peak_bytes"]')" -ge $((8 << 20))
done
finish
