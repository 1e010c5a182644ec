#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Nights of examples/nightly with a small plan: the second is as the first, in the third somebody has changed the profile.
# The gate says so in every form, the history says since when and why. A night that is interrupted is ended by --resume.
# shellcheck source=tests/lab/lib.sh
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12
command -v xmllint >/dev/null || skip "xmllint is not installed"
python=/usr/bin/python3

nightly=$PWD/examples/nightly
export MEMRIG="$memrig" MEMRIG_OUT="$work/out"
export MEMRIG_PLAN="--plan $work/plan.json"
cat >"$work/plan.json" <<'J'
{ "name": "small", "scenarios": ["night.json"], "profiles": ["planted.json"], "kernels": ["6.1"], "jobs": 1 }
J
cp "$data/night.json" "$work/night.json"

profile() {
	printf '{ "name": "planted", "description": "%s", "extends": "kernel-default", "sysctl": { "vm.swappiness": %s } }\n' \
		"what somebody changes" "$1" >"$work/planted.json"
}

good() { "$memrig" store tag --json | jq -r .tags.good; }

night() {
	"$nightly/nightly.sh" "$@" >"$work/night.out" 2>"$work/night.err"
	code=$?
}

# ---- three nights ----

profile 60
night
same "first night: exit code" "$code" 0
has "first night: nothing to compare with" "$(cat "$work/night.out")" "first night"
first=$(good)
has "first night: becomes the baseline" "$first" Z-

night
same "second night: exit code" "$code" 0
has "second night: says so" "$(cat "$work/night.out")" "no change (1 no change)"
second=$(good)
differ "second night: becomes the baseline" "$first" "$second"
has "second night: textfile" "$(cat "$work/out/memrig.prom")" 'result="no_change"} 1'
same "second night: JUnit without failures" "$(xmllint --xpath 'string(/testsuites/@failures)' "$work/out/gate.xml")" 0

profile 180
night
same "third night: exit code" "$code" 1
text=$(cat "$work/night.out")
has "third night: says regression" "$text" "regression   night, planted"
has "third night: what changed, first" "$text" "not the same: profile vm.swappiness 60 -> 180"
has "third night: the first divergence" "$text" "first at sample"
same "third night: the baseline stays" "$(good)" "$second"
has "third night: textfile" "$(cat "$work/out/memrig.prom")" 'result="regression"} 1'
has "third night: Markdown" "$(cat "$work/out/gate.md")" "## memrig gate: regression"
has "third night: KTAP" "$(cat "$work/out/gate.ktap")" "not ok 1 night"
same "third night: JUnit with one failure" "$(xmllint --xpath 'string(/testsuites/@failures)' "$work/out/gate.xml")" 1
xmllint --noout --schema tests/data/junit/junit.xsd "$work/out/gate.xml" 2>"$work/xml" || fail "JUnit: $(cat "$work/xml")"
same "no half-written file is left" "$(find "$work/out" -name '*.tmp*' -o -name '.*' -type f)" ""
third=$(jq -r .run "$work/out/run.json")

# ---- a night that is interrupted ----

profile 60
export MEMRIG_OUT="$work/out2" MEMRIG_BASELINE=resumed
sed 's/"jobs": 1/"jobs": 1, "seeds": 2/' "$work/plan.json" >"$work/two.json"
MEMRIG_STORE="$work/store2" "$memrig" run --plan "$work/two.json" >/dev/null 2>"$work/err" &
pid=$!
while [ -z "$(find "$work/store2" -name summary.json 2>/dev/null)" ] && kill -0 "$pid" 2>/dev/null; do :; done
kill -INT "$pid"
wait "$pid"
same "interrupted night: exit code" $? 130
has "interrupted night: what to do" "$(cat "$work/err")" "--resume"
rm "$work/two.json" # the plan is stored with the run
MEMRIG_STORE="$work/store2" night --resume latest
same "resumed night: exit code" "$code" 0
same "resumed night: is whole, and first" "$(jq -c '[.status, (.cells | length)]' "$work/out2/run.json")" '["finished",2]'
has "resumed night: its baseline" "$(MEMRIG_STORE="$work/store2" "$memrig" store tag --json | jq -r .tags.resumed)" Z-
export MEMRIG_OUT="$work/out" MEMRIG_BASELINE=good
profile 180

# ---- the gate ----

"$memrig" gate "$third" --baseline "$first" --json >"$work/gate.json"
same "gate --json: exit code" $? 1
same "gate --json: the divergence's sample" \
	"$(get gate '.groups[0].findings[] | select(.kind == "stream").divergence.records[-1].type')" sample
same "gate --json: both values of its first counter differ" \
	"$(get gate '.groups[0].findings[] | select(.kind == "stream").divergence.records[-1].values[0] | .first != .second')" true
same "gate --json: the profile is among the records" \
	"$(get gate '[.groups[0].findings[] | select(.kind == "stream").divergence.records[].values[].name] |
		contains(["cell.profile.sysctl.vm.swappiness"])')" true

"$memrig" gate "$second" --baseline "$first" --fail-on change >/dev/null
same "gate: equal nights are no change" $? 0
"$memrig" gate "$third" --baseline "$third" --fail-on change --markdown - >"$work/stdout.md"
same "gate: a run is no change from itself" $? 0
same "gate: a file may be stdout" "$(head -n 1 "$work/stdout.md")" "## memrig gate: no change"
"$memrig" gate "$third" --baseline "$first" --junit /nonexistent/x.xml >/dev/null 2>"$work/err"
same "gate: a file that cannot be written" $? 3

"$memrig" run smoke -p kernel-default -k 6.1 --jobs 1 --json >"$work/smoke.json" 2>/dev/null
"$memrig" gate "$(get smoke .run)" --baseline "$first" >/dev/null 2>"$work/err"
same "gate: nothing in common" $? 2
has "gate: says what to do" "$(cat "$work/err")" "memrig list"
"$memrig" run smoke "$data/night.json" -p "$work/planted.json" -k 6.1 --jobs 1 --json >"$work/both.json" 2>/dev/null
"$memrig" gate "$third" --baseline "$(get both .run)" --json >"$work/missing.json"
same "gate: a scenario that is missing is a finding" $? 1
same "gate: and is named" "$(get missing '.groups[] | select(.findings[0].kind == "missing").scenario')" smoke
"$memrig" gate "$(get both .run)" --baseline "$third" --json >"$work/new.json"
same "gate: a scenario that is new is none" $? 0
same "gate: and is named" "$(get new '.groups[] | select(.result == "new").scenario')" smoke

# ---- the history ----

"$memrig" history swap.out_bytes --scenario night --json >"$work/history.json"
same "history: the change point is the third night" "$(get history '.series[0].change_points[0].run')" "$third"
same "history: with its reason" "$(get history '.series[0].change_points[0].changed[0].what')" "profile vm.swappiness"
same "history: the night before is none" "$(get history '.series[0].change_points | length')" 1
has "history: for people" "$("$memrig" history swap.out_bytes --scenario night)" "profile vm.swappiness 60 -> 180"
same "history --csv: a line a night and a head" "$("$memrig" history swap.out_bytes --scenario night --csv | wc -l)" 5
same "history --last" "$("$memrig" history swap.out_bytes --scenario night --last 2 --json | jq '.series[0].nights | length')" 2
"$memrig" history swap.out_bytes --scenario nowhere >/dev/null 2>&1
same "history: nothing that fits" $? 2

# ---- their schemas ----

"$python" - "$work/gate.json" "$work/missing.json" "$work/new.json" "$work/history.json" <<'PYTHON' || fail "a document is not as its schema"
import json, sys
try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("python3-jsonschema is not installed: the schemas were not tried")
    sys.exit(0)
mistakes = 0
for path in sys.argv[1:]:
    document = json.load(open(path))
    schema = json.load(open("docs/schema/%s.json" % document["schema"].split(".")[1].split("/")[0]))
    for error in Draft202012Validator(schema).iter_errors(document):
        print("%s: %s: %s" % (path, error.json_path, error.message))
        mistakes += 1
sys.exit(mistakes != 0)
PYTHON

# ---- the shipped plan, the units and the workflow ----

"$memrig" run --plan "$nightly/../nightly.json" --dry-run --json >"$work/shipped.json" 2>/dev/null
same "the shipped plan: exit code" $? 0
number "the shipped plan: cells that an hour has room for" "$(get shipped '.cells | length')" -le 700
same "the shipped plan: kernels" "$(get shipped '[.cells[].id | sub(".*\\.k"; "")] | unique | join(" ")')" "6.1 6.12"
same "the shipped plan: cases without their cure" "$(get shipped '[.cells[].id | split(".")[0]] | unique | join("\n")' |
	while read -r name; do
		[ "$(jq 'has("cured")' "workloads/scenarios/$name.json" 2>/dev/null)" = true ] || continue
		get shipped "if [.cells[].id | startswith(\"$name-cured.kernel-default.\")] | any then empty else \"$name\" end"
	done)" ""

if command -v systemd-analyze >/dev/null; then
	mkdir "$work/units"
	sed "s|/usr/local/libexec/memrig|$nightly|" "$nightly/memrig-nightly.service" >"$work/units/memrig-nightly.service"
	cp "$nightly/memrig-nightly.timer" "$work/units/"
	systemd-analyze verify --recursive-errors=no "$work/units/memrig-nightly.timer" "$work/units/memrig-nightly.service" \
		>"$work/verify" 2>&1
	same "systemd-analyze verify: exit code" "$?" 0
	same "systemd-analyze verify: nothing to say" "$(grep -v "^$" "$work/verify" | grep memrig-nightly)" ""
fi
if "$python" -c 'import yaml' 2>/dev/null; then
	same "ci.yml: runs the script" "$("$python" -c '
import sys, yaml
steps = yaml.safe_load(open(sys.argv[1]))["jobs"]["gate"]["steps"]
print([s["run"] for s in steps if s.get("name") == "Run and gate"][0])' "$nightly/ci.yml")" examples/nightly/nightly.sh
fi
finish
