#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Parsing, planning and reading of stored runs with one allocation failing at a time: every way to an allocation, or for
# each command ALLOCS=N of them (20; all) evenly spread from a place that SEED=N picks. Either memrig ends with an exit code
# of its own and a message that names memory, or with the same exit code and the same output as ever. ONLY=PART: the
# commands with that in them. $MEMRIG names the program.
set -u
cd "$(dirname "$0")/.." || exit 1
memrig=${MEMRIG:-./memrig}
preload=$PWD/build/tests/alloc.so
allocs=${ALLOCS:-20} seed=${SEED:-1} only=${ONLY-}
[ -e "$preload" ] || { echo "build/tests/alloc.so is not built; make unit-programs makes it"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C # without memory for another locale the output is the plain one
export MEMRIG_STORE=$work/store MEMRIG_STATE=$work/state
failed=0 tried=0

bad() {
	echo "FAILED: memrig $command with allocation $at failing: $1"
	tail -n 3 "$work/err"
	failed=$((failed + 1))
}

judge() {
	if ! grep -q '^fault: ' "$work/err"; then
		bad "it was not reached"
	elif [ "$code" = "$good" ]; then
		cmp -s "$work/out" "$work/good" || bad "exit code $code as ever, with another output"
	else
		case $code in
		2 | 3 | 77) grep -v '^fault: ' "$work/err" | grep -qi memory || bad "exit code $code, and no message names memory" ;;
		*) bad "exit code $code (expected 2, 3, 77, or $good as ever)" ;;
		esac
	fi
}

# each COMMAND...: all of its allocations in turn
each() {
	command=$*
	case $command in *"$only"*) ;; *) return ;; esac
	"$memrig" "$@" >"$work/good" 2>/dev/null
	LD_PRELOAD=$preload ALLOC_LIST=$work/list "$memrig" "$@" >"$work/good" 2>"$work/err"
	good=$?
	# Not by signal, and what is known already does not count as found out.
	[ "$good" -lt 77 ] || { at=none; bad "exit code $good"; return; }
	total=$(wc -l <"$work/list")
	[ "$allocs" = all ] && step=1 || step=$((total / allocs + 1))
	while read -r at; do
		LD_PRELOAD=$preload ALLOC_AT=$at "$memrig" "$@" >"$work/out" 2>"$work/err"
		code=$?
		judge
		tried=$((tried + 1))
	done < <(awk -v step="$step" -v seed="$seed" 'NR % step == seed % step' "$work/list")
	echo "memrig $command (exit code $good): $total ways to an allocation"
}

sed 's/"smoke"/5, "extra": [1e999/' workloads/scenarios/smoke.json >"$work/broken.json"
printf 'vm.swappiness = 10\nvm.dirty_ratio = 5\n# none\nkernel.hostname = x\n' >"$work/sysctl.conf"

each scenario list
each scenario check workloads/scenarios/smoke.json workloads/scenarios/mysql-swap-insanity.json
each scenario check "$work/broken.json"
each scenario show redis-under-pressure
each scenario schema
each profile list
each profile check profiles/saptune-hana.json profiles/zram-desktop.json
each profile show redis
each profile import "$work/sysctl.conf" --name imported
each profile export redis --format sysctl.d
each profile export pop-os-zram --format tuned
each profile export saptune-hana --format ansible
each profile apply redis --dry-run
each restore
each run smoke --dry-run
each run no-such-scenario --dry-run
each run mixed-pressure swap-with-free-memory huge-pages-from-fragments -p swap-averse -p zram-desktop --seeds 2 --dry-run --json
each verify --dry-run
each doctor --json

if [ -x "$(command -v qemu-system-x86_64)" ] && "$memrig" lab prepare --kernel 6.1 >/dev/null 2>&1 &&
	"$memrig" run smoke -p kernel-default -p swap-averse -k 6.1 --jobs 1 -q >/dev/null 2>&1; then
	each list
	each show latest
	each show latest --json
	each show latest/smoke.kernel-default.s1.k6.1
	each compare latest
	each compare latest --json
	each explain latest
	each gate latest --baseline latest
	each report latest -o -
	each history alloc.stalls
	each store check
	each rerun latest --dry-run
else
	echo "no guest, so no stored run to read"
fi

echo "$tried allocations failed, $failed of them badly (SEED=$seed)"
[ "$failed" -eq 0 ]
