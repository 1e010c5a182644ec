/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

const struct probe probes_node[] = {
	{ PROBE_NODE, "meminfo", "meminfo.", probe_parse_meminfo, 0 },
	{ PROBE_NODE, "vmstat", "vmstat.", probe_parse_pairs, 0 },
	{ 0 },
};
