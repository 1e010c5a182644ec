#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/cases.md is what the scenarios say, names those that exist, and has the symptoms that people come with.
set -u
cd "$(dirname "$0")/.." || exit 1
memrig=${MEMRIG:-./memrig}
command -v jq >/dev/null || { echo "jq is not installed"; exit 77; }

failed=0
fail() { echo "FAILED: $*"; failed=1; }

scripts/cases-index.sh | diff -u docs/cases.md - || fail "docs/cases.md is out of date: scripts/cases-index.sh >docs/cases.md"

# In tables, names are links, in backticks and the first of a cell.
named=$(sed -n 's/^| .*| \[`\([a-z0-9-]*\)`.*/\1/p; s/^| \[`\([a-z0-9-]*\)`.*/\1/p; s/^    memrig run \([a-z0-9-]*\).*/\1/p' docs/cases.md | sort -u)
[ "$(echo "$named" | wc -l)" -ge 30 ] || fail "docs/cases.md names only: $named"
for name in $named; do
	"$memrig" scenario show "$name" >/dev/null || fail "docs/cases.md names '$name'"
done

# Each case has its page, of what the scenario is now; and each page a case.
scripts/case-pages.sh --check || failed=1
for page in docs/cases/*.md; do
	name=$(basename "$page" .md)
	jq -e .case "workloads/scenarios/$name.json" >/dev/null || fail "$page: there is no such case"
done

for symptom in "it swaps although memory is free" "OOM although swap is free" "page cache keeps vanishing" \
	"latency spikes every few seconds"; do
	grep -qF "| $symptom |" docs/cases.md || fail "docs/cases.md has no line '$symptom'"
done

grep -qF '(tutorial.md)' docs/cases.md || fail "docs/cases.md does not lead to the tutorial"

# What shows a problem and its cure can be found by what is seen.
for file in workloads/scenarios/*.json; do
	jq -e '(has("cured") | not) or (.case.symptoms | length > 0)' "$file" >/dev/null || fail "$file has a cure and no symptoms"
done
exit $failed
