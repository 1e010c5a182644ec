#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# apply_faults.sh WHICH SEED FAULT.SO: as faults.sh, of `profile apply`, `restore` and `profile capture`. One that fails says why; what it says
# it has put back is back; and a `restore` without a fault ends with everything as it was.
# shellcheck disable=SC2317,SC2119 # each_call calls try
. "$(dirname "$0")/lib.sh"
fault=$3

# faulty COMMAND...: with what FAULT_* say
faulty() { LD_PRELOAD=$fault "$memrig" "$@" >out 2>err; }
plain() { "$memrig" "$@" >out2 2>err2; }

# After one that failed: a message, of restore also in its list; then an undisturbed restore has something to do or says that there
# is nothing.
mend() {
	[ "$1" -eq 0 ] || grep -q -v '^fault: ' err || grep -q 'NOT ' out; same "$2: a message" $? 0
	case $1 in 0 | 1 | 2 | 3 | 77) ;; *) same "$2: exit code (0, 1, 2, 3 or 77)" "$1" 3 ;; esac
	if [ "$(state)" = "$before" ]; then return; fi
	case $2 in restore*) ;; *) grep -q -e restore -e 'not put back' err ;; esac
	same "$2: says that something is not back" $? 0
	restored=$((restored + 1))
	plain restore
	same "$2: exit code of restore" $? 0
	same "$2: state" "$(state)" "$before"
	[ "$(state)" = "$before" ] || cat err err2
}

try() { # KIND AT OF TURN
	code=$(errno_of "$4")
	$prepare
	export FAULT_CALL="$1" FAULT_AT="$2" FAULT_ERRNO="$code"
	# shellcheck disable=SC2086
	faulty $command
	got=$?
	unset FAULT_CALL FAULT_AT FAULT_ERRNO
	if grep -q '^fault: ' err; then killed=$((killed + 1)); fi
	mend "$got" "$verb, $1 $2 of $3 failing with errno $code"
}

before=$(state)
for verb in apply restore capture; do
	prepare=:
	case $verb in
	apply) command="profile apply $here/profile.json" ;;
	restore) command=restore prepare="plain profile apply $here/profile.json" ;;
	capture) command="profile capture" ;;
	esac
	$prepare
	# shellcheck disable=SC2086
	FAULT_COUNT=/data/counts faulty $command
	same "$verb without a fault" $? 0
	plain restore
	same "$verb without a fault: state" "$(state)" "$before"
	each_call "$1" "$2" try
done
finish
