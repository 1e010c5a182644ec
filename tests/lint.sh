#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The sources have no findings, as make lint; six minutes of a CPU, and seconds when little has changed. Exits 77 when a tool is missing.
exec "$(dirname "$0")/../scripts/lint/lint.sh"
