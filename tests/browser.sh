#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The report in headless Chromium: draws, zooms, asks nobody for anything, reads without scripts and on paper.
# PAGE names another page to look at. Exits 77 when a browser or what drives it is missing.
set -u
cd "$(dirname "$0")/.." || exit 1
dir=build/browser

for command in node npm; do
	command -v $command >/dev/null || { echo "$command is not installed: scripts/deps.sh browser"; exit 77; }
done
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
	{ echo "chromium is not installed: scripts/deps.sh browser"; exit 77; }

mkdir -p $dir || exit 1
if ! cmp -s tests/browser/package.json $dir/package.json || [ ! -d $dir/node_modules/axe-core ]; then
	cp tests/browser/package.json $dir/package.json
	if ! (cd $dir && npm install --no-audit --no-fund --no-package-lock --ignore-scripts) >$dir/npm.log 2>&1; then
		rm -f $dir/package.json
		echo "npm cannot install puppeteer-core and axe-core (no network?), see $dir/npm.log"
		exit 77
	fi
fi

if [ -z "${PAGE-}" ]; then
	[ -x $dir/page ] || make --no-print-directory $dir/page || exit 1
	PAGE=$dir/page.html
	$dir/page >$PAGE || exit 1
fi
if command -v xmllint >/dev/null; then
	# It knows HTML 4: tags of HTML 5 and SVG are none to it, all else is a mistake.
	xmllint --html --noout "$PAGE" 2>&1 | grep ' error : ' | grep -v ' error : Tag [a-z0-9]* invalid' >$dir/mistakes
	if [ -s $dir/mistakes ]; then
		echo "$PAGE is not well-formed:"
		head $dir/mistakes
		exit 1
	fi
fi
NODE_PATH=$dir/node_modules exec node tests/browser/report.js "$chromium" "$PAGE"
