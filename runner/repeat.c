/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/repeat.h"

#include "common/util.h"
#include "results/divergence.h"

/* Counters of a sample that are named. */
#define MAX_VALUES 8

struct entry {
	char *name; /* the id without its repetition */
	char *sha256, *stream; /* of the repetition that came first */
	unsigned runs;
	struct divergence *differs; /* of the first repetition that does */
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
		divergence_free(e->differs);
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
	} else if (!e->differs && !streq(e->sha256, sha256)) {
		e->differs = divergence_find(e->stream, stream);
	}
}

size_t repeat_report(const struct repeat *repeat, FILE *out)
{
	static const char *const names[2] = { "the first run", "the other" };
	size_t differing = 0;

	for (size_t i = 0; i < repeat->n; i++) {
		const struct entry *e = &repeat->entries[i];

		if (!e->differs) {
			fprintf(out, "%s: %u runs, one stream, sha256 %.16s\n", e->name, e->runs, e->sha256);
			continue;
		}
		differing++;
		fprintf(out, "%s: the streams differ\n", e->name);
		divergence_print(out, e->differs, names, MAX_VALUES, 2);
	}
	return differing;
}
