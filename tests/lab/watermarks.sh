#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# min_free_kbytes of a profile shows in every zone's watermarks as the kernel computes them
# (mm/page_alloc.c, __setup_per_zone_wmarks()):
#   min = min_free_pages * managed / all managed, low = min + step, high = low + step,
#   step = max(min / 4, managed * watermark_scale_factor / 10000)
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

cat >"$work/steps.json" <<'P'
{ "name": "steps", "sysctl": { "vm.min_free_kbytes": 8192, "vm.watermark_scale_factor": 200 } }
P
run_json marks smoke -p high-watermarks -p "$work/steps.json" -k 6.1 -k 6.12
same "exit code" "$code" 0
run=$(get marks .run)
for cell in $(get marks '.cells[].id'); do
	wrong=$("$memrig" show "$run/$cell" --stream | jq -s -c '
		(map(select(.type == "tune")) | map({(.key): .effective}) | add) as $set
		| (map(select(.type == "machine"))[0].settings + $set) as $s
		| map(select(.type == "zone")) as $zones
		| ($zones | map(.managed_pages) | add) as $all
		| (($s["vm.min_free_kbytes"] | tonumber) / 4 | floor) as $pages
		| $zones[] | . as $z
		| ($pages * .managed_pages / $all | floor) as $min
		| ([($min / 4 | floor), (.managed_pages * ($s["vm.watermark_scale_factor"] | tonumber) / 10000 | floor)] | max) as $step
		| select(.min_pages != $min or .low_pages != $min + $step or .high_pages != $min + 2 * $step)
		| {zone: .zone, node: .node, min: .min_pages, expected: $min, low: .low_pages, high: .high_pages, step: $step}')
	same "$cell: zones that differ from the formula" "$wrong" ""
done
for kernel in 6.1 6.12; do
	asked=$(get marks ".cells[] | select(.id | endswith(\"high-watermarks.s1.k$kernel\")) | .settings[\"vm.min_free_kbytes\"].effective")
	total=$(get marks ".cells[] | select(.id | endswith(\"high-watermarks.s1.k$kernel\")) | [.nodes[].total_bytes] | add")
	same "$kernel: 5% of RAM in kB" "$asked" $((total * 5 / 1024 / 100))
done
finish
