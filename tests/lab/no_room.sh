#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A full disk, an unwritable store, a machine that is too big: a clear message, the right exit
# code, and nothing half-written.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
unshare -m true 2>/dev/null || skip "no rights for a mount of its own (unshare -m)"

# small BYTES COMMAND: runs it with $work/small a file system of that size.
small() {
	size=$1; shift
	mkdir -p "$work/small"
	unshare -m sh -c 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec sh -c "$@"' sh "$size" "$work/small" "$@"
}

message=$(small 16M "TMPDIR=$work/small $memrig run smoke 2>&1; echo \"exit \$?\"; ls $work/small | wc -l")
has "no room for the guest: message" "$message" "the guest's swap and disk need"
has "no room for the guest: what to do" "$message" "set TMPDIR"
has "no room for the guest: exit code" "$message" "exit 3"
same "no room for the guest: files left" "$(echo "$message" | tail -n 1)" 0
same "no room for the guest: runs stored" "$("$memrig" list --json | jq '.runs | length')" 0

message=$(small 8k "$memrig run smoke --store $work/small/store 2>&1; echo \"exit \$?\"; find $work/small -type f | wc -l")
has "full store: message" "$message" "No space left"
has "full store: exit code" "$message" "exit 3"
same "full store: files left" "$(echo "$message" | tail -n 1)" 0

message=$("$memrig" run smoke --store /proc/store 2>&1); code=$?
same "unwritable store: exit code" "$code" 3
has "unwritable store: message" "$message" "/proc/store"

jq '.machine.nodes[0].memory = "60G"' workloads/scenarios/smoke.json >"$work/big.json"
# On this machine, however much it has.
sed 's/^MemAvailable:.*/MemAvailable:   1500000 kB/' /proc/meminfo >"$work/meminfo"
message=$(unshare -m sh -c 'mount --bind "$1" /proc/meminfo && shift && exec "$@"' sh "$work/meminfo" "$memrig" run "$work/big.json" 2>&1); code=$?
same "a machine that does not fit: exit code" "$code" 77
has "a machine that does not fit: message" "$message" "this machine has"
finish
