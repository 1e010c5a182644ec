#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# faults.sh WHICH SEED FAULT.SO: runs on the host in which one call fails: each of those that each_call() picks, with another error
# each time. memrig ends with an exit code of its own, and everything is as it was: at once, or, when it says that something is
# not back, after `memrig restore`.
# shellcheck disable=SC2317,SC2119 # each_call calls try
. "$(dirname "$0")/lib.sh"
fault=$3

# shellcheck disable=SC2086
host_run() { as_faulty $short_run --swap 32M >out 2>err; }

try() { # KIND AT OF TURN
	code=$(errno_of "$4")
	export FAULT_CALL="$1" FAULT_AT="$2" FAULT_ERRNO="$code"
	host_run
	got=$?
	unset FAULT_CALL FAULT_AT FAULT_ERRNO
	what="$1 $2 of $3 failing with errno $code"
	# What was to fail need not come: a run may take another course.
	grep -q '^fault: ' err && killed=$((killed + 1))
	[ "$got" -ne 0 ] || harmless=$((harmless + 1))
	case $got in 0 | 1 | 2 | 3 | 77) ;; *) same "$what: exit code (0, 1, 2, 3 or 77)" "$got" 3; cat err ;; esac
	# On stderr, or with the cell that is not valid.
	if [ "$got" -ne 0 ] && ! grep -q -v '^fault: ' err && ! grep -q -e 'not valid' -e 'crashed:' out; then
		same "$what: exit code $got with a message" "$(cat err out)" "one"
	fi
	settle
	if [ "$(state)" != "$before" ]; then
		grep -q -e restore -e 'not put back' err
		same "$what: says that something is not back" $? 0
		restored=$((restored + 1))
		as_host restore >out2 2>err2
		settle
	fi
	same "$what: state" "$(state)" "$before"
	[ "$(state)" = "$before" ] || cat err
	rm -rf /data/store
}

before=$(state) harmless=0
FAULT_COUNT=/data/counts host_run
same "exit code without a fault" $? 0
settle
same "state without a fault" "$(state)" "$before"
each_call "$1" "$2" try
echo "harmless $harmless"
finish
