/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/trend.h"

#include <math.h>

#include "common/util.h"

#define WEAKER   10 /* max_p of the weak pass, times that of the strict one */
#define SHORTEST ((size_t)2) /* nights of a level */

const struct trend_options trend_defaults = { .window = 50, .max_p = 0.001 };

/* ---- Student's t ---- */

/*
 * The incomplete beta function's continued fraction, DLMF 8.17.22, by the
 * modified Lentz method.
 */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), f;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	f = d;
	for (int m = 1; m < 300; m++) {
		double terms[2] = { m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
				    -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)) };
		double step = 1;

		for (int i = 0; i < 2; i++) {
			d = 1 + terms[i] * d;
			c = 1 + terms[i] / c;
			d = 1 / (fabs(d) < tiny ? tiny : d);
			c = fabs(c) < tiny ? tiny : c;
			step = c * d;
			f *= step;
		}
		if (fabs(step - 1) < 1e-14)
			break;
	}
	return f;
}

/* Regularized incomplete beta function I_x(a, b). */
static double beta_share(double a, double b, double x)
{
	double front;

	if (x <= 0 || x >= 1)
		return x > 0;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	/* The fraction converges fast on one side of the mean only. */
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

static double mean(const double *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum / (double)n;
}

static double squares(const double *x, size_t n, double centre)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (x[i] - centre) * (x[i] - centre);
	return sum;
}

static bool constant(const double *x, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (x[i] != x[0])
			return false;
	return true;
}

double trend_t_test(const double *x, size_t n, const double *y, size_t m)
{
	double mx = mean(x, n), my = mean(y, m), df = (double)(n + m) - 2, variance, t;

	if (constant(x, n) && constant(y, m))
		return x[0] == y[0] ? 1
				    : fmin(1, 2 * exp(lgamma((double)n + 1) + lgamma((double)m + 1) -
						      lgamma((double)(n + m) + 1)));
	if (df < 1)
		return 1;
	variance = (squares(x, n, mx) + squares(y, m, my)) / df;
	t = (mx - my) / sqrt(variance * (1 / (double)n + 1 / (double)m));
	return beta_share(df / 2, 0.5, df / (df + t * t));
}

/* ---- candidates ---- */

struct points {
	size_t *at; /* ascending */
	size_t n;
};

/* Keeps the order; a point that is there already is not added again. */
static void add_point(struct points *p, size_t at)
{
	size_t i = p->n;

	for (size_t k = 0; k < p->n; k++)
		if (p->at[k] == at)
			return;
	p->at = xrealloc(p->at, (p->n + 1) * sizeof(*p->at));
	for (; i > 0 && p->at[i - 1] > at; i--)
		p->at[i] = p->at[i - 1];
	p->at[i] = at;
	p->n++;
}

static double distance(const double *x, size_t from, size_t to, size_t i)
{
	double sum = 0;

	for (size_t k = from; k < to; k++)
		sum += fabs(x[k] - x[i]);
	return sum;
}

/* Mean distance of the pairs within n values; a single one has none. */
static double within_mean(double sum, size_t n)
{
	return n > 1 ? sum / ((double)n * (double)(n - 1) / 2) : 0;
}

/*
 * The split with the largest energy statistic n m / (n + m) (2 E|X-Y| - E|X-X'|
 * - E|Y-Y'|), each E a mean over pairs. Moving one value from right to left
 * costs n: quadratic in all. 0 when there is none.
 */
static size_t best_split(const double *x, size_t n)
{
	double left = 0, right = 0, cross = 0, best = 0;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		right += distance(x, i + 1, n, i);
	for (size_t i = 0; i + SHORTEST < n; i++) {
		double to_left = distance(x, 0, i, i), to_right = distance(x, i + 1, n, i), q;
		size_t a = i + 1, b = n - a;

		left += to_left;
		right -= to_right;
		cross += to_right - to_left;
		q = (double)a * (double)b / (double)n *
		    (2 * cross / ((double)a * (double)b) - within_mean(left, a) - within_mean(right, b));
		if (a >= SHORTEST && q > best) {
			best = q;
			at = a;
		}
	}
	return at;
}

static void gather(const double *x, size_t from, size_t to, double max_p, struct points *p)
{
	size_t at = to - from >= 2 * SHORTEST ? best_split(x + from, to - from) : 0;

	if (at == 0 || trend_t_test(x + from, at, x + from + at, to - from - at) > max_p)
		return;
	add_point(p, from + at);
	gather(x, from, from + at, max_p, p);
	gather(x, from + at, to, max_p, p);
}

static void gather_in_windows(const double *x, size_t n, const struct trend_options *o, struct points *p)
{
	size_t window = MAX(o->window, 2 * SHORTEST);

	for (size_t from = 0;; from += window / 2) {
		size_t to = MIN(from + window, n);

		gather(x, from, to, o->max_p * WEAKER, p);
		if (to == n)
			return;
	}
}

/* ---- the strict pass ---- */

static struct trend_point describe(const double *x, size_t n, const struct points *p, size_t i)
{
	size_t from = i > 0 ? p->at[i - 1] : 0, at = p->at[i], to = i + 1 < p->n ? p->at[i + 1] : n;
	struct trend_point point = { .at = at,
				     .before = mean(x + from, at - from),
				     .after = mean(x + at, to - at) };

	point.p = at - from >= SHORTEST && to - at >= SHORTEST
			  ? trend_t_test(x + from, at - from, x + at, to - at)
			  : 1;
	return point;
}

static bool large_enough(const struct trend_point *p, double min_magnitude)
{
	if (p->before == 0)
		return p->after != 0;
	return fabs(p->after / p->before - 1) >= min_magnitude;
}

/* Drops the least sure point, or one that is too small, until none is left to drop: its neighbours' levels
 * grow. */
static void drop_the_unsure(const double *x, size_t n, const struct trend_options *o, struct points *p)
{
	while (p->n > 0) {
		size_t worst = 0;
		double worst_p = -1;

		for (size_t i = 0; i < p->n; i++) {
			struct trend_point point = describe(x, n, p, i);
			double sure = large_enough(&point, o->min_magnitude) ? point.p : 1;

			if (sure > worst_p) {
				worst_p = sure;
				worst = i;
			}
		}
		if (worst_p <= o->max_p)
			return;
		memmove(p->at + worst, p->at + worst + 1, (p->n - worst - 1) * sizeof(*p->at));
		p->n--;
	}
}

static void take_every_step(const double *x, size_t n, const struct trend_options *o, struct points *p)
{
	for (size_t i = 1; i < n; i++) {
		struct trend_point step = { .before = x[i - 1], .after = x[i] };

		if (x[i] != x[i - 1] && large_enough(&step, o->min_magnitude))
			add_point(p, i);
	}
}

size_t trend_find(const double *values, size_t n, const struct trend_options *options,
		  struct trend_point **ret)
{
	struct points p = { 0 };

	if (options->exact) {
		take_every_step(values, n, options, &p);
	} else {
		gather_in_windows(values, n, options, &p);
		drop_the_unsure(values, n, options, &p);
	}
	*ret = p.n ? xcalloc(p.n, sizeof(**ret)) : NULL;
	for (size_t i = 0; i < p.n; i++) {
		(*ret)[i] = describe(values, n, &p, i);
		if (options->exact)
			(*ret)[i] = (struct trend_point){ p.at[i], values[p.at[i] - 1], values[p.at[i]], 0 };
	}
	free(p.at);
	return p.n;
}
