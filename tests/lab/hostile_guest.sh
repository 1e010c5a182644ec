#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest whose init misuses the channel and the console (tests/hostile/init.c; the seed says how): each cell ends as one that is
# not valid and says why, with so much memory and disk and no more, nothing outside of the run's directory, and nothing that steers
# the terminal.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
init=$PWD/build/tests/hostile-init
[ -x "$init" ] || skip "build/tests/hostile-init is not built: make unit-programs"
command -v python3 >/dev/null || skip "python3 is not installed"
export MEMRIG_STATE="$work/state" TMPDIR="$work/tmp"
mkdir "$work/tmp"
touch "$work/out" "$work/peak" "$work/said" # there before and after
cat >"$work/peak.py" <<'EOF'
# Runs a command for at most ten minutes and writes the most memory (KiB) that one of its processes had.
import resource, subprocess, sys
try:
    code = subprocess.run(sys.argv[2:], timeout=600).returncode
except subprocess.TimeoutExpired:
    code = 124
with open(sys.argv[1], "w") as out:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=out)
sys.exit(code if code >= 0 else 128 - code)
EOF

# Snapshots of such guests are nobody else's: a cache of its own, with the same kernels.
kernels=$("$memrig" run smoke -k 6.1 --dry-run 2>/dev/null | sed -n 's,.*(\(/.*/kernels\)/6\.1/boot/.*,\1,p' | head -n 1)
[ -d "$kernels" ] || skip "the kernels' directory is not found"
# Names of directories are no options of QEMU's, either.
export MEMRIG_CACHE="$work/cache,readonly=on"
mkdir -m 0700 "$MEMRIG_CACHE"
ln -s "$kernels" "$MEMRIG_CACHE/kernels"
jq '.groups[0].workloads = [{kind: "exec", command: "/usr/bin/true", pack: "/usr/bin/true"}] | .expect = []' \
	workloads/scenarios/smoke.json >"$work/program.json"
run_json exec "$work/program.json" -p kernel-default -k 6.1
same "a program, from a cache with a comma in its name: exit code" "$code" 0
same "the cache and the images in it: for their owner alone" "$(find "$MEMRIG_CACHE" ! -type l -perm /077)" ""

export MEMRIG_INIT="$init"

# elsewhere: what there is outside of the run's directory and of what memrig keeps for itself
elsewhere() { find "$work" -path "$MEMRIG_STORE" -prune -o -path "$MEMRIG_CACHE" -prune -o -path "$work/state" -prune -o -print | sort; }

# misuse SEED WHAT REASON [OPTION...]: the run ends with exit code 3 (not valid), and says the reason
misuse() {
	seed=$1 what=$2 why=$3; shift 3
	export MEMRIG_STORE="$work/store$seed"
	before=$(elsewhere)
	python3 "$work/peak.py" "$work/peak" "$memrig" run smoke -p kernel-default -k 6.1 --seed "$seed" --jobs 1 "$@" >"$work/out" 2>&1 </dev/null
	same "$what: exit code" "$?" 3
	has "$what: says why" "$(tr -s ' \n' ' ' <"$work/out")" "$why"
	number "$what: memory in KiB" "$(cat "$work/peak")" -le 1500000
	# At most the stream, packed, and the console.
	number "$what: disk in KiB" "$(du -sk "$MEMRIG_STORE" | cut -f 1)" -le 76000
	same "$what: nothing elsewhere" "$(elsewhere)" "$before"
	id=$(find "$MEMRIG_STORE" -mindepth 1 -maxdepth 1 -type d -name '2*' -printf '%f\n')
	same "$what: the cell is the one that was asked for" "$(jq -r '.cells[0]' "$MEMRIG_STORE/$id/run.json")" "smoke.kernel-default.s$seed.k6.1"
	plain "$what: run" cat "$work/out"
	cell=$id/smoke.kernel-default.s$seed.k6.1
	for command in "show $id" "show $id --json" "show $cell" "show $cell --stream" "explain $cell" "compare $id" "list" "report $id -o $work/page"; do
		# shellcheck disable=SC2086
		plain "$what: ${command%% *}" timeout 600 "$memrig" $command
	done
	rm -f "$work/page"
}

# plain WHAT COMMAND...: it does not crash, and nothing it says steers a terminal
plain() {
	named=$1; shift
	"$@" >"$work/said" 2>&1
	number "$named: no crash" "$?" -lt 124
	same "$named: plain" "$(LC_ALL=C tr -d '\n\t -~\200-\377' <"$work/said" | wc -c)" 0
}

misuse 1 "random bytes" "is not a record"
misuse 2 "random bytes after a good beginning" "line 3 of the stream is not a record"
misuse 3 "no end of line" "more in its records than is read"
misuse 4 "a record of 63 MiB" "more in its records than is read"
misuse 5 "two ends" "it comes after the end"
misuse 6 "other groups" "workload 'no-such-group.0', which the cell does not have"
misuse 7 "names with .. and escapes" "workload '../../../etc/x', which the cell does not have"
has "names with ..: the scenario is the one that was asked for" "$("$memrig" show "$id" --json | jq -r '.cells[0].scenario')" smoke
misuse 8 "a flood of records, and on the console" "more in its records than is read"
number "a flood on the console: what is kept, in KiB" "$(du -k --apparent-size "$MEMRIG_STORE/$id/cells/${cell##*/}/console.log" | cut -f 1)" -le 4200
misuse 9 "lengths that are none" "not valid"
misuse 10 "a million columns" "more samples and columns than are read"
misuse 11 "a guest that only counts" "no progress" --stall 5
same "no temporary file is left" "$(ls -A "$work/tmp")" ""
same "no command was run" "$(ls /tmp/pwned 2>/dev/null)" ""
finish
