#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --place host, with a guest as the host: two nodes, swap, cgroup v2, root.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12
. "$(dirname "$0")/host/guest.sh"

in_guest basics basics.sh
kernel=6.12
in_guest basics_612 basics.sh
kernel=6.1
in_guest swap swap.sh
[ -e build/tests/cpuset.so ] || skip "build/tests/cpuset.so is not built; make unit-programs makes it"
extra=$PWD/build/tests/cpuset.so
in_guest cpuset "cpuset.sh $extra"
adj=-1000
in_guest starved starved.sh
adj=0

# A guest for each 200: one says no figures before its end.
left=${TORTURE:-100} seed=${SEED:-1} killed=0 restored=0
while [ "$left" -gt 0 ]; do
	part=$((left < 200 ? left : 200))
	in_guest torture "torture.sh $part $seed"
	killed=$((killed + $(get torture '.cells[0].metrics["workload.outer.0.killed"] // 0')))
	restored=$((restored + $(get torture '.cells[0].metrics["workload.outer.0.restored"] // 0')))
	left=$((left - part)) seed=$((seed + 1))
done
number "torture: runs that somebody was killed in" $killed -ge $((${TORTURE:-100} / 2))
number "torture: put back by the next start" $restored -ge $((${TORTURE:-100} / 20))
finish
