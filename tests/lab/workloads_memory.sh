#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each kind of private memory moves the counter that it is for and not its neighbour's; so do the options of anon.
# Differences are between the first sample and the last one while everything is held.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12
export M=1048576

# cell NAME KERNEL WORKLOAD [GROUP]: runs the workload, held until a second one has let two samples pass.
cell() {
	jq -n --argjson w "$3" --argjson g "${4:-{\}}" '{
		name: "memory", description: "one workload and a clock",
		machine: { nodes: [ {memory: "224M", cpus: 1}, {memory: "192M", cpus: 1} ], swap: {size: "256M", kind: "pmem"} },
		sysfs: { "kernel/mm/transparent_hugepage/enabled": "madvise" }, # a kernel turns it off below 512 MiB
		sysctl: { "kernel.numa_balancing": 0, "vm.overcommit_memory": 1 },
		groups: [ ({name: "db", workloads: [ ({work: "0 passes", hold: true} + $w) ]} + $g),
			  {name: "clock", workloads: [ {kind: "anon", size: "1M", work: "300ms", rate: 1000, start: "after db done"} ]} ],
		sample: "100ms", limit: "60s" }' >"$work/$1.scenario.json"
	run_json "$1" "$work/$1.scenario.json" -k "$2"
	"$memrig" show "latest/$(get "$1" '.cells[0].id')" --stream >"$work/$1.stream"
	same "$2 $1: outcome" "$(get "$1" '.cells[0].outcome')" completed
}

# moved NAME COLUMN: its growth up to the last sample while the workload is held.
moved() {
	jq -rs --arg column "$2" '
		(map(select(.type == "columns"))[0].names) as $names
		| (map(select(.type == "event" and .workload == "clock.0" and .state == "done"))[0].t_ns) as $until
		| reduce (map(select(.type == "sample" and .t_ns <= $until))[] | .set) as $set ([];
			. + [(.[-1] // {}) + ([range(0; $set | length; 2) | {key: $names[$set[.]], value: $set[. + 1]}] | from_entries)])
		| (.[-1][$column] // 0) - (.[0][$column] // 0)' "$work/$1.stream"
}

# near WHAT ACTUAL EXPECTED TOLERANCE
near() {
	if [ "$2" -ge $(($3 - $4)) ] && [ "$2" -le $(($3 + $4)) ]; then echo "ok: $1: $2, expected $3 +- $4"
	else fail "$1: is $2, expected $3 +- $4"; fi
}

# What anon moves, without an option: its own pages, and little else.
for k in 6.1 6.12; do
	cell plain $k '{"kind": "anon", "size": "48M", "thp": "never"}'
	near "$k anon: AnonPages" "$(moved plain meminfo.AnonPages_bytes)" $((49 * M)) $((2 * M))
	number "$k anon: Mlocked" "$(moved plain meminfo.Mlocked_bytes)" -eq 0
	number "$k anon: PageTables" "$(moved plain meminfo.PageTables_bytes)" -le $M
	number "$k anon, thp never: AnonHugePages" "$(moved plain meminfo.AnonHugePages_bytes)" -eq 0
	plain_faults=$(moved plain vmstat.pgfault)

	cell huge_pages $k '{"kind": "anon", "size": "48M", "thp": "always"}'
	near "$k anon, thp always: AnonHugePages" "$(moved huge_pages meminfo.AnonHugePages_bytes)" $((48 * M)) $((4 * M))

	cell lock_option $k '{"kind": "anon", "size": "48M", "mlock": true, "thp": "never"}'
	near "$k anon, mlock: Mlocked" "$(moved lock_option meminfo.Mlocked_bytes)" $((48 * M)) $M

	cell locked $k '{"kind": "locked", "size": "48M"}'
	near "$k locked: Mlocked" "$(moved locked meminfo.Mlocked_bytes)" $((48 * M)) $M
	near "$k locked: Unevictable" "$(moved locked meminfo.Unevictable_bytes)" $((48 * M)) $M
	same "$k locked: VmLck" "$(get locked '.cells[0].metrics["workload.db.0.locked_bytes"]')" $((48 * M))

	cell tables $k '{"kind": "page_tables", "size": "16M"}'
	near "$k page_tables: PageTables" "$(moved tables meminfo.PageTables_bytes)" $((16 * M)) $M
	near "$k page_tables: AnonPages" "$(moved tables meminfo.AnonPages_bytes)" $((17 * M)) $((2 * M))
	number "$k page_tables: Mlocked" "$(moved tables meminfo.Mlocked_bytes)" -eq 0
	near "$k page_tables: VmPTE" "$(get tables '.cells[0].metrics["workload.db.0.page_table_bytes"]')" $((16 * M)) $M

	cell stack $k '{"kind": "stack", "size": "48M"}'
	near "$k stack: AnonPages" "$(moved stack meminfo.AnonPages_bytes)" $((49 * M)) $((2 * M))
	near "$k stack: VmStk" "$(get stack '.cells[0].metrics["workload.db.0.stack_bytes"]')" $((48 * M)) $M

	cell huge $k '{"kind": "huge", "size": "32M", "reserve": "40M", "policy": "bind:1"}'
	same "$k huge: HugePages_Total of node 1" "$(jq -rs '(map(select(.type == "columns"))[0].names | index("node1.meminfo.HugePages_Total")) as $i
		| map(select(.type == "sample"))[0].set as $set | [range(0; $set | length; 2) | select($set[.] == $i) | $set[. + 1]][0]' "$work/huge.stream")" 20
	near "$k huge: HugePages_Free of node 1" "$(moved huge node1.meminfo.HugePages_Free)" -16 0
	number "$k huge: HugePages_Free of node 0" "$(moved huge node0.meminfo.HugePages_Free)" -eq 0
	number "$k huge: AnonPages" "$(moved huge meminfo.AnonPages_bytes)" -le $((2 * M))
	same "$k huge: problems" "$(grep -c '"type":"problem"' "$work/huge.stream")" 0

	cell zero $k '{"kind": "anon", "size": "48M", "touch": "read", "thp": "never"}'
	number "$k anon, touch read: AnonPages" "$(moved zero meminfo.AnonPages_bytes)" -le $((2 * M))
	same "$k anon, touch read: filled" "$(get zero '.cells[0].workloads[] | select(.name == "db.0") | .filled_bytes')" $((48 * M))

	cell twice $k '{"kind": "anon", "size": "48M", "touch": "read", "thp": "never", "write": 1, "work": "1 pass"}'
	near "$k anon, read then written: AnonPages" "$(moved twice meminfo.AnonPages_bytes)" $((49 * M)) $((2 * M))
	near "$k anon, read then written: faults more than written at once" $(($(moved twice vmstat.pgfault) - plain_faults)) 12288 700

	cell dontneed $k '{"kind": "anon", "size": "48M", "advice": "dontneed", "thp": "never"}'
	number "$k anon, advice dontneed: AnonPages" "$(moved dontneed meminfo.AnonPages_bytes)" -le $((2 * M))
	cell pageout $k '{"kind": "anon", "size": "48M", "advice": "pageout", "thp": "never"}'
	near "$k anon, advice pageout: swap.out_bytes" "$(get pageout '.cells[0].metrics["swap.out_bytes"]')" $((48 * M)) $((2 * M))
	cell free $k '{"kind": "anon", "size": "48M", "advice": "free", "thp": "never"}'
	near "$k anon, advice free: pglazyfree" "$(moved free vmstat.pglazyfree)" 12288 64
	cell populate $k '{"kind": "anon", "size": "48M", "populate": true, "touch": "read", "thp": "never"}'
	number "$k anon, populate for reading: AnonPages" "$(moved populate meminfo.AnonPages_bytes)" -le $((2 * M))
done

# More huge pages than the node has: said before the cell begins, and the pool is as it was.
jq '.groups[0].workloads[0] += {reserve: "400M"}' "$work/huge.scenario.json" >"$work/many.scenario.json"
run_json many "$work/many.scenario.json"
number "too many huge pages: exit code" "$code" -ne 0
same "too many huge pages: valid" "$(get many '.cells[0].valid')" false
has "too many huge pages: the reason" "$(get many '.cells[0] | tojson')" "of the 200 huge pages of 2 MiB"
finish
