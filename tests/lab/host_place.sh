#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --place host, with a guest as the host: two nodes, swap, cgroup v2, root.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
. "$(dirname "$0")/host/guest.sh"

in_guest basics basics.sh
in_guest swap swap.sh
in_guest torture "torture.sh ${TORTURE:-100} ${SEED:-1}"
number "torture: runs that somebody was killed in" "$(get torture '.cells[0].metrics["workload.outer.0.killed"]')" -ge $((${TORTURE:-100} / 2))
number "torture: put back by the next start" "$(get torture '.cells[0].metrics["workload.outer.0.restored"]')" -ge $((${TORTURE:-100} / 20))
finish
