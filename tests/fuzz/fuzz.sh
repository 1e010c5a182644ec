#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# fuzz.sh SECONDS [TARGET...]: each target for so long, from its seeds; what it found worth keeping is below build/corpus.
# fuzz.sh afl SECONDS [TARGET...]: the same with AFL++; its findings are below build/afl/out.
# fuzz.sh replay DIR: feeds the seeds to the targets built without a fuzzer, in DIR.
cd "$(dirname "$0")/../.." || exit 1
how=libfuzzer
case $1 in afl | replay) how=$1; shift ;; esac
seconds=$1 place=$1; shift
TMPDIR=$(mktemp -d) || exit 1 # what the targets leave when they are killed
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 130' INT TERM

run_libfuzzer() {
	corpus=build/corpus/$target
	mkdir -p "$corpus"
	if ! "build/fuzz/$target" -max_total_time="$seconds" -max_len="$longest" -artifact_prefix=build/corpus/ -print_final_stats=1 \
		"$corpus" "$@" 2>"$corpus.log"; then
		tail -n 30 "$corpus.log"
		return 1
	fi
	echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$corpus.log") inputs," \
		"$(sed -n 's/^stat::average_exec_per_sec: *//p' "$corpus.log") a second"
}

# stat_of NAME: from what AFL++ says of its run.
stat_of() { sed -n "s/^$1 *: *//p" "$out/default/fuzzer_stats"; }

run_afl() {
	out=build/afl/out/$target
	rm -rf "$out" "$out.seeds"; mkdir -p "$out.seeds"
	find "$@" -maxdepth 1 -type f -size -"$longest"c | while read -r seed; do cp "$seed" "$out.seeds/$(echo "$seed" | tr / -)"; done
	if ! AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
		afl-fuzz -i "$out.seeds" -o "$out" -V "$seconds" -G "$longest" -m none -t 2000 -- "build/afl/$target" >"$out.log" 2>&1; then
		tail -n 30 "$out.log"
		return 1
	fi
	echo "$target: $(stat_of execs_done) inputs, $(stat_of execs_per_sec) a second, $(stat_of saved_crashes) crashes," \
		"$(stat_of saved_hangs) that hang"
	set -- "$out"/default/crashes/id* "$out"/default/hangs/id*
	for found in "$@"; do
		[ ! -e "$found" ] || echo "  see it again: build/afl/$target '$found'"
	done
	[ "$(stat_of saved_crashes)$(stat_of saved_hangs)" = 00 ]
}

failed=0
while read -r target longest seeds; do
	case " $* " in "  " | *" $target "*) ;; *) continue ;; esac
	# shellcheck disable=SC2086
	case $how in
	replay) "$place/$target" $seeds ;;
	libfuzzer) run_libfuzzer $seeds </dev/null ;;
	afl) run_afl $seeds </dev/null ;;
	esac || { echo "FAILED: $target"; failed=$((failed + 1)); }
done <tests/fuzz/targets
exit $((failed > 0))
