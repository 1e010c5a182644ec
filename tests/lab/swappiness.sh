#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Under mixed-pressure on the classic LRU vm.swappiness 1, 60, 180 give rising swap-out, by an
# order of magnitude between 1 and 60; on MGLRU they hardly differ. The table shows both.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

run_json mixed mixed-pressure -p swap-averse -p kernel-default -p swap-eager -k 6.1 -k 6.12
same "exit code" "$code" 0
swapped() { get mixed ".cells[] | select(.lru == \"$1\" and .profile == \"$2\") | .metrics[\"swap.out_bytes\"]"; }

averse=$(swapped classic swap-averse) default=$(swapped classic kernel-default) eager=$(swapped classic swap-eager)
number "classic, swappiness 60" "$default" -ge $((8 * 1024 * 1024))
number "classic, swappiness 1: at most a tenth" "$averse" -le $((default / 10))
number "classic, swappiness 180: more than 60" "$eager" -gt "$default"
ram=$(get mixed '[.cells[].nodes[].total_bytes] | add / 6 | floor')
for profile in swap-averse kernel-default swap-eager; do
	number "MGLRU, $profile: at most 2 % of RAM" "$(swapped mglru "$profile")" -le $((ram / 50))
done

run=$(get mixed .run)
table=$("$memrig" compare "$run")
has "the table names the LRU" "$table" "classic LRU"
has "the table names MGLRU" "$table" "multi-generational LRU"
has "the table has reclaim by node" "$table" "node 1, file"
for profile in swap-averse kernel-default swap-eager; do has "the table has $profile" "$table" "$profile"; done
has "list shows the run" "$("$memrig" list)" "$run"
same "show gives the same document" "$("$memrig" show "$run" --json | jq -S '.cells[].stream_sha256')" "$(get mixed '.cells[].stream_sha256' | jq -R .)"
finish
