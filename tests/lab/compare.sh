#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Equals in guests: one profile under two sets of seeds raises no alarm, the document is what docs/schema/compare.json
# says, and CSV and Markdown have the same comparison. A profile that does differ is called at every seed.
. "$(dirname "$0")/lib.sh"
need_lab 6.1

# The same number of digits in all seeds.
run_json first smoke --seed 11 --seeds 8
first=$(get first .run)
run_json second smoke --seed 31 --seeds 8
second=$(get second .run)

compare() { "$memrig" compare "$@" >"$work/compare" 2>&1; same "compare $3: exit code" "$?" 0; }

compare "$first" "$second" --json
judged=$(jq -c '.comparisons[0].judged' "$work/compare")
same "seeds that differ are not paired" "$(echo "$judged" | jq -r .how)" unpaired
same "alarms among the primary metrics of equals" \
	"$(echo "$judged" | jq -c '[.metrics[] | select(.primary and (.call | IN("better", "worse", "different"))) | .metric]')" "[]"
same "outcomes of equals" "$(echo "$judged" | jq -r .outcomes.call)" equal
same "warnings" "$(jq -c .warnings "$work/compare")" "[]"
if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
	same "the schema" "$(/usr/bin/python3 - docs/schema/compare.json "$work/compare" <<'P' 2>&1
import json, sys, jsonschema
schema, document = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
    print(list(error.path), error.message)
P
)" ""
fi
metrics=$(jq '.comparisons[0].judged.metrics | length' "$work/compare")
compare "$first" "$second" --csv
same "CSV has a line a metric" "$(wc -l <"$work/compare")" "$((metrics + 1))"
same "CSV has as many fields as heads" "$(awk -F, '{ print NF }' "$work/compare" | sort -u | wc -l)" 1
compare "$first" "$second" --markdown
has "Markdown" "$(cat "$work/compare")" "| metric |"

# The same seeds again: every cell is the same.
run_json again smoke --seed 11 --seeds 8
compare "$first" "$(get again .run)" --json
same "the same seeds are equal" "$(jq -r '.comparisons[0].judged.worst' "$work/compare")" equal
finish
