#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# fuzz.sh SECONDS: each target for so long, from its seeds; what it found worth keeping is below build/corpus.
# fuzz.sh replay DIR: feeds the seeds to the targets built without a fuzzer, in DIR.
cd "$(dirname "$0")/../.." || exit 1
failed=0
while read -r target longest seeds; do
	corpus=build/corpus/$target
	if [ "$1" = replay ]; then
		# shellcheck disable=SC2086
		"$2/$target" $seeds || { echo "FAILED: $target"; failed=$((failed + 1)); }
		continue
	fi
	mkdir -p "$corpus"
	# shellcheck disable=SC2086
	if ! "build/fuzz/$target" -max_total_time="$1" -max_len="$longest" -artifact_prefix=build/corpus/ -print_final_stats=1 \
		"$corpus" $seeds 2>"$corpus.log"; then
		tail -n 30 "$corpus.log"
		exit 1
	fi
	echo "$target: $(grep -h number_of_executed_units "$corpus.log")"
done <tests/fuzz/targets
exit $((failed > 0))
