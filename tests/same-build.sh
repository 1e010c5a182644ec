#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest's program is the same, byte for byte, wherever it is built: else figures would differ from one clone to the next.
set -u
cd "$(dirname "$0")/.." || exit 1
[ -e build/memrig-init ] || { echo "build/memrig-init is not built; make makes it"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for entry in *; do
	[ "$entry" = build ] || cp -r "$entry" "$work"
done
# With what it was built with here: another compiler makes another program.
make -C "$work" build/memrig-init >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmp build/memrig-init "$work/build/memrig-init" || exit 1
echo "build/memrig-init is the same in $work: $(sha256sum <build/memrig-init | cut -c1-16)"
