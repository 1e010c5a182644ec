#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# reset.sh COUNT SEED FAULT.SO: the power fails in COUNT runs on the host: every third at a random moment, the others before one of
# the calls that a run makes to open, write, fsync or rename, evenly spread, which is right after the one before. Each cut is the end of
# this guest; the next, with the same disk, looks at what was left. The journal is whole or absent, and after the next start of
# memrig (`restore` and a run by turns) nothing is left.
. "$(dirname "$0")/lib.sh"
count=$1 seed=$2 fault=$3 kept=/data/reset
mkdir -p $kept

# Guests are alike, their boot ids too; machines differ.
n=0
[ ! -e $kept/n ] || read -r n <$kept/n
boot=0
[ ! -e $kept/boot ] || read -r boot <$kept/boot
boot=$((boot + 1))
echo $boot >$kept/boot
printf '%08d-0000-4000-8000-000000000000\n' $boot >$kept/boot_id
mount --bind $kept/boot_id /proc/sys/kernel/random/boot_id || exit 1

args="$short_run --swap 32M"
# shellcheck disable=SC2086
faulty() { as_faulty $args >out 2>err; }
keep() {
	echo "checks=$checks failures=$failures killed=$killed restored=$restored" >$kept/sums
	echo $n >$kept/n
	sync
}

# What the last guest left.
look() {
	read -r what <$kept/what
	killed=$((killed + 1))
	if [ -e /data/state/journal ]; then
		restored=$((restored + 1))
		echo "cut $n ($what): journal"
	else
		# Files are made after the journal is on disk, and removed before it goes.
		same "$what: files without a journal" "$(ls -d /data/memrig-* 2>/dev/null)" ""
		echo "cut $n ($what): no journal"
	fi
	if [ -d /data/store ]; then
		"$memrig" list >out 2>err
		same "$what: list" $? 0
		"$memrig" store prune --unfinished --yes >out 2>err
		same "$what: what the run had stored" "$?: $(cat err)" "0: $(cat err)"
		"$memrig" store check >out 2>err
		same "$what: the store" "$?: $(cat out err)" "0: $(cat out err)"
	fi
	if [ -e /data/state/journal ] && [ $((n % 2)) = 0 ]; then
		as_host restore >out 2>err
		same "$what: restore" "$?: $(cat err)" "0: $(cat err)"
	else
		# shellcheck disable=SC2086
		as_host $args >out 2>err
		same "$what: the next run" "$?: $(cat err)" "0: $(cat err)"
	fi
	same "$what: state" "$(state)" "$(cat $kept/before)"
	rm -rf /data/store $kept/what
}

# shellcheck source=/dev/null
[ ! -e $kept/sums ] || . $kept/sums
if [ ! -e $kept/before ]; then
	mkdir -p /data/state
	state >$kept/before
	FAULT_COUNT=/data/counts faulty
	same "exit code without a cut" $? 0
	same "state without a cut" "$(state)" "$(cat $kept/before)"
	rm -rf /data/store
fi
[ ! -e $kept/what ] || look >>$kept/log
total=0
while read -r kind calls; do case $kind in open | write | fsync | rename) total=$((total + calls)) ;; esac; done </data/counts
in_all=$total

while [ "$n" -lt "$count" ]; do
	n=$((n + 1))
	if [ $((n % 3)) = 0 ]; then
		ms=$(((n * 48271 + seed * 7919) % 1500))
		echo "after $ms ms" >$kept/what
		keep
		(sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"; echo b >/proc/sysrq-trigger) &
		faulty
		wait
	fi
	at=$(((n * total / count + seed) % total))
	while read -r kind calls; do
		case $kind in open | write | fsync | rename) ;; *) continue ;; esac
		[ $at -ge "$calls" ] || break
		at=$((at - calls))
	done </data/counts
	echo "before $kind $((at + 1)) of $calls" >$kept/what
	keep
	FAULT_RESET=1 FAULT_CALL=$kind FAULT_AT=$((at + 1)) faulty
	rm -rf $kept/what /data/store # the run took another course
done
cat $kept/log
finish
