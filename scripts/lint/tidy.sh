#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# clang-tidy over one C file; one that was found clean is not read again until its text, a header's or .clang-tidy is another.
# Prints one line, "ok", "same" or "FAILED", with what was found below it. Usage: tidy.sh FILE.c
set -u
cd "$(dirname "$0")/../.." || exit 1
clean=build/lint/clean
mkdir -p "$clean" || exit 1
out=$(mktemp build/lint/out.XXXXXX) || exit 1
trap 'rm -f "$out"' EXIT

# Every line that the compiler would read, comments and macros included.
text() {
	clang-tidy --version
	cat .clang-tidy
	gcc -E -C -dD -std=gnu11 -D_GNU_SOURCE -I. "$1"
}

# What the compiler complains of is printed above.
{ text "$1" >"$out"; } 2>&1 || { echo "FAILED  $1: it does not compile"; exit 1; }
seen=$clean/$(sha256sum <"$out" | cut -c 1-40)
[ -e "$seen" ] && { echo "same    $1"; exit 0; }
if clang-tidy --quiet "$1" -- -std=gnu11 -D_GNU_SOURCE -I. >"$out" 2>/dev/null; then
	: >"$seen"
	echo "ok      $1"
else
	echo "FAILED  $1"
	cat "$out"
	exit 1
fi
