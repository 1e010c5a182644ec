#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual pages have every command with its options and every key of the files, and groff has nothing to say about them.
# MEMRIG names the program (./memrig). Exits 77 when groff is missing.
set -u
cd "$(dirname "$0")/.." || exit 1
memrig=${MEMRIG:-./memrig}
for tool in groff jq; do
	command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }
done

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
fail() { echo "FAILED: $*"; failed=1; }

for page in "" profile scenario plan; do
	# shellcheck disable=SC2086 # no page at all is the program's
	"$memrig" man $page >"$work/page$page" || fail "memrig man $page"
	groff -ww -man -Tascii -P-cbou "$work/page$page" >"$work/text$page" 2>"$work/said" || fail "groff: $page"
	[ ! -s "$work/said" ] || fail "groff of memrig man $page: $(cat "$work/said")"
done

# "  name   what it is" in a list of commands.
commands() { "$memrig" "$@" --help | sed -n 's/^  \([a-z]\{1,\}\) .*/\1/p'; }
options() { "$memrig" "$@" --help | grep -oE '^ {2,6}(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | grep -vE -- '--(usage|version|help|color)$'; }

# Looks for one command's section and the options in it.
section() {
	title=".SS \"$(echo "memrig $*" | sed 's/-/\\-/g')\""
	grep -qFx "$title" "$work/page" || { fail "memrig(1) has no section of memrig $*"; return; }
	n=$((n + 1))
	for option in $(options "$@"); do
		grep -FA 400 "$title" "$work/page" | sed '1d; /^\.S[SH]/,$d' | grep -qF "$(echo "$option" | sed 's/-/\\-/g')\\fR" ||
			fail "memrig(1) has no $option of memrig $*"
	done
}

n=0
for command in $(commands); do
	case $("$memrig" "$command" --help) in
	"Usage: memrig $command COMMAND"*)
		for sub in $(commands "$command"); do section "$command" "$sub"; done ;;
	*) section "$command" ;;
	esac
done
[ "$n" -ge 40 ] || fail "$n commands alone were looked for"

for kind in profile scenario plan; do
	keys=$(jq -r '[.. | objects | .properties // {} | to_entries[] | select(.value.const == null) | .key] | unique[]' docs/schema/$kind.json)
	case $kind in plan) least=10 ;; *) least=30 ;; esac
	[ "$(echo "$keys" | wc -l)" -ge $least ] || fail "$kind has these keys alone: $keys"
	for key in $keys; do
		grep -qF "$key (" "$work/text$kind" || fail "memrig-$kind(5) has no key $key"
	done
done
exit $failed
