#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGINT, SIGTERM, SIGHUP or SIGQUIT at one of the calls of a run in the lab: kernels looked for, image built, guest booted, cells run and
# stored. It ends by 128+N, what is stored is whole, no guest and no temporary file is left. FAULTS=N so many of all calls
# there are (24), or all; SEED=N picks others.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
fault=$PWD/build/tests/fault.so
[ -e "$fault" ] || skip "build/tests/fault.so is not built; make unit-programs makes it"
count=${FAULTS:-24} seed=${SEED:-1}
mkdir "$work/tmp"
export TMPDIR="$work/tmp"

# In a session of its own: what is left of it can be seen. Every other run boots its guest.
signalled() {
	# shellcheck disable=SC2086,SC2016
	setsid --wait sh -c 'echo $$ >"$1"; export LD_PRELOAD="$2"; shift 2; exec "$@"' sh "$work/session" "$fault" "$memrig" run smoke --seeds 2 --jobs 1 -q $boot \
		>"$work/out" 2>"$work/err"
}

# The processes of the session: the kernel kills guests with their parent, looked at until then, a minute at most; those that have
# ended are for who is process 1 to reap.
left() {
	tries=0
	while ps -o pid=,ppid=,stat=,args= -s "$(cat "$work/session")" | awk '$3 !~ /^Z/' >"$work/left"; [ -s "$work/left" ] && [ $tries -lt 600 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	cut -c1-200 "$work/left"
}

boot=
FAULT_COUNT=$work/counts signalled
same "exit code without a signal" $? 0
rm -rf "$MEMRIG_STORE"
total=$(awk '{ n += $2 } END { print n }' "$work/counts")
number "calls" "$total" -ge 200
step=1
[ "$count" = all ] || step=$((total / count + 1))

at=$((seed % step)) turn=$seed met=0
while read -r kind n; do
	while [ $at -lt "$n" ]; do
		turn=$((turn + 1))
		case $((turn % 4)) in 0) signal=2 ;; 1) signal=15 ;; 2) signal=1 ;; 3) signal=3 ;; esac
		[ $((turn / 4 % 2)) -eq 0 ] && boot=--no-snapshot || boot=
		FAULT_CALL=$kind FAULT_AT=$((at + 1)) FAULT_SIGNAL=$signal signalled
		got=$?
		what="signal $signal at $kind $((at + 1)) of $n"
		at=$((at + step))
		grep -q '^fault: ' "$work/err" || continue
		met=$((met + 1))
		finished=$(cat "$MEMRIG_STORE"/*/run.json 2>/dev/null | jq -r .status)
		# After the last cell it may come too late to be told.
		[ $got -eq 0 ] && [ "$finished" = finished ] || same "$what: exit code" $got $((128 + signal))
		same "$what: processes left" "$(left)" ""
		same "$what: temporary files" "$(ls "$TMPDIR")" ""
		if [ -d "$MEMRIG_STORE" ]; then
			message=$("$memrig" store check 2>&1)
			same "$what: store check" "$?: $message" "0: $message"
		fi
		rm -rf "$MEMRIG_STORE"
	done
	at=$((at - n))
done <"$work/counts"
[ "$count" = all ] && least=200 || least=$((count / 2))
number "runs that met their signal" $met -ge "$least"

# What they left in the caches is good.
run_json again smoke --seeds 2
same "afterwards: exit code" "$code" 0
run_json booted smoke --seeds 2 --no-snapshot
same "afterwards: the streams" "$(get again '.cells[].stream_sha256')" "$(get booted '.cells[].stream_sha256')"
finish
