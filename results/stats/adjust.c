/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/adjust.h"

#include <math.h>

#include "common/util.h"

struct placed {
	double p;
	size_t at;
};

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

static struct placed *ascending(const double *p, size_t n)
{
	struct placed *list = xcalloc(n + 1, sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = (struct placed){ p[i], i };
	qsort(list, n, sizeof(*list), compare_placed);
	return list;
}

void stats_holm(double *p, size_t n)
{
	_cleanup_free_ struct placed *list = ascending(p, n);
	double adjusted = 0;

	for (size_t i = 0; i < n; i++) {
		adjusted = fmax(adjusted, fmin((double)(n - i) * list[i].p, 1));
		p[list[i].at] = adjusted;
	}
}

void stats_benjamini_hochberg(double *p, size_t n)
{
	_cleanup_free_ struct placed *list = ascending(p, n);
	double adjusted = 1;

	for (size_t i = n; i-- > 0;) {
		adjusted = fmin(adjusted, (double)n / (double)(i + 1) * list[i].p);
		p[list[i].at] = adjusted;
	}
}
