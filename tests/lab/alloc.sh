#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each allocation fails once: all of the commands that parse and plan, ALLOC=N (20) evenly spread ones of those that judge and
# print, or ALLOC=all. memrig says that memory ran out and ends with a code of its own; one that ends as if nothing had been has
# printed the same. bash, for its arithmetic loops.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
fault=$PWD/build/tests/fault.so
[ -e "$fault" ] || skip "build/tests/fault.so is not built; make unit-programs makes it"
export MEMRIG_STATE=$work/state
runs=0

# one AT COMMAND...: the AT-th fails
one() {
	local at=$1 code
	shift
	FAULT_CALL=alloc FAULT_AT=$at FAULT_ERRNO=12 LD_PRELOAD=$fault "$memrig" "$@" >"$work/out" 2>"$work/err" </dev/null
	code=$?
	runs=$((runs + 1))
	if [ $code -eq "$good_code" ]; then
		cmp -s "$work/out" "$work/good" || fail "$*: allocation $at: exit code $code, and something else printed"
	elif [ $code -lt 1 ] || [ $code -gt 3 ]; then
		fail "$*: allocation $at: exit code $code, expected 3, or 1 or 2 of a check: $(tail -n 1 "$work/err")"
	elif ! cat "$work/err" "$work/out" | grep -v '^fault: ' | grep -qi -e memory -e allocat; then
		fail "$*: allocation $at: exit code $code, and no message of memory: $(tail -n 1 "$work/err")"
	fi
}

# each MOST|all COMMAND...
each() {
	local most=$1 total step at
	shift
	FAULT_COUNT=$work/counts LD_PRELOAD=$fault "$memrig" "$@" >"$work/good" 2>"$work/good.err" </dev/null
	good_code=$?
	[ $good_code -le 1 ] || { fail "$*: exit code $good_code without a fault: $(cat "$work/good.err")"; return; }
	total=$(sed -n 's/^alloc //p' "$work/counts")
	[ "${total:-0}" -ge 20 ] || fail "$*: ${total:-no} allocations, expected 20 or more"
	step=1
	[ "$most" = all ] || step=$((total / most + 1))
	for ((at = 1; at <= total; at += step)); do one $at "$@"; done
}

cat >"$work/sysctl.conf" <<'END'
vm.swappiness = 10
vm.dirty_ratio=20
net.ipv4.ip_forward = 1
END
some=${ALLOC:-20}
each all scenario check smoke
each all profile check mysql
each all profile export mysql --format sysctl.d
each all profile import "$work/sysctl.conf"
each all run smoke -p mysql --dry-run
each "$some" scenario show swap-with-free-memory
each "$some" profile show mysql
each "$some" run smoke --profiles databases -k 6.1 --dry-run --json
each "$some" scenario list
each "$some" scenario schema
each "$some" profile keys
each "$some" workload show anon
each "$some" verdict list
run_json stored smoke -p kernel-default -p swap-averse
same "exit code of a run" "$code" 0
each "$some" show latest
each "$some" explain latest
each "$some" compare latest
each "$some" compare latest --json
each "$some" gate latest --baseline latest
each "$some" report latest -o -
each "$some" store check
number "runs" $runs -ge 1000
finish
