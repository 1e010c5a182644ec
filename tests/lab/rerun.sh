#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A stored run is done again from what is stored: the same streams, though the files of then are gone, from any
# directory; what is not the same is found. An interrupted run is resumed in the same way.
. "$(dirname "$0")/lib.sh"
need_lab 6.1
memrig_dir=$PWD
mkdir "$work/then" "$work/now"
cp workloads/scenarios/smoke.json "$work/then/mine.json"
cp profiles/swap-averse.json "$work/then/averse.json"

cd "$work/then" || exit 1
run_json first ./mine.json -p ./averse.json -p kernel-default --jobs 1
same "the run: exit code" "$code" 0
rm mine.json
echo '{ "name": "averse", "sysctl": { "vm.swappiness": 200 } }' >averse.json
cd "$work/now" || exit 1

"$memrig" rerun latest --json --jobs 1 >"$work/again.json" 2>"$work/again.err"
same "rerun: exit code" "$?" 0
same "rerun: equal" "$(jq -r '"\(.equal) \(.cells | length) \(.warnings | length)"' "$work/again.json")" "true 2 0"
same "rerun: it says of what" "$(jq -r .rerun_of "$work/again.json")" "$(get first .run)"
"$memrig" show latest --json >"$work/second.json"
same "rerun: the run says so too" "$(get second .rerun_of)" "$(get first .run)"
same "rerun: the streams" "$(get second '.cells[].stream_sha256')" "$(get first '.cells[].stream_sha256')"

# One cell; and the rerun of a rerun.
cell=$(get first '.cells[0].id')
text=$("$memrig" rerun "latest/$cell" --jobs 1 2>/dev/null)
same "one cell: exit code" "$?" 0
same "one cell: what is said" "$text" "$cell: equal byte for byte, sha256 $(get first '.cells[0].stream_sha256' | cut -c 1-16)"

# Another setting in what is stored stands in for a kernel that has become another.
path=$(get first .path)
sed -i 's/"vm.swappiness": "1"/"vm.swappiness": "2"/' "$path/plan.json"
"$memrig" rerun "$(get first .run)/$cell" --jobs 1 >"$work/differs.txt" 2>&1
same "differing: exit code" "$?" 1
has "differing: what is said" "$(cat "$work/differs.txt")" "swappiness"

message=$("$memrig" rerun "$(get first .run)/no.such" 2>&1)
same "no such cell: exit code" "$?" 2
has "no such cell: message" "$message" "no such cell"

# A tag stands for the run, everywhere, and keeps it.
"$memrig" store tag "$(get first .run)" good 2>/dev/null
same "tag: show" "$("$memrig" show good --json | jq -r .run)" "$(get first .run)"
"$memrig" gate latest --baseline good --json >"$work/gate.json" 2>/dev/null
same "tag: gate" "$(jq -r .schema "$work/gate.json")" memrig.gate/1
has "tag: list" "$("$memrig" list)" good
"$memrig" store prune --keep 1 --yes >/dev/null
same "prune: the newest and the tagged are left" "$("$memrig" list --json | jq '.runs | length')" 2

# Killed and gone on with from another directory, without the scenario's file.
cp "$memrig_dir/workloads/scenarios/smoke.json" "$work/then/mine.json"
cd "$work/then" || exit 1
rm -rf "$MEMRIG_STORE"
"$memrig" run --json --jobs 1 ./mine.json --seeds 3 >"$work/run.json" 2>"$work/run.err" &
pid=$!
while [ -z "$(find "$MEMRIG_STORE" -path '*cells/smoke*' -name summary.json 2>/dev/null)" ] && kill -0 "$pid" 2>/dev/null; do :; done
kill -INT "$pid"
wait "$pid"
rm mine.json
cd "$work/now" || exit 1
"$memrig" run --json --resume latest >"$work/resumed.json" 2>"$work/resumed.err"
same "resume: exit code" "$?" 0
same "resume: the run" "$(get resumed '"\(.status) \(.cells | length)"')" "finished 3"
"$memrig" store check >"$work/check.txt"
same "the store is sound" "$?" 0

# What a killed memrig leaves is said, and goes when told.
cd "$memrig_dir" || exit 1
"$memrig" run --json "$data/long.json" >/dev/null 2>&1 &
pid=$!
while [ -z "$(find "$MEMRIG_STORE" -path '*/.tmp-*/run.json' 2>/dev/null)" ] && kill -0 "$pid" 2>/dev/null; do :; done
has "a run that goes on" "$("$memrig" list)" "is being written"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
has "a run that was killed" "$("$memrig" list 2>/dev/null)" "was killed and left unfinished"
"$memrig" store prune --unfinished --yes >/dev/null
same "pruned" "$(find "$MEMRIG_STORE" -maxdepth 1 -name '.tmp-*')" ""
finish
