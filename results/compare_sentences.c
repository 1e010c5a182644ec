/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdicts as sentences. Seeds word the same finding with other numbers: one of them speaks for all. */
#include <inttypes.h>

#include "common/util.h"
#include "results/compare_judged.h"
#include "results/compare_notes.h"
#include "results/timeline.h"

/* What the cells of one column found. */
struct finding {
	const struct compare_column *column;
	const json_t *verdict, *first; /* of the first cell that has it */
	const json_t *last;	       /* the cell seen last */
	size_t cells;
	bool same_words;
	bool said;
};

struct findings {
	struct finding *list;
	size_t n;
};

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	return streq(record_text(a, key, ""), record_text(b, key, ""));
}

/* What a finding is about; the rest of the evidence differs from seed to seed. */
static bool same_names(const json_t *a, const json_t *b)
{
	static const char *const names[] = { "group", "cause_group", "victim", "key" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!same_text(a, b, names[i]))
			return false;
	return true;
}

static bool same_finding(const json_t *a, const json_t *b)
{
	return same_text(a, b, "name") && same_text(a, b, "cause") && same_text(a, b, "fix") &&
	       record_u64(a, "node", UINT64_MAX) == record_u64(b, "node", UINT64_MAX) &&
	       same_names(json_object_get(a, "evidence"), json_object_get(b, "evidence"));
}

/* The same of an earlier cell; two of one cell are two. */
static struct finding *find(const struct findings *all, const struct compare_column *c, const json_t *cell,
			    const json_t *verdict)
{
	for (size_t i = 0; i < all->n; i++) {
		struct finding *f = &all->list[i];

		if (f->column == c && f->last != cell && same_finding(f->verdict, verdict))
			return f;
	}
	return NULL;
}

static void add(struct findings *all, const struct compare_column *c, const json_t *cell, const json_t *verdict)
{
	struct finding *f = find(all, c, cell, verdict);

	if (!f) {
		all->list = xrealloc(all->list, (all->n + 1) * sizeof(*all->list));
		f = &all->list[all->n++];
		*f = (struct finding){ .column = c, .verdict = verdict, .first = cell, .same_words = true };
	}
	f->last = cell;
	f->cells++;
	f->same_words &= same_text(f->verdict, verdict, "summary");
}

static struct findings findings_of(const struct compare_group *g)
{
	struct findings all = { 0 };

	for (size_t k = 0; k < g->n_columns; k++) {
		size_t i, v;
		const json_t *cell, *verdict;

		json_array_foreach (g->columns[k].cells, i, cell)
			json_array_foreach (json_object_get(cell, "verdicts"), v, verdict)
				add(&all, &g->columns[k], cell, verdict);
	}
	return all;
}

/* "hpc", "hpc (2 of 3 seeds)", "hpc (all 3 seeds; here seed 1)" */
static char *who_has(const struct compare_group *g, const struct finding *f)
{
	size_t all = json_array_size(f->column->cells);
	_cleanup_free_ char *label = compare_column_name(g, f->column), *here = NULL;

	if (f->cells == all && f->same_words)
		return TAKE_PTR(label);
	here = f->same_words ? xstrdup("")
			     : xasprintf("; here seed %" PRIu64, record_u64(f->first, "seed", 0));
	if (f->cells == all)
		return xasprintf("%s (all %zu seeds%s)", label, all, here);
	return xasprintf("%s (%zu of %zu seeds%s)", label, f->cells, all, here);
}

/* One sentence, with all columns whose first seed has the very same. */
static void print_sentence(FILE *out, const struct compare_group *g, struct findings *all, size_t at,
			   const struct compare_options *options)
{
	const json_t *verdict = all->list[at].verdict;
	_cleanup_free_ char *who = xstrdup(""), *line = NULL;

	for (size_t i = at; i < all->n; i++) {
		struct finding *f = &all->list[i];
		_cleanup_free_ char *one = NULL, *before = NULL;

		if (f->said || !same_text(f->verdict, verdict, "summary") || !same_text(f->verdict, verdict, "fix"))
			continue;
		f->said = true;
		one = who_has(g, f);
		before = who;
		who = xasprintf("%s%s%s", before, *before ? ", " : "", one);
	}
	line = xasprintf("%s: %s", who, record_text(verdict, "summary", "?"));
	text_wrap(out, line, options->width, 2, 4);
}

/* What to do is said once, below all that it helps against. */
void compare_print_sentences(FILE *out, const struct compare_group *g, const struct compare_options *options)
{
	struct findings all = findings_of(g);

	for (size_t i = 0; i < all.n; i++) {
		if (all.list[i].said)
			continue;
		for (size_t k = i; k < all.n; k++)
			if (!all.list[k].said && same_text(all.list[k].verdict, all.list[i].verdict, "name") &&
			    same_text(all.list[k].verdict, all.list[i].verdict, "fix"))
				print_sentence(out, g, &all, k, options);
		compare_print_fix(out, all.list[i].verdict, options);
	}
	free(all.list);
}
