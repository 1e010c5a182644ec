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
	began=$(date +%s)
	# shellcheck disable=SC2086 # words of a command
	${WITH-} "$1" >"$log" 2>&1
	code=$?
	took=$(($(date +%s) - began))
	case $code in
	0) echo "ok      $name$([ "$took" -eq 0 ] || echo " ($took s)")" ;;
	77) echo "skip    $name: $(tail -n 1 "$log")" ;;
	*) printf 'FAILED  %s (exit %s), see %s\n%s\n' "$name" "$code" "$log" "$(tail -n 40 "$log" | sed 's/^/  /')" ;;
	esac
}

# Check's own limit of 4 s is for tests that do not wait for a disk that others write to.
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}"

[ "${1-}" = --one ] && { run_one "$2"; exit 0; }

# A guest test takes up to two guests at a time, and each looks at what is free only as it starts.
jobs=${JOBS:-1}
while read -r key kib _; do
	[ "$key" = MemAvailable: ] && [ "$jobs" -gt $((kib / 2500000 + 1)) ] && jobs=$((kib / 2500000 + 1))
done </proc/meminfo

mkdir -p build/tests
said=build/tests/said
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 "$0" --one | tee "$said"
count() { grep -c "^$1 " "$said"; }
failed=$(count FAILED)
passed=$(count ok)
echo "$passed passed, $failed failed, $(count skip) skipped"
[ "$failed" -eq 0 ] && [ $((passed + $(count skip))) -eq $# ]
