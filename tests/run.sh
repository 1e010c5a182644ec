#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs test programs one after the other. Output goes to build/tests/NAME.log; the last line is the count.
# A program that exits 77 is skipped, with its last line as the reason.
set -u
passed=0 failed=0 skipped=0
mkdir -p build/tests
for program in "$@"; do
	case $program in
	*/sanitize/*) name=$(basename "$program").sanitized ;;
	*) name=$(basename "$program") ;;
	esac
	log=build/tests/$name.log
	"$program" >"$log" 2>&1
	code=$?
	case $code in
	0) passed=$((passed + 1)); echo "ok      $name" ;;
	77) skipped=$((skipped + 1)); echo "skip    $name: $(tail -n 1 "$log")" ;;
	*) failed=$((failed + 1)); echo "FAILED  $name (exit $code), see $log"; tail -n 40 "$log" ;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
