#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints docs/cases.md: the shipped scenarios by what somebody sees who has the problem, from the scenarios themselves.
set -eu
cd "$(dirname "$0")/.."

cat <<'TEXT'
# Cases, by symptom

What do you see? Each line names a scenario that shows it in a small guest, with its cause and, where there is one, the
change that cures it side by side:

    memrig run swappiness-zero-oom
    memrig run swappiness-zero-oom -k 6.1 -k 6.12
    memrig run swappiness-zero-oom --profiles databases

Each has a page: who saw it on which machine, how it was scaled down, what to expect on which LRU, what to change, and what
memrig prints; `memrig scenario show NAME` has the first part. [tutorial.md](tutorial.md) goes from a symptom to a sysctl.d
file. Symptoms are in the scenarios (`case.symptoms`, [scenario.md](scenario.md#case)); this page is made from
them by `scripts/cases-index.sh >docs/cases.md`.

| you see | run |
| --- | --- |
TEXT
jq -r '. as $s | .case.symptoms[]? | [ascii_downcase, ., $s.name, $s.description] | @tsv' workloads/scenarios/*.json |
	LC_ALL=C sort -t "$(printf '\t')" -k 1,1 -k 3,3 |
	awk -F '\t' '{
		seen = $1 == last ? "" : $2
		last = $1
		printf "| %s | [`%s`](cases/%s.md): %s |\n", seen, $3, $3, $4
	}'

cat <<'TEXT'

## The published cases

| scenario | source |
| --- | --- |
TEXT
jq -r 'select(.case.seen) | "| [`\(.name)`](cases/\(.name).md) | \(.source) |"' workloads/scenarios/*.json
