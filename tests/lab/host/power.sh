#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# power.sh WHICH SEED FAULT.SO: runs on the host, and profiles being applied, in which the power goes at one of their calls, those that
# each_call() picks. All processes die, what was not synced of the journal is lost in part, the kernel
# begins anew: no group, no swap, every setting as it was, another boot id. Then `memrig restore`, or another run, finds nothing it
# cannot read and leaves nothing behind. (The kernel of this guest goes on; its restart is played by `reboot`.)
# shellcheck disable=SC2317,SC2119 # each_call calls try
. "$(dirname "$0")/lib.sh"
fault=$3 boots=0

# The kernel's own part of a new start.
reboot() {
	tries=0
	while [ -n "$(ls -d /sys/fs/cgroup/scope-* 2>/dev/null)" ] && [ $tries -lt 40 ]; do
		for group in /sys/fs/cgroup/scope-*; do echo 1 >"$group/cgroup.kill"; done
		rmdir /sys/fs/cgroup/scope-*/memrig-*/* /sys/fs/cgroup/scope-*/memrig-* /sys/fs/cgroup/scope-* 2>/dev/null
		tries=$((tries + 1))
		sleep 0.05
	done
	while read -r area _; do case $area in /data/memrig-swap-*) swapoff "$area" ;; esac; done </proc/swaps
	while read -r path value; do echo "$value" >"$path"; done </data/originals
	boots=$((boots + 1))
	printf '00000000-0000-4000-8000-%012d\n' $boots >/data/boot_id
}

# The smallest free memory last: huge pages raise it. Of the pair dirty_bytes and dirty_ratio the kernel takes the one in use.
for path in $settings; do
	value=$(cat "$path")
	case $path in *enabled) value=${value#*[} value=${value%]*} ;; *dirty_bytes | *min_free_kbytes) continue ;; esac
	echo "$path $value"
done >/data/originals
echo "/proc/sys/vm/min_free_kbytes $(cat /proc/sys/vm/min_free_kbytes)" >>/data/originals
cat /proc/sys/kernel/random/boot_id >/data/boot_id
mount --bind /data/boot_id /proc/sys/kernel/random/boot_id || exit 1

try() { # KIND AT OF TURN
	# shellcheck disable=SC2086
	FAULT_CALL="$1" FAULT_AT="$2" FAULT_POWER="$4" as_faulty $command >out 2>err
	what="$verb, power cut at $1 $2 of $3 (loss $4)"
	grep -q '^fault: ' err || { reboot; as_host restore >out2 2>err2; return; }
	killed=$((killed + 1))
	[ ! -e /data/state/journal ] || restored=$((restored + 1))
	reboot
	as_host restore >out2 2>err2
	same "$what: exit code of restore: $(cat err2)" $? 0
	same "$what: state" "$(state)" "$before"
	rm -rf /data/store
}

before=$(state)
for verb in run apply; do
	case $verb in
	run) command="$short_run --swap 32M" ;;
	apply) command="profile apply $here/profile.json" ;;
	esac
	# shellcheck disable=SC2086
	FAULT_COUNT=/data/counts as_faulty $command >out 2>err
	same "$verb without a fault" $? 0
	reboot
	as_host restore >out2 2>err2
	same "$verb without a fault: state" "$(state)" "$before"
	each_call "$1" "$2" try
done
finish
