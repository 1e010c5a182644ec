#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Static analysis: shellcheck, cppcheck and clang-tidy over everything. Usage: lint.sh [--changed]
# --changed: of the C files, those alone that differ from the branch main.
# What was found clean is remembered in build/lint by its content. The last line counts; exits 77 without the tools.
# shellcheck disable=SC2317 # step calls the functions by name
set -u
cd "$(dirname "$0")/../.." || exit 1
mode=${1-}
failed=

for tool in git shellcheck cppcheck clang-tidy gcc; do
	command -v "$tool" >/dev/null || { echo "$tool is not installed: scripts/deps.sh lint"; exit 77; }
done
all=$(git ls-files '*.c') || { echo "no git checkout: there is no list of the files"; exit 77; }
files=$all
if [ "$mode" = --changed ]; then
	main=main
	git rev-parse -q --verify main >/dev/null || main=origin/main
	files=$(git diff --name-only --diff-filter=d --relative --merge-base "$main" -- '*.c') || exit 1
fi
# The tests' own programs are left to cppcheck: the macros of Check are not clang-tidy's kind of C.
sources=$(printf '%s\n' "$files" | grep -vE '^(tests/|$)')

work=build/lint
mkdir -p $work/cppcheck || exit 1

step() {
	name=$1; shift
	if "$@"; then echo "ok      $name"; else echo "FAILED  $name"; failed="$failed $name"; fi
}

shell() { git ls-files '*.sh' .ci/run | xargs shellcheck; }

c() {
	[ -z "$files" ] || printf '%s\n' "$files" | cppcheck -q -j"$(nproc)" --cppcheck-build-dir=$work/cppcheck \
		--std=c11 --enable=warning,performance,portability \
		--library=posix,gnu --library=scripts/lint/jansson.cfg --suppressions-list=scripts/lint/cppcheck.txt \
		--inline-suppr -I. -D_GNU_SOURCE --template=gcc --error-exitcode=1 --file-list=-
}

# One file a process: no more than its findings come from any.
tidy() {
	[ -z "$sources" ] || printf '%s\n' "$sources" | xargs -P"$(nproc)" -n 1 scripts/lint/tidy.sh >$work/tidy.out
	grep -vE '^(ok|same)  ' $work/tidy.out
	! grep -q '^FAILED' $work/tidy.out
}

count() { printf '%s\n' "$1" | grep -c .; }

: >$work/tidy.out
step shellcheck shell
step cppcheck c
step clang-tidy tidy
echo "$(count "$files") C files, $(count "$sources") of them read by clang-tidy ($(grep -c '^same' $work/tidy.out) as before):" \
	"$([ -z "$failed" ] && echo clean || echo "findings of$failed")"
[ -z "$failed" ]
