#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels that are not the two cloud ones: a generic one by name, with ext4 as a module and zswap; a package by path.
. "$(dirname "$0")/lib.sh"
need_lab 6.1 6.12-generic
cache=${MEMRIG_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/memrig}

# ---- by name: its modules for a disk, and zswap ----
run_json generic zone-reclaim-drops-cache --only -k 6.12-generic
same "a disk with ext4 as a module: exit code" "$code" 0
same "outcome" "$(get generic '.cells[0].outcome')" completed

run_json zswap swap-with-free-memory --only -p "$data/zswap.json" -k 6.12-generic
number "bytes that went into zswap" "$(get zswap '.cells[0].metrics["zswap.out_bytes"]')" -ge $((64 * 1024 * 1024))
same "swapped out to the device" "$(get zswap '.cells[0].metrics["swap.out_bytes"]')" 0
same "verdict" "$(get zswap '.cells[0].verdicts[] | select(.name == "swap_with_free_memory") | .cause')" cpuset
has "it says where the pages went" "$(get zswap '.cells[0].verdicts[].summary')" "into zswap"

# ---- a package by path: that of 6.1, made anew ----
command -v dpkg-deb >/dev/null || skip "dpkg-deb is not installed"
package() { # package NAME: NAME.deb of what is in $work/deb
	mkdir -p "$work/deb/DEBIAN"
	printf '%s\n' "Package: ${1%%_*}" 'Version: 1' 'Architecture: amd64' 'Maintainer: nobody <nobody@example.org>' \
		'Description: a kernel' >"$work/deb/DEBIAN/control"
	dpkg-deb -Znone -b "$work/deb" "$work/$1.deb" >/dev/null || fail "dpkg-deb cannot make the package"
	rm -r "$work/deb"
}
mkdir "$work/deb"
cp -r "$cache/kernels/6.1/boot" "$cache/kernels/6.1/lib" "$work/deb"
package own
export MEMRIG_CACHE="$work/cache"
mkdir -p "$MEMRIG_CACHE/kernels"
ln -s "$cache/kernels/6.1" "$MEMRIG_CACHE/kernels/6.1"
run_json deb smoke -k 6.1 -k "$work/own.deb"
same "a .deb: exit code" "$code" 0
has "it says what it does" "$(cat "$work/deb.err")" "unpacking $work/own.deb"
same "cells" "$(get deb '.cells | length')" 2
same "the same kernel gives the same bytes" "$(get deb '[.cells[].stream_sha256] | unique | length')" 1
run_json again smoke -k "$work/own.deb"
same "the second time nothing is unpacked" "$(grep -c unpacking "$work/again.err")" 0
run=$(get again .run)
"$memrig" rerun "$run" --json >"$work/rerun.json" 2>"$work/rerun.err"
same "rerun: exit code" $? 0
same "rerun: the same bytes" "$(get rerun .equal)" true

# ---- a package in parts ----
release=$(ls "$cache/kernels/6.1/lib/modules")
package linux-image-own_1
mkdir -p "$work/deb/usr/lib/modules/$release"
cp "$cache/kernels/6.1/boot/vmlinuz-$release" "$work/deb/usr/lib/modules/$release/vmlinuz"
package linux-binary-own_1
run_json lone smoke -k "$work/linux-image-own_1.deb"
same "a part is missing: exit code" "$code" 2
has "a part is missing: which ones it takes" "$(cat "$work/lone.err")" "linux-binary-own_1.deb linux-modules-own_1.deb into one directory"
mkdir -p "$work/deb/usr/lib/modules"
cp -r "$cache/kernels/6.1/lib/modules/$release" "$work/deb/usr/lib/modules"
rm "$work/deb/usr/lib/modules/$release"/modules.*.bin
package linux-modules-own_1
for part in image binary modules; do
	rm -rf "$MEMRIG_CACHE"/kernels/deb-*
	run_json parts smoke -k "$work/linux-$part-own_1.deb"
	same "by linux-$part: exit code" "$code" 0
	same "by linux-$part: the bytes of the package in one" "$(get parts '.cells[0].stream_sha256')" "$(get deb '.cells[0].stream_sha256')"
done

# ---- by name, where apt has another release under that name, as the next Debian does ----
mkdir "$work/bin" "$work/empty"
printf '#!/bin/sh\n[ "$2" != linux-image-cloud-amd64 ] || echo "  Depends: linux-image-6.12.57+deb13-cloud-amd64"\n' >"$work/bin/apt-cache"
printf '#!/bin/sh\n[ "$1" != download ] || { echo "$3" >"%s/asked"; cp "%s/own.deb" .; }\n' "$work" "$work" >"$work/bin/apt-get"
chmod +x "$work/bin/apt-cache" "$work/bin/apt-get"
own_cache=$MEMRIG_CACHE
export MEMRIG_CACHE="$work/empty"
PATH=$work/bin:$PATH run_json next smoke -k 6.1
same "no 6.1 there: exit code" "$code" 77
has "no 6.1 there: says so" "$(cat "$work/next.err")" "apt has no kernel 6.1 "
PATH=$work/bin:$PATH "$memrig" lab prepare -k 6.12 >/dev/null 2>"$work/prepare.err"
same "6.12 there: fetched under its other name" "$(cat "$work/asked")" linux-image-6.12.57+deb13-cloud-amd64
export MEMRIG_CACHE="$own_cache"

# ---- mistakes ----
echo "no package" >"$work/bad.deb"
run_json bad smoke -k "$work/bad.deb"
same "not a package: exit code" "$code" 2
has "not a package" "$(cat "$work/bad.err")" "cannot unpack $work/bad.deb"
run_json none smoke -k 6.13
has "an unknown name" "$(cat "$work/none.err")" "memrig lab kernels"
finish
