#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Twenty short cells from clones against twenty that boot a guest each, and the memory that eight clones take.
set -eu
rounds=${ROUNDS:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MEMRIG_STORE="$work/store"
good=0

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
seconds() { awk '/^Wall time:/ { print $3 }'; }
twenty() { ./memrig run smoke --seeds 20 --jobs 2 --quiet --timings "$@" 2>&1 >/dev/null | seconds; }

./memrig lab prepare smoke >/dev/null
for _ in $(seq "$rounds"); do
	twenty >>"$work/clones"
	twenty --no-snapshot >>"$work/boots"
done
clones=$(median <"$work/clones") boots=$(median <"$work/boots")
awk -v c="$clones" -v b="$boots" 'BEGIN {
	printf "20 smoke cells, 2 at once: booted %.1f s, cloned %.1f s, %.1f x faster (limit 4)\n", b, c, b / c; exit b / c < 4 }' || good=1

# Eight clones of a guest of 1 GiB that touch 100 MiB each: what each QEMU has, shared pages in equal parts.
cat >"$work/big.json" <<'EOF'
{ "name": "big",
  "machine": { "nodes": [ { "memory": "512M" }, { "memory": "512M" } ], "swap": { "size": "1G" } },
  "groups": [ { "name": "db", "workloads": [ { "kind": "anon", "size": "100M", "work": "1h" } ] } ],
  "limit": "1h" }
EOF
./memrig lab prepare "$work/big.json" >/dev/null
./memrig run "$work/big.json" --seeds 8 --jobs 8 >/dev/null 2>&1 &
run=$!
clones() { pgrep -P "$run" -f incoming || true; }
pss() { clones | sed 's|.*|/proc/&/smaps_rollup|' | xargs cat 2>/dev/null | awk '/^Pss:/ { sum += $2 } END { printf "%d\n", sum / 1024 }'; }
most=0
for _ in $(seq 30); do # until all have touched what they will touch
	sleep 1
	now=$(pss)
	[ "$now" -gt "$most" ] && most=$now
done
number=$(clones | wc -l)
kill "$run" && wait "$run" || true
awk -v n="$number" -v m="$most" 'BEGIN {
	printf "%d clones of 1 GiB that touch 100 MiB each: %d MiB in all (limit 1536)\n", n, m; exit n != 8 || m >= 1536 }' || good=1
exit $good
