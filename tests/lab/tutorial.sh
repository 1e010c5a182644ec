#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of docs/tutorial.md run in their order, and print what the page says they print. UPDATE=1 writes to the
# page what they print now.
. "$(dirname "$0")/lib.sh"
need_lab 6.1

page=docs/tutorial.md
MEMRIG=$memrig scripts/tutorial.sh >"$work/page" 2>"$work/said"
same "every command of $page ends as the page says" "$(grep -v '^try: ' "$work/said")" ""
number "commands tried" "$(grep -c '^try: ' "$work/said")" -ge 15
[ "$failures" -eq 0 ] || finish

if [ "${UPDATE-}" ]; then
	cat "$work/page" >"$page"
	finish
fi
# Bytes that are not from this tree move the figures: another kernel package, QEMU, compiler or libc.
made_with() { sed -n 's/^<!-- made with: \(.*\) -->$/\1/p' "$1"; }
if [ "$(made_with "$page")" != "$(made_with "$work/page")" ]; then
	echo "the figures are not compared: $page was made with $(made_with "$page"), this is $(made_with "$work/page")"
	finish
fi
diff -u "$page" "$work/page" || fail "$page is out of date: UPDATE=1 tests/lab/tutorial.sh, or scripts/tutorial.sh -u; then read it"
finish
