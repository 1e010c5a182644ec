#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The run document is what docs/schema/run.json says, the same from `run` and from `show`, and
# the run directory can be read with jq and zstdcat alone.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"

run_json smoke smoke --profile kernel-default --profile swap-eager --seeds 2
same "exit code" "$code" 0
same "messages" "$(cat "$work/smoke.err")" ""
same "cells" "$(get smoke '.cells | length')" 4
same "the schema" "$(/usr/bin/python3 - docs/schema/run.json "$work/smoke.json" <<'P' 2>&1
import json, sys, jsonschema
schema, document = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
for error in jsonschema.Draft202012Validator(schema).iter_errors(document):
    print(list(error.path), error.message)
P
)" ""
same "show" "$("$memrig" show latest --json | jq -S .)" "$(jq -S . "$work/smoke.json")"
path=$(get smoke .path)
for id in $(get smoke '.cells[].id'); do
	cell="$path/cells/$id"
	same "$id: sha256" "$(zstdcat "$cell/stream.jsonl.zst" | sha256sum | cut -d ' ' -f 1)" "$(get smoke ".cells[] | select(.id == \"$id\") | .stream_sha256")"
	same "$id: every line is a record" "$(zstdcat "$cell/stream.jsonl.zst" | jq -c 'select(.type == null)' 2>&1)" ""
	same "$id: settings undone" "$(zstdcat "$cell/stream.jsonl.zst" | jq -rs '(map(select(.type == "tune")) | map({(.key): .before}) | add) == (map(select(.type == "undo")) | map({(.key): .after}) | add)')" true
	same "$id: the description" "$(jq -S . "$cell/cell.json")" "$(zstdcat "$cell/stream.jsonl.zst" | head -n 1 | jq -S .cell)"
done
finish
