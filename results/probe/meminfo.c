/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

const struct probe probes_meminfo[] = {
	{ PROBE_SYSTEM, "/proc/meminfo", "meminfo.", probe_parse_meminfo, 0 },
	{ 0 },
};
