#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/cases/NAME.md, a page for each shipped case: what the scenario says of itself, and what memrig printed when it was run.
#   scripts/case-pages.sh [NAME...]             runs them (all) on 6.1 and 6.12 and writes their pages
#   scripts/case-pages.sh --from RUN [NAME...]  takes the figures from a run that is stored
#   scripts/case-pages.sh --text [NAME...]      keeps the figures, writes the text anew
#   scripts/case-pages.sh --check [NAME...]     writes nothing; says which are out of date, exit code 1
#   scripts/case-pages.sh --against RUN [NAME...]  writes nothing; says which cases end or are judged otherwise in that run than on
#                                               their pages, exit code 1; numbers may differ, they are of another build
set -eu
cd "$(dirname "$0")/.."
memrig=${MEMRIG:-./memrig}
kernels="-k 6.1 -k 6.12"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

scenario() { echo "workloads/scenarios/$1.json"; }
page() { echo "docs/cases/$1.md"; }

# Of what changes a cell: figures are good for as long as it is the same.
sum() { jq -cS 'del(.case, .description, .source, .cured.description)' "$(scenario "$1")" | sha256sum | cut -c1-16; }

text() {
	jq -r --arg kernels "$kernels" '"# \(.name)\n\n\(.description)\n\n    memrig run \(.name) \($kernels)\n",
		([["you see", (.case.symptoms | join("; "))], ["seen on", .case.seen], ["scaled", .case.scaled], ["expected", .case.expected],
		  ["cure", .case.fix], ["run beside it", .cured.description], ["source", .source]]
		 | map(select(.[1])) | "| | |\n| --- | --- |", (.[] | "| \(.[0]) | \(.[1] | gsub("\\|"; "\\|")) |")),
		"\nThe scenario: [\(.name).json](../../workloads/scenarios/\(.name).json). Other symptoms: [cases](../cases.md). Another kernel\npackage or another build moves figures a little ([why](../how-it-works.md#why-it-is-repeatable)).\n"' "$(scenario "$1")"
}

# figures NAME RUN: what `memrig compare` prints of that case
figures() {
	printf '## What it prints\n\n<!-- figures of %s -->\n\n```text\n' "$(sum "$1")"
	"$memrig" compare --color=never --by profile "$2" >"$work/table"
	awk -v name="$1" '/^[^ ].* · kernel / { ours = $1 == name } /^run: / { ours = 0 } ours' "$work/table" >"$work/now"
	sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$work/now"
	printf '```\n'
}

kept() { sed -n '/^## What it prints$/,$p' "$(page "$1")"; }

write() { # NAME, the figures on standard input
	{ text "$1"; cat; } >"$work/page"
	mv "$work/page" "$(page "$1")"
}

check() {
	[ -e "$(page "$1")" ] || { echo "$(page "$1") is missing: scripts/case-pages.sh $1"; return 1; }
	{ text "$1"; kept "$1"; } | diff -u "$(page "$1")" - || { echo "$(page "$1"): scripts/case-pages.sh --text $1"; return 1; }
	kept "$1" | grep -q ' · kernel ' || { echo "$(page "$1"): no figures: scripts/case-pages.sh $1"; return 1; }
	grep -q "figures of $(sum "$1") " "$(page "$1")" ||
		{ echo "$(page "$1"): the scenario is another than the one measured: scripts/case-pages.sh $1"; return 1; }
}

# Of figures: which LRU, outcomes and verdicts.
words() { awk '/ · kernel / { sub(/ · kernel [^ ]*/, ""); print; rules = 0 } /^─/ { rules++; next } rules == 1'; }

against() { # NAME RUN
	kept "$1" | words >"$work/page"
	figures "$1" "$2" | words >"$work/words"
	[ -s "$work/words" ] || { echo "$1 is not in the run"; return 1; }
	diff -u "$work/page" "$work/words" || { echo "$(page "$1") says otherwise: scripts/case-pages.sh $1"; return 1; }
}

mode=measure run=
case ${1:-} in
--from | --against) mode=${1#--} run=$2; shift 2 ;;
--text | --check) mode=${1#--}; shift ;;
esac
# shellcheck disable=SC2046 # names have no blanks
[ $# -gt 0 ] || set -- $(jq -r 'select(.case) | .name' workloads/scenarios/*.json)
mkdir -p docs/cases
# shellcheck disable=SC2086 # two options
[ "$mode" != measure ] || run=$("$memrig" run "$@" $kernels --json -q | jq -r .run)

failed=0
for name in "$@"; do
	case $mode in
	check) check "$name" || failed=1 ;;
	against) against "$name" "$run" || failed=1 ;;
	text) kept "$name" | write "$name" ;;
	*)
		figures "$name" "$run" >"$work/figures"
		if [ -s "$work/now" ]; then write "$name" <"$work/figures"; else echo "$name is not in the run"; failed=1; fi
		;;
	esac
done
exit $failed
