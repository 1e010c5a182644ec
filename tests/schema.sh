#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The shipped JSON Schemas are those of the tables, are schemas, and accept every shipped profile and scenario.
# MEMRIG names the program (./memrig). Exits 77 when python3-jsonschema is missing.
set -u
cd "$(dirname "$0")/.." || exit 1
memrig=${MEMRIG:-./memrig}
python=/usr/bin/python3 # the one that Debian's python3-jsonschema is for

if ! "$python" -c 'from jsonschema import Draft202012Validator' 2>/dev/null; then
	echo "python3-jsonschema is not installed"
	exit 77
fi

failed=0
for kind in profile scenario; do
	if ! "$memrig" $kind schema | diff -u docs/schema/$kind.json - ; then
		echo "docs/schema/$kind.json is out of date: $memrig $kind schema >docs/schema/$kind.json"
		failed=1
	fi
done

if ! "$memrig" watch --schema | diff -u docs/schema/watch.json - ; then
	echo "docs/schema/watch.json is out of date: $memrig watch --schema >docs/schema/watch.json"
	failed=1
fi

if ! "$memrig" run --plan-schema | diff -u docs/schema/plan.json - ; then
	echo "docs/schema/plan.json is out of date: $memrig run --plan-schema >docs/schema/plan.json"
	failed=1
fi

validate() {
	"$python" - "$@" <<'PYTHON'
import json, sys
from jsonschema import Draft202012Validator

schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
mistakes = 0
for path in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(path))):
        print("%s: %s: %s" % (path, error.json_path, error.message))
        mistakes += 1
print("%s accepts %d files, %d mistakes" % (sys.argv[1], len(sys.argv) - 2, mistakes))
sys.exit(mistakes != 0)
PYTHON
}

validate docs/schema/compare.json || failed=1 # the documents are those of tests/lab/compare.sh
validate docs/schema/profile.json profiles/*.json || failed=1
validate docs/schema/scenario.json workloads/scenarios/*.json workloads/claims/*.json || failed=1

validate docs/schema/plan.json examples/*.json || failed=1

# What watch prints of every captured host, and of this machine.
lines=$(mktemp -d) || exit 1
trap 'rm -rf "$lines"' EXIT
for tree in "" tests/data/trees/*-host tests/data/trees/[12]node-*; do
	name=$(basename "${tree:-this-machine}")
	"$memrig" watch --once --json --interval 100ms ${tree:+--root "$tree"} >"$lines/$name.json" || failed=1
done
validate docs/schema/watch.json "$lines"/*.json || failed=1
sed 's/"nodes":/"knots":/' "$lines/v2-host.json" >"$lines/broken"
if validate docs/schema/watch.json "$lines/broken" >/dev/null; then
	echo "docs/schema/watch.json accepts an unknown key"
	failed=1
fi

sed 's/"scenarios":/"scenario":/' examples/nightly.json >"$lines/broken"
if validate docs/schema/plan.json "$lines/broken" >/dev/null; then
	echo "docs/schema/plan.json accepts an unknown key"
	failed=1
fi

# The gate's answer and a history, of two runs made by hand: worse in one metric, one scenario missing.
a_run() {
	mkdir -p "$lines/store/$1/cells/s.p.s1" "$lines/store/$1/cells/$3.p.s1"
	printf '{"schema":"memrig.run/1","run":"%s","status":"finished","clock":"virtual","started":"2026-01-01T00:00:00Z",
		"provenance":{"memrig":"%s"},"cells":["s.p.s1","%s.p.s1"]}' "$1" "$1" "$3" >"$lines/store/$1/run.json"
	for name in s "$3"; do
		printf '{"id":"%s.p.s1","scenario":"%s","profile":"p","seed":1,"kernel":"6.1.0-1","clock":"virtual","outcome":"completed",
			"valid":true,"stream_sha256":"%s","verdicts":[],"workloads":[],"metrics":{"swap.out_bytes":%s}}' \
			"$name" "$name" "$1" "$2" >"$lines/store/$1/cells/$name.p.s1/summary.json"
	done
}
a_run 20260101T000000Z-0001 1000 old
a_run 20260102T000000Z-0002 2000 new
"$memrig" gate 20260102 --baseline 20260101 --store "$lines/store" --json >"$lines/gate" || [ $? -eq 1 ] || failed=1
"$memrig" history swap.out_bytes --store "$lines/store" --json >"$lines/history" || failed=1
for document in gate history; do
	validate docs/schema/$document.json "$lines/$document" || failed=1
	sed 's/"schema":/"scheme":/' "$lines/$document" >"$lines/broken"
	if validate docs/schema/$document.json "$lines/broken" >/dev/null; then
		echo "docs/schema/$document.json accepts an unknown key"
		failed=1
	fi
done

# A schema that accepts everything would pass so far.
for kind in profile scenario; do
	if validate docs/schema/$kind.json tests/data/broken/$kind-unknown-key.json >/dev/null; then
		echo "docs/schema/$kind.json accepts an unknown key"
		failed=1
	fi
done
exit $failed
