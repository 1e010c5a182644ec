#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A cell from a clone and the same cell from a guest of its own give one stream. Snapshots that are damaged or
# another's are made again, two runs may make one at once, the oldest go first, and nothing is left behind.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12

# A cache of our own, with the kernels that are there.
mkdir "$work/cache" "$work/tmp"
ln -s "${MEMRIG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/memrig}/kernels" "$work/cache/kernels"
export MEMRIG_CACHE="$work/cache" TMPDIR="$work/tmp"
snapshots="$work/cache/snapshots"

hashes() { jq -r '.cells[] | "\(.id) \(.stream_sha256)"' "$work/$1.json"; }
kept() { "$memrig" lab list --json | jq length; }
# booted NAME: how many guests the run NAME booted, from what --timings says.
booted() { grep -c "boot, to be cloned" "$work/$1.err"; }

# ---- one stream: two nodes with pmem and a disk, zram, three nodes; two kernels ----
set -- "$data/repeat.json" "$data/repeat-zram.json" "$data/placement.json" --kernel 6.1 --kernel 6.12 --timings
run_json first "$@"
same "exit code, guests booted to be cloned" "$code" 0
same "snapshots kept" "$(kept)" 6
run_json clones "$@"
same "exit code, clones" "$code" 0
same "guests booted when all are there" "$(booted clones)" 0
run_json fresh "$@" --no-snapshot
same "exit code, each guest booted" "$code" 0
same "clones, as the first" "$(hashes clones)" "$(hashes first)"
same "clones, as guests of their own" "$(hashes clones)" "$(hashes fresh)"
number "cells that swapped" "$(get clones '[.cells[] | select(.metrics["swap.out_bytes"] > 1048576)] | length')" -ge 4
same "temporary files" "$(ls "$TMPDIR")" ""

# ---- never trusted ----
"$memrig" lab prune --all >/dev/null
same "prune --all: snapshots" "$(kept)" 0
run_json whole smoke
for file in node0 node1 state disk manifest.json; do
	key=$(ls "$snapshots")
	# A byte that is not what it was, wherever there is data.
	at=$(python3 -c "import os, sys; fd = os.open(sys.argv[1], 0); print(os.lseek(fd, 0, os.SEEK_DATA))" "$snapshots/$key/$file")
	was=$(od -An -tu1 -j$((at + 100)) -N1 "$snapshots/$key/$file")
	printf %b "\\0$(printf %o $((255 - was)))" | dd of="$snapshots/$key/$file" bs=1 seek=$((at + 100)) conv=notrunc 2>/dev/null
	run_json damaged smoke --timings
	same "$file damaged: booted again" "$(booted damaged)" 1
	same "$file damaged: the stream" "$(hashes damaged)" "$(hashes whole)"
done
truncate -s 1M "$snapshots/$(ls "$snapshots")/node0"
run_json damaged smoke --timings
same "node0 cut short: booted again" "$(booted damaged)" 1

# The name of the snapshot that is not $1.
all_but() { for at in "$snapshots"/*; do [ "$at" = "$snapshots/$1" ] || echo "${at##*/}"; done; }

key=$(ls "$snapshots")
run_json other "$data/endless.json"
other=$(all_but "$key")
rm -r "${snapshots:?}/$key"
cp -a "$snapshots/$other" "$snapshots/$key"
run_json foreign smoke --timings
same "another machine's snapshot under the name: booted again" "$(booted foreign)" 1
same "another machine's snapshot under the name: the stream" "$(hashes foreign)" "$(hashes whole)"

# Sums that are right, of a state that is not this machine's: QEMU cannot restore it.
key=$(all_but "$other")
cp "$snapshots/$other/state" "$snapshots/$key/state"
sum=$(jq -r .files.state "$snapshots/$other/manifest.json")
jq --arg sum "$sum" '.files.state = $sum' "$snapshots/$key/manifest.json" >"$work/manifest.json"
cp "$work/manifest.json" "$snapshots/$key/manifest.json"
run_json useless smoke --timings
same "a state that cannot be restored: exit code" "$code" 0
same "a state that cannot be restored: booted again" "$(booted useless)" 1
same "a state that cannot be restored: the stream" "$(hashes useless)" "$(hashes whole)"

# What keeps the host out of the virtual clock must be there, or the run would repeat nearly always.
message=$(MEMRIG_PRELOAD=/bin/true "$memrig" run smoke 2>&1); code=$?
same "QEMU without the library: exit code" "$code" 3
has "QEMU without the library: message" "$message" "did not load it"

# ---- two at once; the oldest go first ----
"$memrig" lab prune --all >/dev/null
"$memrig" run --json smoke --store "$work/a" >"$work/a.json" 2>&1 & one=$!
"$memrig" run --json smoke --store "$work/b" >"$work/b.json" 2>&1 & two=$!
wait "$one"; same "two at once: the first's exit code" "$?" 0
wait "$two"; same "two at once: the second's exit code" "$?" 0
same "two at once: one stream" "$(hashes a)" "$(hashes whole)"
same "two at once: one stream, the other" "$(hashes b)" "$(hashes whole)"
same "two at once: one snapshot" "$(kept)" 1
smoke=$(ls "$snapshots")
"$memrig" lab prepare "$data/endless.json" >/dev/null
"$memrig" run smoke >/dev/null 2>&1 # used last
"$memrig" lab prune --limit "$(du -sk "$snapshots/$smoke" | awk '{ print int($1 / 1024) + 2 "M" }')" >/dev/null
same "prune --limit keeps the one used last" "$(ls "$snapshots")" "$smoke"
MEMRIG_SNAPSHOT_LIMIT=0 "$memrig" lab prepare "$data/endless.json" >/dev/null
same "a limit of 0 keeps none" "$(kept)" 0

# ---- killed while a guest boots ----
"$memrig" run smoke >/dev/null 2>&1 &
pid=$!
grandchildren() { for child in $(pgrep -P "$1"); do pgrep -P "$child" -f nodefaults; done; }
while qemu=$(grandchildren "$pid"); [ -z "$qemu" ] && kill -0 "$pid" 2>/dev/null; do :; done
kill -KILL "$pid"
wait "$pid" 2>/dev/null
wait_gone "$qemu"
same "killed while booting: temporary files" "$(ls "$TMPDIR")" ""
same "killed while booting: files in the cache" "$(ls -A "$snapshots")" ""
finish
