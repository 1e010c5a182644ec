/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

/* Every line becomes a column: kernels differ in what they count, and a new one may be what matters. */
const struct probe probes_vmstat[] = {
	{ PROBE_SYSTEM, "/proc/vmstat", "vmstat.", probe_parse_pairs, PROBE_CHUNKED },
	{ 0 },
};
