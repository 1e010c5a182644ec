#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# signals.sh COUNT|all SEED FAULT.SO: runs on the host that get SIGINT, SIGTERM, SIGHUP or SIGQUIT at one of the calls they make, each in
# turn or COUNT of them evenly spread from one that SEED picks: so in every phase. They end by 128+N, what is stored is whole, and
# everything is as it was. A signal after the last cell may come too late to be told.
. "$(dirname "$0")/lib.sh"
count=$1 seed=$2 fault=$3

host_run() {
	(exec sh -c 'mkdir /sys/fs/cgroup/scope-$$ && echo $$ >/sys/fs/cgroup/scope-$$/cgroup.procs; fault=$1; shift
		LD_PRELOAD=$fault exec "$@"' sh "$fault" "$memrig" run "$here/short.json" -p "$here/profile.json" \
		--place host --keep 64M --swap 32M --seeds 2 -q) >out 2>err
}

settle() {
	tries=0
	while [ "$(state)" != "$before" ] && [ $tries -lt 15 ]; do tries=$((tries + 1)); sleep 0.1; done
}

before=$(state)
FAULT_COUNT=/data/counts host_run
same "exit code without a signal" $? 0
settle
same "state without a signal" "$(state)" "$before"
rm -rf /data/store
total=0
while read -r _ n; do total=$((total + n)); done </data/counts
step=1
[ "$count" = all ] || step=$((total / count + 1))

at=$((seed % step)) turn=$seed
while read -r kind n; do
	while [ $at -lt "$n" ]; do
		turn=$((turn + 1))
		case $((turn % 4)) in 0) number=2 ;; 1) number=15 ;; 2) number=1 ;; 3) number=3 ;; esac
		export FAULT_CALL="$kind" FAULT_AT=$((at + 1)) FAULT_SIGNAL="$number"
		host_run
		got=$?
		unset FAULT_CALL FAULT_AT FAULT_SIGNAL
		what="signal $number at $kind $((at + 1)) of $n"
		at=$((at + step))
		grep -q '^fault: ' err || continue # the run took another course
		killed=$((killed + 1))
		whole=$(cat /data/store/*/run.json 2>/dev/null | grep -c '"status": "finished"')
		[ $got -eq 0 ] && [ "$whole" -eq 1 ] || same "$what: exit code" $got $((128 + number))
		settle
		same "$what: state" "$(state)" "$before"
		if [ -d /data/store ]; then
			"$memrig" store check >out2 2>err2
			same "$what: store check" "$?: $(cat out2 err2)" "0: $(cat out2 err2)"
		fi
		rm -rf /data/store
	done
	at=$((at - n))
done </data/counts
finish
