#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs test programs, $JOBS side by side (default 1). Output goes to build/tests/NAME.log; the last line is the count.
# A program that exits 77 is skipped, with its last line as the reason. WITH="valgrind ..." goes before each program,
# and its first word into the name of the log.
set -u

run_one() {
	case $1 in
	*/sanitize/*) name=$(basename "$1").sanitized ;;
	*) name=$(basename "$1") ;;
	esac
	[ -z "${WITH-}" ] || name=$name.${WITH%% *}
	log=build/tests/$name.log
	# shellcheck disable=SC2086 # words of a command
	${WITH-} "$1" >"$log" 2>&1
	code=$?
	case $code in
	0) echo "ok      $name" ;;
	77) echo "skip    $name: $(tail -n 1 "$log")" ;;
	*) printf 'FAILED  %s (exit %s), see %s\n%s\n' "$name" "$code" "$log" "$(tail -n 40 "$log" | sed 's/^/  /')" ;;
	esac
}

[ "${1-}" = --one ] && { run_one "$2"; exit 0; }

mkdir -p build/tests
said=build/tests/said
printf '%s\n' "$@" | xargs -P "${JOBS:-1}" -n 1 "$0" --one | tee "$said"
count() { grep -c "^$1 " "$said"; }
failed=$(count FAILED)
passed=$(count ok)
echo "$passed passed, $failed failed, $(count skip) skipped"
[ "$failed" -eq 0 ] && [ $((passed + $(count skip))) -eq $# ]
