#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Unpacks a kernel from its Debian packages: boot/vmlinuz-RELEASE and lib/modules/RELEASE below BASE.
#	kernel.sh BASE TMP deb FILE
#	kernel.sh BASE TMP apt VERSION METAPACKAGE...	the newest VERSION that one of them depends on
# TMP, an empty directory beside BASE, is gone afterwards. Two at once are safe: the second rename fails, and what the
# first one made is used. The last line printed is what went wrong.
base=$1 tmp=$2 how=$3; shift 3
PATH=$PATH:/sbin:/usr/sbin
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' INT TERM HUP
cd "$tmp" || exit 1
die() { echo "$*"; exit 1; }

newest() {
	for meta in "$@"; do
		apt-cache depends "$meta" 2>/dev/null | sed -n "s/.*Depends: \\(linux-image-${version}[.+~-][^ ]*\\)\$/\\1/p"
	done | head -n 1
}
download() { package=$(newest "$@") && [ -n "$package" ] && apt-get download -q "$package"; }

# Since Linux 7 Debian has image and modules in two packages; linux-image-*.deb is but a name for both.
link_parts() {
	file=$(basename "$1") parts=
	ln -s "$1" .
	case $file in linux-image-* | linux-binary-* | linux-modules-*) ;; *) return ;; esac
	for part in binary modules; do
		part=linux-$part-${file#linux-*-}
		[ ! -e "$(dirname "$1")/$part" ] || ln -sf "$(dirname "$1")/$part" .
		parts="$parts $part"
	done
}

case $how in
deb)
	link_parts "$1"
	;;
apt)
	version=$1; shift
	download "$@" || { apt-get update -q && download "$@"; } || die "apt has no kernel $version (looked for what $* needs)"
	;;
esac
for deb in ./*.deb; do
	dpkg-deb -x "$deb" unpacked || exit 1
done
[ -d unpacked/lib/modules ] || [ ! -d unpacked/usr/lib/modules ] || mv unpacked/usr/lib unpacked/lib
for image in unpacked/boot/vmlinuz-* unpacked/lib/modules/*/vmlinuz; do
	[ ! -e "$image" ] || break
done
case $image in
unpacked/boot/*) release=${image#unpacked/boot/vmlinuz-} ;;
*) # of a package in parts
	release=$(basename "$(dirname "$image")")
	[ -e "$image" ] || die "no kernel (vmlinuz) is in it${parts:+; of one in parts put$parts into one directory}"
	[ -d "unpacked/lib/modules/$release/kernel" ] || die "its modules are in another package: put$parts into one directory"
	mkdir -p unpacked/boot && mv "$image" "unpacked/boot/vmlinuz-$release" || exit 1
	;;
esac
mkdir -p "unpacked/lib/modules/$release" && depmod -b unpacked "$release" || exit 1
mv -T unpacked "$base" || [ -d "$base/lib/modules" ]
