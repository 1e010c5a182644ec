#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# signals.sh WHICH SEED FAULT.SO: runs on the host that get SIGINT, SIGTERM, SIGHUP or SIGQUIT at one of the calls they make, at those
# that each_call() picks: so in every phase. They end by 128+N, what is stored is whole, and everything is as it was. A signal
# after the last cell may come too late to be told.
# shellcheck disable=SC2317,SC2119 # each_call calls try
. "$(dirname "$0")/lib.sh"
fault=$3

# shellcheck disable=SC2086
host_run() { as_faulty $short_run --swap 32M --seeds 2 >out 2>err; }

try() { # KIND AT OF TURN
	case $(($4 % 4)) in 0) number=2 ;; 1) number=15 ;; 2) number=1 ;; 3) number=3 ;; esac
	export FAULT_CALL="$1" FAULT_AT="$2" FAULT_SIGNAL="$number"
	host_run
	got=$?
	unset FAULT_CALL FAULT_AT FAULT_SIGNAL
	what="signal $number at $1 $2 of $3"
	grep -q '^fault: ' err || return # the run took another course
	killed=$((killed + 1))
	whole=$(cat /data/store/*/run.json 2>/dev/null | grep -c '"status": "finished"')
	[ "$got" -eq 0 ] && [ "$whole" -eq 1 ] || same "$what: exit code" "$got" $((128 + number))
	settle
	same "$what: state" "$(state)" "$before"
	if [ -d /data/store ]; then
		"$memrig" store check >out2 2>err2
		same "$what: store check" "$?: $(cat out2 err2)" "0: $(cat out2 err2)"
	fi
	rm -rf /data/store
}

before=$(state)
FAULT_COUNT=/data/counts host_run
same "exit code without a signal" $? 0
settle
same "state without a signal" "$(state)" "$before"
rm -rf /data/store
each_call "$1" "$2" try
finish
