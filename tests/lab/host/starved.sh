#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rest of the system runs out of memory while a cell runs: memrig ends the cell, records why, and puts everything back; also when
# the kernel has to kill, and when all anybody does is wait for memory.
. "$(dirname "$0")/lib.sh"

available() { while read -r key kib _; do [ "$key" != MemAvailable: ] || echo "$kib"; done </proc/meminfo; }
# What was said of the cell, on the terminal or in its stream
said() { cat out err; cat /data/store/*/cells/*/summary.json 2>/dev/null; }

# This script is nobody's to kill (guest.sh, adj); memrig begins as people start it.
# begin SCENARIO: until its workload runs
begin() {
	(echo 0 >/proc/self/oom_score_adj; become_host run "$here/$1.json" -p "$here/profile.json" --place host --keep 64M -q) >out 2>err &
	pid=$!
	until [ "$(cat /proc/sys/vm/swappiness)" = 17 ] || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
}

settled() {
	settle 50
	same "$1: state" "$(state)" "$before"
}

# ended WHAT WORDS: with exit code 3, saying so
ended() {
	wait $pid
	same "$1: exit code" $? 3
	said | grep -q "$2"; same "$1: says '$2'" $? 0
	cat out err
	"$memrig" store check >out2 2>err2; same "$1: store check: $(cat out2 err2)" $? 0
	rm -rf /data/store "${hog:?}"/*
	settled "$1"
}

mkdir /data/hog && mount -t tmpfs -o size=2G none /data/hog && hog=/data/hog
before=$(state)

# Short of memory: what is left is held below half of what is kept.
begin thrash
i=0
while kill -0 $pid 2>/dev/null; do
	i=$((i + 1))
	if [ "$(available)" -gt 20000 ]; then head -c 4M /dev/zero >"$hog/$i" 2>/dev/null; else sleep 0.1; fi
done
ended "short" "were left for the rest of the system"

# And the kernel kills: the hog, or the cell's workload; memrig goes on.
begin bounded
(echo 1000 >/proc/self/oom_score_adj; exec tail /dev/zero) >/dev/null 2>&1 &
wait $!
same "the hog was killed" $? 137
wait $pid
code=$?
case $code in 0 | 1 | 3) ;; *) same "out of memory: exit code" $code "0, 1 or 3" ;; esac
"$memrig" store check >out2 2>err2; same "out of memory: store check: $(cat out2 err2)" $? 0
rm -rf /data/store
settled "out of memory"

# Nothing but waiting: not thrash, whose own work is half of its time on some machines.
begin waits
ended "stalled" "the whole system has waited for memory"
finish
