/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judgements in words. */
#include <inttypes.h>
#include <math.h>

#include "common/size.h"
#include "common/util.h"
#include "results/compare_judged.h"

/* ---- values ---- */

static bool is_unit(const char *metric, const struct metric *about, const char *unit)
{
	size_t length = strlen(metric), end = strlen(unit);

	if (about)
		return streq(about->unit, unit);
	return length > end && metric[length - end - 1] == '_' && streq(metric + length - end, unit);
}

char *judged_value(const char *metric, double value)
{
	const struct metric *about = metric_find(metric);
	uint64_t n = value > 0 ? (uint64_t)llround(value) : 0;
	char buf[32];

	if (!isfinite(value))
		return xstrdup("-");
	if (is_unit(metric, about, "bytes"))
		return xstrdup(size_format(n, buf, sizeof(buf)));
	if (is_unit(metric, about, "ns"))
		return xstrdup(duration_format(n, buf, sizeof(buf)));
	if (is_unit(metric, about, "us"))
		return xstrdup(duration_format(n * 1000, buf, sizeof(buf)));
	return (value == floor(value) || fabs(value) >= 1000) && fabs(value) < 1e15 ? xasprintf("%.0f", value)
										    : xasprintf("%.4g", value);
}

char *judged_side(const struct judgement *j, const struct judge_side *side, bool utf8)
{
	_cleanup_free_ char *median = judged_value(j->metric, side->median);
	const char *sign = utf8 ? "±" : "+-";
	double half;

	if (j->how == JUDGE_EXACT || side->n == 0)
		return TAKE_PTR(median);
	if (isnan(side->low))
		return xasprintf("%s %s %s", median, sign, utf8 ? "∞" : "inf");
	half = fmax(side->high - side->median, side->median - side->low);
	if (half == 0)
		return xasprintf("%s %s 0%%", median, sign);
	return side->median > 0 ? xasprintf("%s %s %.0f%%", median, sign, ceil(100 * half / side->median))
				: TAKE_PTR(median);
}

/* ---- differences ---- */

static char *share(double change)
{
	if (fabs(change) >= 9)
		return xasprintf("%cx%.0f", change < 0 ? '-' : '+', fabs(change) + 1);
	if (fabs(change) < 0.0005 && change != 0)
		return xstrdup(change < 0 ? "-<0.1%" : "+<0.1%");
	return xasprintf("%+.1f%%", 100 * change);
}

char *judged_gain(const struct judgement *j)
{
	switch (j->call) {
	case JUDGE_EQUAL:
		return xstrdup("=");
	case JUDGE_ABSENT:
		return xstrdup("-");
	case JUDGE_UNCLEAR:
	case JUDGE_TOO_FEW:
		return xstrdup("~");
	default:
		return isnan(j->change) ? xstrdup(j->shift > 0 ? "from 0" : "to 0") : share(j->change);
	}
}

static char *p_text(double p)
{
	return p < 0.001 ? xstrdup("p<0.001") : xasprintf("p=%.3f", p);
}

char *judged_p(const struct judgement *j)
{
	_cleanup_free_ char *p = NULL, *n = NULL;

	if (j->how == JUDGE_EXACT)
		return xstrdup(j->call == JUDGE_ABSENT ? "" : "exact");
	n = j->how == JUDGE_PAIRED ? xasprintf("n=%zu", j->base.n) : xasprintf("n=%zu+%zu", j->base.n, j->other.n);
	if (isnan(j->p))
		return TAKE_PTR(n);
	p = p_text(isnan(j->p_adjusted) ? j->p : j->p_adjusted);
	return xasprintf("%s %s", p, n);
}

char *judged_call(const struct judgement *j)
{
	switch (j->call) {
	case JUDGE_TOO_FEW:
		return xasprintf("needs %zu more", j->more);
	case JUDGE_UNCLEAR:
		return j->more_seen > 0 && j->more_seen < 1000 ? xasprintf("%zu more?", j->more_seen)
							       : xstrdup("");
	case JUDGE_SMALL:
		return xstrdup("below the threshold");
	case JUDGE_ABSENT:
		return xstrdup(j->base.n == 0 ? "not in the baseline" : "only in the baseline");
	default:
		return xstrdup(judge_call_names[j->call]);
	}
}

const char *judged_why_not(const struct judgements *j)
{
	return j->outcomes.call == JUDGE_ABSENT ? "One side has no valid cell: no numbers are held against each other."
						: "They ended differently: no numbers are held against each other.";
}

bool judged_is_shown(const struct judgement *j)
{
	bool zero = !(j->base.max > 0) && !(j->other.max > 0);

	if (j->primary)
		return !zero && j->call != JUDGE_ABSENT;
	return j->call == JUDGE_BETTER || j->call == JUDGE_WORSE || j->call == JUDGE_DIFFERENT;
}

/* ---- columns ---- */

char *judged_how(const struct judgements *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++)
		n = MAX(n, j->list[i].base.n);
	switch (j->how) {
	case JUDGE_EXACT:
		return xstrdup("one seed under the virtual clock: exact, without any p");
	case JUDGE_PAIRED:
		return xasprintf("paired by %zu seeds under the virtual clock: Wilcoxon's test", n);
	case JUDGE_BLOCKS:
		return xstrdup("blocks of one run under the real clock: Mann-Whitney's test");
	default:
		return xstrdup("not paired: Mann-Whitney's test");
	}
}

static void add_ends(FILE *out, const struct judge_tally *t)
{
	static const char *const words[] = { "OOM-killed", "timed out", "crashed or panicked", "not valid" };
	const struct judge_rate *rates[] = { &t->oom_killed, &t->timed_out, &t->failed, &t->invalid };

	fprintf(out, "%zu of %zu completed", t->completed.n, t->cells);
	if (t->completed.of > 1)
		fprintf(out, " (%.0f to %.0f %%)", 100 * t->completed.low, 100 * t->completed.high);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (rates[i]->n > 0)
			fprintf(out, ", %zu %s", rates[i]->n, words[i]);
}

char *judged_outcomes(const struct judge_outcomes *o)
{
	char *text = NULL;
	size_t len;
	FILE *out = xmemstream(&text, &len);

	add_ends(out, &o->other);
	fputs(" against ", out);
	add_ends(out, &o->base);
	if (!isnan(o->p)) {
		_cleanup_free_ char *p = p_text(isnan(o->p_adjusted) ? o->p : o->p_adjusted);

		fprintf(out, "; Fisher %s", p);
	}
	if (!isnan(o->oom_p)) {
		_cleanup_free_ char *p = p_text(isnan(o->oom_adjusted) ? o->oom_p : o->oom_adjusted);

		fprintf(out, "; time to the first kill, log-rank %s", p);
	}
	fprintf(out, ": %s", o->call == JUDGE_TOO_FEW ? "too few" : judge_call_names[o->call]);
	if (o->more > 0)
		fprintf(out, ", at least %zu more", o->more);
	xmemclose(out, &text);
	return text;
}
