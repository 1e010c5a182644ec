# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034
# $data and $code are for the scripts that read this file in.
# What the guest tests share. Each runs memrig as a user would and looks at what it
# says; a check prints what was there, what was expected, and counts.
set -u
cd "$(dirname "$0")/../.." || exit 1
memrig=$(realpath "${MEMRIG:-memrig}") # another one: build/sanitize/memrig
data=$PWD/tests/lab/data
failures=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MEMRIG_STORE="$work/store"

skip() { echo "$*"; exit 77; }

need_lab() {
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
	command -v jq >/dev/null || skip "jq is not installed"
	for kernel in "$@"; do
		"$memrig" lab prepare --kernel "$kernel" >/dev/null || skip "kernel $kernel cannot be fetched"
	done
}

fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

# same WHAT ACTUAL EXPECTED
same() {
	if [ "$2" = "$3" ]; then printf "ok: %s: %.70s\n" "$1" "$(echo "$2" | head -n 1)"; else fail "$1: is '$2', expected '$3'"; fi
}

# differ WHAT A B
differ() {
	if [ "$2" != "$3" ]; then echo "ok: $1"; else fail "$1: both are '$2'"; fi
}

# number WHAT ACTUAL -ge|-le|... LIMIT   (integers)
number() {
	if test "$2" "$3" "$4" 2>/dev/null; then echo "ok: $1: $2 ($3 $4)"; else fail "$1: is '$2', expected $3 $4"; fi
}

# near WHAT ACTUAL EXPECTED LIMIT   (integers: at most LIMIT apart)
near() {
	if [ "$2" -ge $(($3 - $4)) ] 2>/dev/null && [ "$2" -le $(($3 + $4)) ]; then
		echo "ok: $1: $2 (expected $3, limit +-$4)"
	else
		fail "$1: is '$2', expected $3, limit +-$4"
	fi
}

# has WHAT TEXT PART
has() {
	case $2 in *"$3"*) echo "ok: $1" ;; *) fail "$1: '$2' does not say '$3'" ;; esac
}

# run_json NAME ARGS...: memrig run --json into $work/NAME.json; the exit code in $code, messages in $work/NAME.err.
run_json() {
	name=$1; shift
	"$memrig" run --json "$@" >"$work/$name.json" 2>"$work/$name.err"
	code=$?
}

# get NAME FILTER
get() { jq -r "$2" "$work/$1.json"; }

# Waits until the guest of that QEMU runs its cell: the channel's state (runner/lab/channel.h) is past 2.
wait_runs() {
	while kill -0 "$1" 2>/dev/null; do
		for fd in /proc/"$1"/fd/*; do
			[ "$(stat -Lc %s "$fd" 2>/dev/null)" = 67108864 ] || continue
			[ "$(od -An -tu4 -j24 -N4 "$fd" 2>/dev/null)" -gt 2 ] 2>/dev/null && return
		done
	done
}

# Waits until the process has ended, reaped or not.
wait_gone() {
	[ -n "$1" ] || return
	while [ -d "/proc/$1" ] && ! grep -q "^State:.[ZX]" "/proc/$1/status" 2>/dev/null; do :; done
}

finish() { [ "$failures" -eq 0 ] || { echo "$failures checks failed"; exit 1; }; exit 0; }
