#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Static analysis: shellcheck, cppcheck and clang-tidy, two at once. Usage: lint.sh [--changed]
# shellcheck disable=SC2317 # step calls the functions by name
# --changed: of the C files, those alone that differ from the branch main.
set -u
cd "$(dirname "$0")/../.." || exit 1
failed=0

if [ "${1-}" = --changed ]; then
	files=$(git diff --name-only --diff-filter=d main -- '*.c')
else
	files=$(git ls-files '*.c')
fi
# The tests' own programs are left to cppcheck: the macros of Check are not clang-tidy's kind of C.
sources=$(printf '%s\n' "$files" | grep -vE '^(tests/|$)')

step() {
	name=$1; shift
	if "$@"; then echo "ok      $name"; else echo "FAILED  $name"; failed=1; fi
}

shell() { git ls-files '*.sh' .ci/run | xargs shellcheck; }

c() {
	[ -z "$files" ] || printf '%s\n' "$files" | cppcheck -q -j2 --std=c11 --enable=warning,performance,portability \
		--library=posix,gnu --library=scripts/lint/jansson.cfg --suppressions-list=scripts/lint/cppcheck.txt \
		--inline-suppr -I. -D_GNU_SOURCE --template=gcc --error-exitcode=1 --file-list=-
}

# What clang-tidy says of its own progress goes; xargs fails when one of the processes did.
tidy() {
	[ -z "$sources" ] || printf '%s\n' "$sources" |
		xargs -P2 -n 4 sh -c 'clang-tidy --quiet "$@" -- -std=gnu11 -D_GNU_SOURCE -I. 2>/dev/null' sh
}

step shellcheck shell
step cppcheck c
step clang-tidy tidy
exit $failed
