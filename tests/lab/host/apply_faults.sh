#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# apply_faults.sh COUNT|all SEED FAULT.SO: as faults.sh, of `profile apply`, `restore` and `profile capture`. One that fails says why; what it says
# it has put back is back; and a `restore` without a fault ends with everything as it was.
. "$(dirname "$0")/lib.sh"
count=$1 seed=$2 fault=$3

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

before=$(state)
for verb in apply restore capture; do
	prepare=:
	case $verb in
	apply) set -- profile apply "$here/profile.json" ;;
	restore) set -- restore; prepare="plain profile apply $here/profile.json" ;;
	capture) set -- profile capture ;;
	esac
	$prepare
	FAULT_COUNT=/data/counts faulty "$@"
	same "$verb without a fault" $? 0
	plain restore
	same "$verb without a fault: state" "$(state)" "$before"
	total=0
	while read -r _ n; do total=$((total + n)); done </data/counts
	step=1
	[ "$count" = all ] || step=$((total / count + 1))
	at=$((seed % step)) turn=$seed
	while read -r kind n; do
		while [ $at -lt "$n" ]; do
			turn=$((turn + 1))
			case $((turn % 5)) in 0) code=5 ;; 1) code=28 ;; 2) code=13 ;; 3) code=12 ;; 4) code=16 ;; esac
			$prepare
			export FAULT_CALL="$kind" FAULT_AT=$((at + 1)) FAULT_ERRNO="$code"
			faulty "$@"
			got=$?
			unset FAULT_CALL FAULT_AT FAULT_ERRNO
			at=$((at + step))
			if grep -q '^fault: ' err; then killed=$((killed + 1)); fi
			mend $got "$verb, $kind $at of $n failing with errno $code"
		done
		at=$((at - n))
	done </data/counts
done
finish
