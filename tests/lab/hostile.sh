#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What somebody else wrote (files, names, a store, a journal, a guest's image) gives an error: no crash, nothing written
# elsewhere, no command run, nothing that steers the terminal.
. "$(dirname "$0")/lib.sh"
export MEMRIG_STORE="$work/store" MEMRIG_STATE="$work/state"
esc=$(printf '\033')

# refused WHAT ARGS...: memrig says why and exits with a status of its own, not by a signal (128 and more) or a sanitizer.
refused() {
	what=$1; shift
	timeout 20 "$memrig" "$@" >"$work/out" 2>&1 </dev/null; code=$?
	number "$what: refused" "$code" -gt 0
	number "$what: no crash" "$code" -lt 124
	same "$what: no escape reaches the terminal" "$(grep -c "$esc" "$work/out")" 0
	differ "$what: says why" "$(cat "$work/out")" ""
}

# ---- documents ----
# repeat TEXT N
repeat() { awk -v text="$1" -v n="$2" 'BEGIN { while (n-- > 0) printf "%s", text }'; }
{ repeat '[' 10000; repeat ']' 10000; } >"$work/deep.json"
{ repeat '{"groups":' 2000; printf 1; repeat '}' 2000; } >"$work/nested.json"
truncate -s 1G "$work/big.json"
printf '{ "name": "x", "\\u001b]0;owned\\u0007": 1 }' >"$work/escape.json"
printf '{ "name": "../../etc/x", "machine": {}, "groups": [] }' >"$work/dots.json"
printf '{ "name": "$(touch %s/pwned)", "groups": [] }' "$work" >"$work/shell.json"
for file in deep nested big escape dots shell; do
	for command in "scenario check" "profile check" run; do
		# shellcheck disable=SC2086
		refused "$file.json, $command" $command "$work/$file.json"
	done
done
"$memrig" scenario check "$work/big.json" 2>&1 | grep -q '1 MiB' || fail "1 GiB: the message does not say the limit"

# ---- names ----
for name in ../../etc/passwd "a${esc}]0;owned" "\$(touch $work/pwned)" "x;touch $work/pwned" "\`touch $work/pwned\`" ''; do
	refused "run $name" run "$name"
	refused "run -p $name" run smoke -p "$name"
	refused "run -k $name" run smoke -k "$name"
	refused "show $name" show "$name"
	refused "explain $name" explain "$name"
	refused "compare $name" compare "$name"
	refused "profile apply $name" profile apply "$name" --dry-run
done
jq --arg name ../db '.groups[0].name = $name' workloads/scenarios/smoke.json >"$work/group.json"
refused "a group ../db" run "$work/group.json"

# ---- the journal ----
export MEMRIG_STATE="$work/journals"
mkdir -m 0700 "$MEMRIG_STATE"
journal=$MEMRIG_STATE/journal
# journal LINE...: with the sums that memrig would have written; a line ends with its brace
journal() {
	python3 - "$@" >"$journal" <<'EOF'
import sys
total = 0
for line in sys.argv[1:]:
    for byte in line[:-1].encode():
        total = ((total ^ byte) * 0x100000001B3) % 2**64
    print('%s,"sum":"%016x"}' % (line[:-1], total))
EOF
}
head='{"journal":"memrig.journal/1","boot":"x","pid":1,"what":"run x"}'
swappiness=$(cat /proc/sys/vm/swappiness)
journal "$head" '{"entry":0,"kind":"sysctl","key":"vm.swappiness","before":"13","twin_before":""}' '{"entry":0,"state":"changed","effective":"7"}'
sed -i 's/"before":"13"/"before":"17"/' "$journal"
refused "a journal edited by hand" restore
same "a journal edited by hand: says which line" "$(grep -c 'line 2 is not as memrig wrote it; nothing was changed' "$work/out")" 1
refused "a journal edited by hand, --force" restore --force
head -c 4096 /dev/urandom >"$journal"
refused "a journal of rubbish" restore --force
journal "$(cat "$work/deep.json")"
refused "a journal 10,000 deep" restore --force
journal "$head" '{"entry":0,"kind":"sysctl","key":"kernel.core_pattern","before":"|/tmp/x","twin_before":""}'
refused "a journal of somebody else's setting" restore --force
mkdir "$work/memrig-x" "$work/other"
for path in /etc/passwd "$work/memrig-x/../other" "$work/other" memrig-x; do
	for kind in file group; do
		journal "$head" "{\"entry\":0,\"kind\":\"$kind\",\"path\":\"$path\"}" '{"entry":0,"state":"changed","effective":""}'
		refused "a journal with the $kind $path" restore --force
	done
done
journal '{"journal":"memrig.journal/1","boot":"x","pid":1,"what":"\u001b]0;owned\u0007"}' \
	'{"entry":0,"kind":"file","path":"/var/tmp/memrig-\u001b[31m\u009b2J"}' '{"entry":0,"state":"changed","effective":""}'
timeout 20 "$memrig" restore --force >"$work/out" 2>&1
number "a journal with escapes: no crash" $? -lt 124
same "a journal with escapes: plain" "$(grep -c "$esc" "$work/out")" 0
rm -f "$journal"; truncate -s 1G "$journal"
refused "a journal of 1 GiB" restore --force
rm "$journal"; mkfifo "$journal"
refused "a journal that is a FIFO" restore --force
rm "$journal"; ln -s /etc/passwd "$journal"
refused "a journal that is a link" restore --force
rm "$journal"
same "the journals have removed nothing" "$(find "$work/other" "$work/memrig-x" /etc/passwd -maxdepth 0 | wc -l)" 3
same "the journals have changed nothing" "$(cat /proc/sys/vm/swappiness)" "$swappiness"
export MEMRIG_STATE="$work/state"

# ---- the store ----
run_json whole smoke -p kernel-default -k 6.1
same "a run: exit code" "$code" 0
same "the store: for its owner alone" "$(find "$MEMRIG_STORE" -perm /077)" ""
id=$(ls "$MEMRIG_STORE")
cell=$(ls "$MEMRIG_STORE/$id/cells")

# damaged WHAT: a new copy of the run in $run
damaged() {
	rm -rf "$work/damaged"; mkdir "$work/damaged"
	cp -a "$MEMRIG_STORE/$id" "$work/damaged/$id"
	run=$work/damaged/$id
	stream=$run/cells/$cell/stream.jsonl.zst
}
damaged; size=$(stat -c %s "$stream"); truncate -s $((size / 2)) "$stream"
refused "a stream cut in the middle" explain "$run"
damaged; head -c 4096 /dev/urandom >"$stream"
refused "a stream of rubbish" explain "$run"
damaged; mv "$stream" "$work/elsewhere"; ln -s "$work/elsewhere" "$stream"
refused "a stream that is a link" explain "$run"
damaged; rm "$stream"; mkfifo "$stream"
refused "a stream that is a FIFO" explain "$run"
damaged; head -c 3G /dev/zero | zstd -q -f -o "$stream" --stream-size=3221225472
refused "a stream of 3 GiB of zeros" explain "$run"
damaged; head -c 600M /dev/zero | zstd -q -f -o "$stream"
refused "a stream without its size" explain "$run"
damaged; mv "$run/run.json" "$work/elsewhere.json"; ln -s "$work/elsewhere.json" "$run/run.json"
refused "run.json is a link" show "$run"
damaged; rm "$run/run.json"; mkfifo "$run/run.json"
refused "run.json is a FIFO" show "$run"
damaged; mv "$run/cells" "$work/cells"; ln -s "$work/cells" "$run/cells"
refused "cells is a link" show "$run"
damaged; truncate -s 1G "$run/run.json"
refused "run.json of 1 GiB" show "$run"
damaged; cp "$work/deep.json" "$run/run.json"
refused "run.json 10,000 deep" show "$run"
damaged; jq '.cells = ["../../../../etc"]' "$run/run.json" >"$work/new" && cp "$work/new" "$run/run.json"
refused "a cell ../../../../etc" show "$run"
# Its plan is what would be run.
damaged; mv "$run/plan.json" "$work/plan.json"; ln -s "$work/plan.json" "$run/plan.json"
refused "plan.json is a link" rerun "$run" --dry-run
damaged; rm "$run/plan.json"; mkfifo "$run/plan.json"
refused "plan.json is a FIFO" rerun "$run" --dry-run
refused "plan.json is a FIFO, checked" store check --store "$work/damaged"
damaged; truncate -s 1G "$run/plan.json"
refused "plan.json of 1 GiB" rerun "$run" --dry-run
damaged; cp "$work/deep.json" "$run/plan.json"
refused "plan.json 10,000 deep" rerun "$run" --dry-run
# plan FILTER: a new copy whose plan is another
plan() { damaged; jq "$1" "$run/plan.json" >"$work/new" && cp "$work/new" "$run/plan.json"; }
plan '.scenarios = [{}]'
refused "a plan without a scenario" rerun "$run"
plan '.cells[0].id = "../../../x"'
refused "a plan with a cell ../../../x" rerun "$run" --store "$work/other-store"
same "a plan with a cell ../../../x: nothing elsewhere" "$(find "$work" -name x -not -path '*/damaged/*')" ""
plan ".options.place = \"host\" | .scenarios[0].scenario.groups[0].workloads = [{kind: \"exec\", command: \"touch $work/pwned\"}]"
refused "a plan that says it was on the host" rerun "$run"
has "a plan that says it was on the host: says so" "$(cat "$work/out")" "--place host"
for packages in '--pack /etc/passwd' './x.deb' '?all'; do
	plan ".scenarios[0].scenario.groups[0].workloads = [{kind: \"exec\", command: \"true\", packages: \"$packages\"}]"
	refused "packages: $packages" rerun "$run"
done
plan '.scenarios[0].scenario.groups[0].workloads = [{kind: "exec", command: "true", pack: "/../etc/passwd"}]'
refused "pack: /../etc/passwd" rerun "$run"
for file in SHA256SUMS "cells/$cell/cell.json"; do
	damaged; rm "$run/$file"; mkfifo "$run/$file"
	refused "$file is a FIFO" store check --store "$work/damaged"
done
damaged; cp "$run/run.json" "$run/$(printf 'x\033]0;owned\007')"
refused "a file with escapes in its name" store check --store "$work/damaged"
number "a file with escapes in its name: named all the same" "$(grep -c 'x?\]0;owned?: was not written' "$work/out")" -eq 1
cp -r "$run" "$work/damaged/$(printf '20200101T000000Z-\033]0;x')"
"$memrig" list --store "$work/damaged" >"$work/out" 2>&1
same "a run with escapes in its name: plain" "$(grep -c "$esc" "$work/out")" 0

ln -s "$work/damaged/$id" "$MEMRIG_STORE/20200101T000000Z-beef"
refused "a run that is a link" show 20200101T000000Z-beef

# What it shows is plain, too.
damaged
jq '.argv += ["\u001b]0;owned\u0007"] | .status = "\u001b[2J\u009b2J"' "$run/run.json" >"$work/new" && cp "$work/new" "$run/run.json"
jq '.invalid_reasons = ["\u001b[31m"] | .valid = false | .profile = "\u001b[31m"' "$run/cells/$cell/summary.json" >"$work/new" &&
	cp "$work/new" "$run/cells/$cell/summary.json"
for command in show compare explain; do
	"$memrig" $command "$run" >"$work/out" 2>&1
	number "$command of texts with escapes: no crash" $? -lt 124
	same "$command of texts with escapes: plain" "$(grep -c "$esc" "$work/out")" 0
done
"$memrig" list --store "$work/damaged" >"$work/out" 2>&1
same "list of texts with escapes: plain" "$(grep -c "$esc" "$work/out")" 0

# ---- the guest has no network ----
"$memrig" run --json "$data/endless.json" --store "$work/endless" >/dev/null 2>&1 &
pid=$!
while ! qemu=$(pgrep -P "$pid" -f nodefaults | head -n 1) || [ -z "$qemu" ]; do kill -0 "$pid" 2>/dev/null || break; done
has "QEMU has no network card" "$(tr '\0' ' ' <"/proc/$qemu/cmdline")" "-nic none"
sockets=$(find "/proc/$qemu/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n')
same "QEMU has no socket of a network" "$(for s in $sockets; do cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 | grep -w "$s"; done)" ""
kill -INT "$pid"; wait "$pid"

same "no command was run" "$(ls "$work/pwned" 2>/dev/null)" ""
finish
