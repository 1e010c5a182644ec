#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --place host with one call of each kind failing at a time, in a guest as the host. FAULTS=N so many of all there are (36), or all;
# SEED=N picks others.
faults=${FAULTS:-36}
. "$(dirname "$0")/lib.sh"
need_lab 6.1
[ -e build/tests/fault.so ] || skip "build/tests/fault.so is not built; make unit-programs makes it"
extra=$PWD/build/tests/fault.so
. "$(dirname "$0")/host/guest.sh"

in_guest faults "faults.sh $faults ${SEED:-1} $extra"
number "runs that a call failed in" "$(get faults '.cells[0].metrics["workload.outer.0.killed"]')" -ge "$([ "$faults" = all ] && echo 600 || echo $((faults / 2)))"
finish
