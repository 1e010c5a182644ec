#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# faults.sh COUNT|all SEED FAULT.SO: runs on the host in which one call fails: each kind, each place in turn or COUNT of them
# evenly spread from a place that SEED picks, with another error each time. memrig ends with an exit code of its own, and
# everything is as it was: at once, or, when it says that something is not back, after `memrig restore`.
. "$(dirname "$0")/lib.sh"
count=$1 seed=$2 fault=$3

# The shells themselves have all their calls.
faulty() {
	(exec sh -c 'mkdir /sys/fs/cgroup/scope-$$ && echo $$ >/sys/fs/cgroup/scope-$$/cgroup.procs; fault=$1; shift
		LD_PRELOAD=$fault exec "$@"' sh "$fault" "$memrig" "$@")
}
host_run() { faulty run "$here/short.json" -p "$here/profile.json" --place host --keep 64M --swap 32M -q >out 2>err; }

settle() {
	tries=0
	while [ "$(state)" != "$before" ] && [ $tries -lt 15 ]; do tries=$((tries + 1)); sleep 0.1; done
}

before=$(state)
FAULT_COUNT=/data/counts host_run
same "exit code without a fault" $? 0
settle
same "state without a fault" "$(state)" "$before"
total=0
while read -r _ n; do total=$((total + n)); done </data/counts
echo "calls: $(while read -r kind n; do echo "$kind $n"; done </data/counts | while read -r line; do printf '%s, ' "$line"; done)$total in all"
step=1
[ "$count" = all ] || step=$((total / count + 1))

at=$((seed % step)) errno_index=$seed harmless=0
while read -r kind n; do
	while [ $at -lt "$n" ]; do
		errno_index=$((errno_index + 1))
		case $((errno_index % 5)) in 0) code=5 ;; 1) code=28 ;; 2) code=13 ;; 3) code=12 ;; 4) code=16 ;; esac
		export FAULT_CALL="$kind" FAULT_AT=$((at + 1)) FAULT_ERRNO="$code"
		host_run
		got=$?
		unset FAULT_CALL FAULT_AT FAULT_ERRNO
		what="$kind $((at + 1)) of $n failing with errno $code"
		# What was to fail need not come: a run may take another course.
		grep -q '^fault: ' err && killed=$((killed + 1))
		[ $got -ne 0 ] || harmless=$((harmless + 1))
		case $got in 0 | 1 | 2 | 3 | 77) ;; *) same "$what: exit code (0, 1, 2, 3 or 77)" $got 3; cat err ;; esac
		# On stderr, or with the cell that is not valid.
		if [ $got -ne 0 ] && ! grep -q -v '^fault: ' err && ! grep -q -e 'not valid' -e 'crashed:' out; then
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
		at=$((at + step))
	done
	at=$((at - n))
done </data/counts
echo "harmless $harmless"
finish
