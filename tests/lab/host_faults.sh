#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --place host, `profile apply` and `restore` with one call of each kind failing at a time, a signal at it, or the power going, in a guest as the
# host. FAULTS=N so many of all there are (36), or all (hours); SEED=N picks others.
faults=${FAULTS:-36}
. "$(dirname "$0")/lib.sh"
need_lab 6.1
[ -e build/tests/fault.so ] || skip "build/tests/fault.so is not built; make unit-programs makes it"
extra=$PWD/build/tests/fault.so
. "$(dirname "$0")/host/guest.sh"

# each NAME SCRIPT PARTS COUNT: COUNT of the calls; of all in so many guests, since a cell may take an hour
each() {
	if [ "$faults" != all ]; then
		in_guest "$1" "$2 $4 ${SEED:-1} $extra"
		number "$1: that met their call" "$(get "$1" '.cells[0].metrics["workload.outer.0.killed"]')" -ge $(($4 / 2))
		return
	fi
	for part in $(seq "$3"); do
		in_guest "$1-$part" "$2 $part/$3 ${SEED:-1} $extra"
		met=$(get "$1-$part" '.cells[0].metrics["workload.outer.0.killed"]') calls=$(get "$1-$part" '.cells[0].metrics["workload.outer.0.calls"]')
		number "$1, part $part of $3: that met their call, of $calls in all" "$met" -ge $((calls / $3 / 2))
	done
}

each faults faults.sh 4 "$faults"
each signals signals.sh 4 "$faults"
[ "$faults" = all ] && third=all || third=$((faults / 3))
each apply apply_faults.sh 1 "$third" # of each of three verbs

# Power cuts: 10 in runs and as many in `profile apply`; POWER=N, make torture takes 60.
power=${POWER:-10}
in_guest power "power.sh $power ${SEED:-1} $extra"
number "power cuts" "$(get power '.cells[0].metrics["workload.outer.0.killed"]')" -ge "$power"
finish
