#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# glibc's heap: small blocks come from brk() and stay resident after free() when a few are kept; large ones are mapped
# and go at once.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

# figures GROUP BRK MMAP BEFORE AFTER: of 32 MiB, in MiB, each within 1 MiB.
figures() {
	for figure in "brk $2" "mmap $3" "resident_before_free $4" "resident_after_free $5"; do
		near "$kernel: $1: ${figure% *} in KiB" \
			"$(get heap ".cells[0].metrics[\"workload.$1.0.${figure% *}_bytes\"] / 1024 | floor")" \
			$((${figure#* } * 1024)) 1024
	done
}

# charged GROUP: KiB charged to the group when all have freed and hold.
charged() {
	jq -rs --arg g "$1" '
		(map(select(.type == "columns"))[0].names | index("group.\($g).memory.current_bytes")) as $column
		| (map(.type == "event" and .workload == "last.0" and .state == "done") | index(true)) as $held
		| [.[:$held][] | select(.type == "sample") | .set as $set
			| range(0; $set | length; 2) | select($set[.] == $column) | $set[. + 1]]
		| last / 1024 | floor' "$work/stream"
}

for kernel in 6.1 6.12; do
	run_json heap "$data/heap.json" -k $kernel
	same "$kernel: exit code" "$code" 0
	same "$kernel: outcomes" "$(get heap '[.cells[].workloads[].outcome] | unique | join(" ")')" completed
	#               brk mmap before after
	figures small   32  0    32     32
	figures trimmed 32  0    32     1
	figures none    32  0    32     0
	figures large   0   32   32     4
	"$memrig" show "latest/$(get heap '.cells[0].id')" --stream >"$work/stream"
	number "$kernel: small: KiB charged to the group at the end" "$(charged small)" -ge $((32 << 10))
	number "$kernel: large: KiB charged to the group at the end" "$(charged large)" -le $((6 << 10))
done
finish
