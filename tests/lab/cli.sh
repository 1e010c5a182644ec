#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a user types wrong, and what memrig says. No guest is started.
. "$(dirname "$0")/lib.sh"
need_lab 6.1

# says CODE PART ARGS...: memrig ARGS exits with CODE, says PART on stderr and nothing on stdout.
says() {
	expected=$1 part=$2; shift 2
	out=$("$memrig" "$@" 2>"$work/err"); code=$?
	same "memrig $*: exit code" "$code" "$expected"
	has "memrig $*: message" "$(cat "$work/err")" "$part"
	same "memrig $*: stdout" "$out" ""
}
says 2 "no scenario given" run
says 2 "did you mean" run smok
says 2 "did you mean" run smoke -p swap-eagr
says 2 "there is no kernel of that name" run smoke -k 9.99
says 2 "cannot open the kernel" run smoke -k /nonexistent/bzImage
says 2 "this is not a bzImage" run smoke -k "$memrig"
says 2 "--seeds" run smoke --seeds 0
says 2 "--jobs" run smoke --jobs 1x
says 2 "neither virtual nor real" run smoke --clock sundial
says 2 "asked for twice" run smoke smoke
# More to be kept than there is: it is refused on every machine.
says 77 "in the lab: --place lab" run smoke --place host --keep 900000G
says 2 "Try" run --no-such-option
says 2 "" frobnicate
says 2 "memrig: --color: 'maybe' is not one of auto, always, never" --color=maybe list
says 2 "there is no command 'frobnicate'" --color=never frobnicate
says 2 "no file given; add -o report.html" report latest
says 2 "no run given" gate --baseline good
says 2 "no baseline given" gate latest
says 2 "--fail-on is regression or change" gate latest --baseline good --fail-on doom
says 2 "" gate no-such-run --baseline good
says 2 "stdout is for one document" gate latest --baseline good --junit - --json
says 2 "stdout is for one document" gate latest --baseline good --junit - --ktap -
says 2 "no metric given" history
says 2 "did you mean 'swap.out_bytes'" history swap.out_byte
says 2 "" show no-such-run
says 2 "" compare no-such-run
says 2 "it must be above 0" compare latest --alpha 0
says 2 "one of --json, --csv and --markdown" compare latest --json --csv
says 2 "--min-change is a number of percent" history swap.out_bytes --min-change %

says 2 "did you mean 'heap'" workload show heep
says 2 "'memrig workload list' lists them" workload show frobnicator
says 2 "takes one workload" workload show
says 2 "takes no names" workload list heap
same "workload list --json: the options are those of the schema" \
	"$("$memrig" workload list --json | jq -Sc '.kinds | map({(.kind): [.options[].name] | sort}) | add')" \
	"$("$memrig" scenario schema | jq -Sc '[.. | objects | select(.properties.kind.const?)]
		| map({(.properties.kind.const): (.properties | keys - ["kind", "policy", "start", "oom_score_adj"])}) | add')"
same "scenario workloads: is workload list" "$("$memrig" scenario workloads --json)" "$("$memrig" workload list --json)"
has "workload show: the range" "$("$memrig" workload show heap)" 'bytes as "64M", 64 B to 1.0 GiB; default 1K'
has "workload show: the choices" "$("$memrig" workload show shm)" "one of memfd, tmpfs, sysv; default memfd"
same "workload show --json: what is needed" \
	"$("$memrig" workload show anon --json | jq -r '.options | map(select(.needed).name) | join(" ")')" size
same "workload show --json: its own come first" \
	"$("$memrig" workload show shm --json | jq -c '.options | map(.common) | . == sort and .[0] == false')" true

cat >"$work/wrong.json" <<'J'
{ "name": "wrong", "machine": { "nodes": [ { "memory": "192M", "cpus": 1 } ] },
  "groups": [ { "name": "db", "cpuset.mems": "3", "workloads": [ { "kind": "anon", "sise": "1M" } ] } ] }
J
"$memrig" run "$work/wrong.json" 2>"$work/err"
same "a broken scenario: exit code" "$?" 2
has "the node that does not exist" "$(cat "$work/err")" "wrong.json:2:"
has "the option that does not exist" "$(cat "$work/err")" "did you mean 'size'"

echo '{ "name": "large", "sysctl": { "vm.min_free_kbytes": 1310720 } }' >"$work/large.json"
says 2 "profile large does not fit the machine of scenario smoke" run smoke -p "$work/large.json" --dry-run

"$memrig" run smoke --dry-run --json >"$work/dry.json"
same "--dry-run: exit code" "$?" 0
same "--dry-run: cells" "$(get dry '.cells | length')" 1
same "--color before the verb: exit code" "$("$memrig" --color=never list --json >/dev/null; echo $?)" 0
same "--dry-run: nothing stored" "$("$memrig" list --json | jq ".runs | length")" 0
for verb in run compare list show profile scenario workload doctor lab; do
	"$memrig" "$verb" --help >"$work/help" 2>&1
	same "$verb --help: exit code" "$?" 0
	has "$verb --help: has text" "$(cat "$work/help")" "memrig $verb"
done
"$memrig" doctor --json >"$work/doctor.json"
same "doctor --json: is a list" "$(get doctor 'map(select(.needed and (.ok | not))) | length')" 0
finish
