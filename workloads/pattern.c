/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/pattern.h"

#include <math.h>

#include "common/util.h"

/*
 * The scatter is SplitMix64's finaliser cut down to the k bits that hold n:
 * every step is a bijection of k-bit numbers, and walking on until the result
 * is below n makes it one of [0, n). As n > 2^(k-1) it takes fewer than two
 * rounds on average.
 */
static void scatter_init(struct scatter *s, uint64_t n, uint64_t seed)
{
	struct rng rng = { seed };
	unsigned bits = n > 1 ? 64 - (unsigned)__builtin_clzll(n - 1) : 1;

	s->n = n;
	s->mask = ~0ULL >> (64 - bits);
	s->shift = (bits + 1) / 2;
	s->add = rng_next(&rng);
	s->flip = rng_next(&rng) & s->mask;
}

static uint64_t scatter_index(const struct scatter *s, uint64_t i)
{
	do {
		i = (i + s->add) & s->mask;
		i = ((i ^ (i >> s->shift)) * 0xbf58476d1ce4e5b9ULL) & s->mask;
		i ^= s->flip;
		i = ((i ^ (i >> s->shift)) * 0x94d049bb133111ebULL) & s->mask;
		i ^= i >> s->shift;
	} while (i >= s->n);
	return i;
}

/*
 * Zipf's distribution by rejection-inversion, without tables: W. Hörmann and
 * G. Derflinger, "Rejection-inversion to generate variates from monotone
 * discrete distributions", ACM TOMACS 6(3), 1996. Rank k >= 1 has the weight
 * h(k) = k^-skew; H is an integral of h with H(1) = 0.
 */

/* expm1(t)/t and log1p(t)/t, also where t is nearly 0: skew 1 needs no case of its own. */
static double expm1_over(double t)
{
	return fabs(t) > 1e-8 ? expm1(t) / t : 1 + t / 2;
}

static double log1p_over(double t)
{
	return fabs(t) > 1e-8 ? log1p(t) / t : 1 - t / 2;
}

static double zipf_weight(const struct zipf *z, double x)
{
	return exp(-z->skew * log(x));
}

static double zipf_integral(const struct zipf *z, double x)
{
	double log_x = log(x);

	return expm1_over((1 - z->skew) * log_x) * log_x;
}

static double zipf_inverse(const struct zipf *z, double y)
{
	double t = y * (1 - z->skew);

	/* Rounding may leave the range of H by a last bit. */
	return exp(log1p_over(t < -1 ? -1 : t) * y);
}

static void zipf_init(struct zipf *z, uint64_t n, double skew)
{
	z->skew = skew;
	z->h_first = zipf_integral(z, 1.5) - 1;
	z->h_last = zipf_integral(z, (double)n + 0.5);
	/* So near to its rank, an x is under the bar without looking (the paper's s). */
	z->near = 2 - zipf_inverse(z, zipf_integral(z, 2.5) - zipf_weight(z, 2));
}

/* A rank from 0. */
static uint64_t zipf_next(const struct zipf *z, uint64_t n, struct rng *rng)
{
	for (;;) {
		double y = z->h_last + rng_unit(rng) * (z->h_first - z->h_last);
		double x = zipf_inverse(z, y), k = floor(x + 0.5);

		k = k < 1 ? 1 : k > (double)n ? (double)n : k;
		if (k - x <= z->near || y >= zipf_integral(z, k + 0.5) - zipf_weight(z, k))
			return (uint64_t)k - 1;
	}
}

/* At least one page is hot and, of two or more, at least one is cold. */
static void hot_init(struct hot *hot, uint64_t n, const struct workload_params *params)
{
	uint64_t pages = (uint64_t)((double)n * params->hot_share + 0.5);

	hot->pages = n == 1 ? 1 : MIN(MAX(pages, 1), n - 1);
	hot->access = n == 1 ? 1 : params->hot_access;
}

/* The hot ranks are the first ones. */
static uint64_t hot_next(const struct hot *hot, uint64_t n, struct rng *rng)
{
	if (rng_unit(rng) < hot->access)
		return rng_below(rng, hot->pages);
	return hot->pages + rng_below(rng, n - hot->pages);
}

void pattern_init(struct pattern *pattern, const struct workload_params *params, uint64_t n, uint64_t seed)
{
	*pattern = (struct pattern){ .kind = params->pattern, .n = n };
	pattern->rng.state = rng_derive(seed, "pattern");
	scatter_init(&pattern->scatter, n, rng_derive(seed, "scatter"));
	zipf_init(&pattern->zipf, n, params->zipf_skew);
	hot_init(&pattern->hot, n, params);
}

void pattern_of_thread(struct pattern *pattern, unsigned thread, uint64_t first)
{
	pattern->rng.state = rng_nth(pattern->rng.state, thread);
	pattern->next = first;
}

uint64_t pattern_scatter(const struct pattern *pattern, uint64_t rank)
{
	return scatter_index(&pattern->scatter, rank);
}

uint64_t pattern_next(struct pattern *p)
{
	uint64_t i;

	switch (p->kind) {
	case PATTERN_SEQUENTIAL:
		i = p->next;
		p->next = i + 1 < p->n ? i + 1 : 0;
		return i;
	case PATTERN_RANDOM:
		return rng_below(&p->rng, p->n);
	case PATTERN_ZIPF:
		return pattern_scatter(p, zipf_next(&p->zipf, p->n, &p->rng));
	case PATTERN_HOT_COLD:
		return pattern_scatter(p, hot_next(&p->hot, p->n, &p->rng));
	}
	return 0;
}
