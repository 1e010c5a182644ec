#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# One night: runs the plan, gates the run against the last good one, and leaves what other programs read in one directory.
#
#   MEMRIG_PLAN      what `memrig run` is asked for (default: --plan ../nightly.json, as seen from here)
#   MEMRIG_STORE     where the runs are
#   MEMRIG_OUT       where gate.{txt,xml,ktap,md}, run.json and the page of the run go (default: ./nightly)
#   MEMRIG_TEXTFILE  node_exporter's textfile directory; memrig.prom is written there (default: $MEMRIG_OUT)
#   MEMRIG_BASELINE  the tag of the baseline in the store (default: good)
#   MEMRIG           the program (default: memrig)
#
# The baseline is the last run that was no worse than the one before; its tag keeps `memrig store prune` off it. After a
# regression it stays, until somebody accepts what is new: memrig store tag RUN good. Exits as `memrig gate` does: 0 good,
# 1 worse, 4 too few runs to tell. The first night is the first baseline, and says what is not valid or not as expected.
#
# Arguments go to `memrig run` in place of the plan: `nightly.sh --resume latest` ends a night that was interrupted.
set -eu

memrig=${MEMRIG:-memrig}
out=${MEMRIG_OUT:-nightly}
textfile=${MEMRIG_TEXTFILE:-$out}
baseline=${MEMRIG_BASELINE:-good}
mkdir -p "$out"

if [ $# -eq 0 ] && [ "${MEMRIG_PLAN-}" ]; then
	# A list of words.
	# shellcheck disable=SC2086
	set -- $MEMRIG_PLAN
elif [ $# -eq 0 ]; then
	set -- --plan "$(dirname "$0")/../nightly.json"
fi

# Findings of the run alone (exit 1) and cells that are not valid (3, with the run) are told by the gate too; anything
# else is no night.
code=0
"$memrig" run --json "$@" >"$out/run.json" || code=$?
if [ "$code" -gt 1 ] && ! { [ "$code" -eq 3 ] && [ -s "$out/run.json" ]; }; then
	echo "nightly: memrig run failed with exit code $code" >&2
	exit "$code"
fi
run=$(jq -r .run "$out/run.json")

accept() { "$memrig" store tag "$run" "$baseline"; }

if ! "$memrig" store tag --json | jq -e --arg name "$baseline" '.tags[$name]' >/dev/null; then
	echo "nightly: $run is the first night, there is nothing to hold it against; the next one is held against it"
	jq -r '.cells[] | select(.valid | not) | "not valid: \(.id)"' "$out/run.json"
	jq -r '.cells[] | .id as $id | .expectations[]? | select(.met == false) | "not met: \($id): \(.text)"' "$out/run.json"
	accept
	exit 0
fi

code=0
"$memrig" gate "$run" --baseline "$baseline" --junit "$out/gate.xml" --ktap "$out/gate.ktap" \
	--markdown "$out/gate.md" --prometheus "$textfile/memrig.prom" >"$out/gate.txt" || code=$?
cat "$out/gate.txt"
case $code in
0) accept ;;
1 | 4) ;;
*)
	echo "nightly: memrig gate failed with exit code $code" >&2
	exit "$code"
	;;
esac
"$memrig" report "$run" -o "$out/report.html" || echo "nightly: no page was made of the run" >&2
exit "$code"
