#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Goes through docs/tutorial.md as a reader would, in an empty directory with an empty store, and prints the page with the
# output that its commands have now; -u writes it to the page. MEMRIG is the program (default: ./memrig).
#
#   ```console            each line "$ COMMAND" is run; what it prints comes below, in place of what stood there
#   <!-- prints: FILTER   before such a block: what of the output is shown, as a shell command; all of it by default
#   <!-- exits: CODE      before such a block: the exit code of its commands, 0 by default; several where it depends on the machine
#   <!-- file: NAME       before a ```json block: its text is what the reader has in the file NAME
#   <!-- made with: TOOLS what of the figures does not come from this tree; at the end
set -eu
cd "$(dirname "$0")/.."
page=$PWD/docs/tutorial.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/reader"
ln -s "$(realpath "${MEMRIG:-memrig}")" "$work/bin/memrig"
export PATH="$work/bin:$PATH" MEMRIG_STORE="$work/store" MEMRIG_STATE="$work/state" LC_ALL=C.UTF-8
unset COLUMNS

# The value of the comment "<!-- WHAT: VALUE -->".
value() { printf "%s\n" "$line" | sed 's/^<!-- [a-z]*: //; s/ -->$//'; }

# try COMMAND: what the page shows of it.
try() {
	code=0
	(cd "$work/reader" && sh -c "$1") </dev/null >"$work/out" 2>"$work/err" || code=$?
	echo "try: $1 (exit code $code)" >&2
	case " $exits " in
	*" $code "*) ;;
	*)
		printf 'docs/tutorial.md: "%s" exits with %s, expected %s\n' "$1" "$code" "$exits" >&2
		cat "$work/err" >&2
		return 1
		;;
	esac
	sh -c "$prints" <"$work/out"
}

tools() {
	memrig show latest --json | jq -r '.provenance |
		[.kernels[0].release, .qemu, "gcc " + .build.compiler, "glibc " + .build.libraries.glibc] | join("; ")' | tr -d '\n'
	# What the guest's program is linked from, and what makes its disk.
	dpkg-query -W -f '; ${Package} ${Version}' libc6-dev libgcc-12-dev libjansson-dev libnuma-dev libcgroup-dev e2fsprogs 2>/dev/null || :
}

play() {
	prints=cat exits=0 file='' inside=''
	while IFS= read -r line; do
		case $inside$line in
		'<!-- prints: '*) prints=$(value) ;;
		'<!-- exits: '*) exits=$(value) ;;
		'<!-- file: '*) file=$work/reader/$(value) ;;
		'<!-- made with: '*) line="<!-- made with: $(tools) -->" ;;
		'```console') inside=console ;;
		'```json') inside=json ;;
		console'```' | json'```') inside='' prints=cat exits=0 file='' ;;
		json*) [ -z "$file" ] || printf '%s\n' "$line" >>"$file" ;;
		"console$ "*)
			printf '%s\n' "$line"
			try "${line#??}" || return
			continue
			;;
		console*) continue ;;
		esac
		printf '%s\n' "$line"
	done
}

play <"$page" >"$work/page"
if [ "${1-}" = -u ]; then cat "$work/page" >"$page"; else cat "$work/page"; fi
