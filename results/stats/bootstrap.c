/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stats/bootstrap.h"

#include "common/rng.h"
#include "common/util.h"
#include "results/stats/order.h"

/* A sample's values in order, and how often a resample has each: its median is read off without sorting. */
struct sample {
	double *sorted;
	size_t *place; /* of the i-th value in sorted */
	unsigned *drawn;
	size_t n;
};

static struct sample sample_of(const double *values, size_t n)
{
	struct sample s = { stats_sorted(values, n), xcalloc(n, sizeof(*s.place)), xcalloc(n, sizeof(*s.drawn)), n };

	for (size_t i = 0; i < n; i++)
		while (s.sorted[s.place[i]] != values[i])
			s.place[i]++;
	return s;
}

static void sample_release(struct sample *s)
{
	free(s->sorted);
	free(s->place);
	free(s->drawn);
}

/* The median of what was drawn; forgets the draw. */
static double take_median(struct sample *s)
{
	size_t low_at = (s->n - 1) / 2, high_at = s->n / 2, seen = 0;
	double low = 0, high = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t next = seen + s->drawn[i];

		if (low_at >= seen && low_at < next)
			low = s->sorted[i];
		if (high_at >= seen && high_at < next)
			high = s->sorted[i];
		seen = next;
		s->drawn[i] = 0;
	}
	return (low + high) / 2;
}

static void draw(struct sample *s, struct rng *rng)
{
	for (size_t i = 0; i < s->n; i++)
		s->drawn[rng_below(rng, s->n)]++;
}

static void draw_pairs(struct sample *x, struct sample *y, struct rng *rng)
{
	for (size_t i = 0; i < x->n; i++) {
		uint64_t pair = rng_below(rng, x->n);

		x->drawn[x->place[pair]]++;
		y->drawn[y->place[pair]]++;
	}
}

static void read_interval(double *results, double alpha, double *ret_low, double *ret_high)
{
	*ret_low = stats_quantile(results, STATS_RESAMPLES, alpha / 2);
	*ret_high = stats_quantile(results, STATS_RESAMPLES, 1 - alpha / 2);
}

bool stats_bootstrap_median(const double *values, size_t n, double alpha, uint64_t seed, double *ret_low,
			    double *ret_high)
{
	_cleanup_free_ double *results = xcalloc(STATS_RESAMPLES, sizeof(*results));
	struct rng rng = { seed };
	struct sample s;

	if (n < STATS_BOOTSTRAP_MIN)
		return false;
	s = sample_of(values, n);
	for (size_t i = 0; i < STATS_RESAMPLES; i++) {
		draw(&s, &rng);
		results[i] = take_median(&s);
	}
	read_interval(results, alpha, ret_low, ret_high);
	sample_release(&s);
	return true;
}

bool stats_bootstrap_ratio(const double *x, size_t n_x, const double *y, size_t n_y, bool pairs, double alpha,
			   uint64_t seed, double *ret_low, double *ret_high)
{
	_cleanup_free_ double *results = xcalloc(STATS_RESAMPLES, sizeof(*results));
	struct rng rng = { seed };
	struct sample base, other;
	bool defined = true;

	if (n_x < STATS_BOOTSTRAP_MIN || n_y < STATS_BOOTSTRAP_MIN || (pairs && n_x != n_y))
		return false;
	base = sample_of(x, n_x);
	other = sample_of(y, n_y);
	for (size_t i = 0; i < STATS_RESAMPLES && defined; i++) {
		double of_base;

		if (pairs) {
			draw_pairs(&base, &other, &rng);
		} else {
			draw(&base, &rng);
			draw(&other, &rng);
		}
		of_base = take_median(&base);
		defined = of_base != 0;
		results[i] = defined ? take_median(&other) / of_base : 0;
	}
	if (defined)
		read_interval(results, alpha, ret_low, ret_high);
	sample_release(&base);
	sample_release(&other);
	return defined;
}
