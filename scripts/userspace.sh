#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a guest's user space: an ext4 image with Debian packages, or with single programs of this machine and
# the libraries they load. Usage: userspace.sh IMAGE [--pack FILE]... [PACKAGE]...
# Needs mmdebstrap for packages and, without root, fakeroot.
set -eu
set -f # names are names
export LC_ALL=C SOURCE_DATE_EPOCH=1767225600 E2FSPROGS_FAKE_TIME=1767225600
PATH=$PATH:/usr/sbin:/sbin
image=$1; shift
files=
while [ "${1-}" = --pack ]; do files="$files $2"; shift 2; done
work=$(mktemp -d "$image.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

if [ $# -gt 0 ]; then
	command -v mmdebstrap >/dev/null || { echo "mmdebstrap is not installed: apt-get install mmdebstrap" >&2; exit 77; }
	packages=$(echo "$*" | tr ' ' ',')
	mmdebstrap --variant=essential --include="$packages" --dpkgopt=path-exclude=/usr/share/doc/* \
		--dpkgopt=path-exclude=/usr/share/man/* --dpkgopt=path-exclude=/usr/share/locale/* "$(. /etc/os-release; echo "$VERSION_CODENAME")" "$work/root.tar" >&2
fi

# Under fakeroot the tar's owners are kept by the processes of this one call.
[ "$(id -u)" -eq 0 ] && as= || as=fakeroot
cat >"$work/make.sh" <<'EOF'
set -euf
work=$1 image=$2; shift 2
root=$work/root
mkdir -p "$root"
[ ! -f "$work/root.tar" ] || tar -C "$root" --exclude='./dev/*' -xf "$work/root.tar"
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/run" "$root/data" "$root/etc"
for file in "$@"; do
	for needed in "$file" $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*'); do
		case $needed in */../*) echo "$file: its library $needed has no plain path" >&2; exit 1 ;; esac
		mkdir -p "$root$(dirname "$needed")"
		cp -L "$needed" "$root$needed"
	done
done
# Half as much again for the file system's own, in steps of 2 MiB: the guest maps it with huge pages.
size=$(($(du -s --apparent-size -B 1M "$root" | cut -f 1) * 5 / 4 + 16))
size=$((size + size % 2))
truncate -s "${size}M" "$image"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
mke2fs -q -F -t ext4 -b 4096 -m 0 -O none,extents,filetype,sparse_super,large_file,dir_index \
	-U 6d656d72-6967-4000-8000-000000000003 \
	-E hash_seed=6d656d72-6967-4000-8000-000000000004,nodiscard,root_owner=0:0 -d "$root" "$image"
EOF
# shellcheck disable=SC2086
$as sh "$work/make.sh" "$work" "$work/image" $files
chmod 600 "$work/image" # what is in it is the packages' own, and whatever --pack was given
mv "$work/image" "$image"
