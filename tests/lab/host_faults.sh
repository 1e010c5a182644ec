#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --place host, `profile apply` and `restore` with one call of each kind failing at a time, a signal at it, or the power going, in a guest as the
# host. FAULTS=N so many of all there are (36), or all; SEED=N picks others.
faults=${FAULTS:-36}
. "$(dirname "$0")/lib.sh"
need_lab 6.1
[ -e build/tests/fault.so ] || skip "build/tests/fault.so is not built; make unit-programs makes it"
extra=$PWD/build/tests/fault.so
. "$(dirname "$0")/host/guest.sh"

# each NAME SCRIPT ALL: of all there are, at least so many
each() {
	in_guest "$1" "$2 $faults ${SEED:-1} $extra"
	number "$1: that met their call" "$(get "$1" '.cells[0].metrics["workload.outer.0.killed"]')" -ge "$([ "$faults" = all ] && echo "$3" || echo $((faults / 2)))"
}

each faults faults.sh 600
all=$faults
[ "$faults" != all ] || faults=600 # all do not fit into the hour that a cell may take
each signals signals.sh 300
faults=$all
[ "$faults" = all ] || faults=$((faults / 3)) # of each of three verbs
each apply apply_faults.sh 250

# Power cuts: 10 in runs and as many in `profile apply`; POWER=N, make torture takes 60.
power=${POWER:-10}
in_guest power "power.sh $power ${SEED:-1} $extra"
number "power cuts" "$(get power '.cells[0].metrics["workload.outer.0.killed"]')" -ge "$power"
finish
