/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/repeat.h"

#include "common/util.h"

struct entry {
	char *name; /* the id without its repetition */
	char *sha256, *stream; /* of the repetition that came first */
	unsigned runs;
	unsigned line; /* first that differs, 1-based; 0: none */
	char *first, *other; /* those lines */
};

struct repeat {
	struct entry *entries;
	size_t n;
};

struct repeat *repeat_new(void)
{
	return xcalloc(1, sizeof(struct repeat));
}

void repeat_free(struct repeat *repeat)
{
	if (!repeat)
		return;
	for (size_t i = 0; i < repeat->n; i++) {
		struct entry *e = &repeat->entries[i];

		free(e->name);
		free(e->sha256);
		free(e->stream);
		free(e->first);
		free(e->other);
	}
	free(repeat->entries);
	free(repeat);
}

static char *name_of(const struct plan_cell *cell)
{
	char *name = xstrdup(cell->id), *dot = strrchr(name, '.');

	if (dot && dot[1] == 'r')
		*dot = '\0';
	return name;
}

static struct entry *find_or_add(struct repeat *repeat, char *name)
{
	for (size_t i = 0; i < repeat->n; i++)
		if (streq(repeat->entries[i].name, name)) {
			free(name);
			return &repeat->entries[i];
		}
	repeat->entries = xrealloc(repeat->entries, (repeat->n + 1) * sizeof(*repeat->entries));
	repeat->entries[repeat->n] = (struct entry){ .name = name };
	return &repeat->entries[repeat->n++];
}

static char *copy_line(const char *at)
{
	return xasprintf("%.*s", (int)MIN(strcspn(at, "\n"), 160), at);
}

/* The part around the difference says more than the start of a long line. */
static void note_difference(struct entry *e, const char *other)
{
	const char *a = e->stream, *b = other, *a_line = a, *b_line = b;

	for (e->line = 1; *a && *a == *b; a++, b++)
		if (*a == '\n') {
			e->line++;
			a_line = a + 1;
			b_line = b + 1;
		}
	e->first = copy_line(a - a_line > 80 ? a - 80 : a_line);
	e->other = copy_line(b - b_line > 80 ? b - 80 : b_line);
}

void repeat_add(struct repeat *repeat, const struct plan_cell *cell, const char *sha256, const char *stream)
{
	struct entry *e;

	if (!repeat)
		return;
	e = find_or_add(repeat, name_of(cell));
	e->runs++;
	if (!e->sha256) {
		e->sha256 = xstrdup(sha256);
		e->stream = xstrdup(stream);
	} else if (!e->line && !streq(e->sha256, sha256)) {
		note_difference(e, stream);
	}
}

size_t repeat_report(const struct repeat *repeat, FILE *out)
{
	size_t differing = 0;

	for (size_t i = 0; i < repeat->n; i++) {
		const struct entry *e = &repeat->entries[i];

		if (!e->line) {
			fprintf(out, "%s: %u runs, one stream, sha256 %.16s\n", e->name, e->runs, e->sha256);
			continue;
		}
		differing++;
		fprintf(out, "%s: the streams differ, first in line %u:\n  %s\n  %s\n", e->name, e->line, e->first,
			e->other);
	}
	return differing;
}
