#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, by name, with apt. Usage: deps.sh build|lab|test|fuzz|lint|browser ...
# With everything there it does nothing and needs no rights.
set -eu

build="gcc libc6-dev libjansson-dev libnuma-dev libcgroup-dev libzstd-dev libarchive-dev libkmod-dev libmd-dev libncurses-dev libxxhash-dev libsqlite3-dev"
lab="qemu-system-x86 e2fsprogs kmod busybox-static mmdebstrap"
test="check groff-base libxml2-utils python3-yaml libsubunit-dev jq zstd procps sysstat python3 python3-jsonschema"
fuzz="clang libclang-rt-14-dev afl++"
lint="clang-tidy cppcheck shellcheck valgrind"
# Those of the browser's that are there in another way, as a newer node often is, are not installed again.
browser=
command -v chromium >/dev/null || browser="$browser chromium"
command -v node >/dev/null || browser="$browser nodejs"
command -v npm >/dev/null || browser="$browser npm"

wanted=
for set in "$@"; do
	case $set in
	build) wanted="$wanted $build" ;;
	lab) wanted="$wanted $lab" ;;
	test) wanted="$wanted $test" ;;
	fuzz) wanted="$wanted $fuzz" ;;
	lint) wanted="$wanted $lint" ;;
	browser) wanted="$wanted $browser" ;;
	*) echo "deps.sh: no such set: $set" >&2; exit 2 ;;
	esac
done

missing=
for package in $wanted; do
	state=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
	case $state in ii*) ;; *) missing="$missing $package" ;; esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
	as_root=
elif command -v sudo >/dev/null; then
	as_root=sudo
else
	echo "These packages are missing; install them as root and try again:" >&2
	echo "  apt-get install$missing" >&2
	exit 77
fi
mkdir -p build
echo "installing:$missing"
log=build/apt.log
for attempt in 1 2; do
	# The package lists of a new machine are empty or old: look again once.
	# shellcheck disable=SC2086
	if DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $missing >"$log" 2>&1; then
		exit 0
	fi
	[ "$attempt" -eq 1 ] && $as_root apt-get update >>"$log" 2>&1 || true
done
tail -n 5 "$log" >&2
echo "could not install:$missing (see $log)" >&2
exit 1
