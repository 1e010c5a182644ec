/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_KERNEL_SERIES_H
#define MEMRIG_RESULTS_KERNEL_SERIES_H

#include <stddef.h>
#include <string.h>

/* How much of "6.1.0-56-cloud-amd64" names the series, "6.1": nights bring other releases of the same kernel.
 * 0 for what is no release. */
static inline size_t kernel_series(const char *release)
{
	size_t major = strspn(release, "0123456789"), minor;

	if (major == 0 || release[major] != '.')
		return 0;
	minor = strspn(release + major + 1, "0123456789");
	return minor ? major + 1 + minor : 0;
}

#endif
