/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_SUGGEST_H
#define MEMRIG_COMMON_SUGGEST_H

#include <stddef.h>

/*
 * "Did you mean": the name nearest to a mistyped word. Names are offered one
 * by one, because they come from different tables.
 *
 *	struct suggestion s = suggest_for("siez");
 *	suggest_offer(&s, "size");
 *	s.best is "size", or NULL when nothing offered was near
 */
struct suggestion {
	const char *word;
	const char *best; /* one of the names offered, not a copy */
	size_t distance;
};

struct suggestion suggest_for(const char *word);
void suggest_offer(struct suggestion *s, const char *name);

/* What to say about a word that is none of some words. */
struct word_miss {
	char accepted[256]; /* "always, madvise, never" */
	char hint_text[96];
	const char *hint; /* "did you mean 'never'?" in hint_text, or NULL */
};

/* Where the word stands in a list that ends with NULL. -1: nowhere, and *ret says what to tell. */
int word_find(const char *word, const char *const *words, struct word_miss *ret);

/* "did you mean 'size'?" into buf; NULL when there is nothing to suggest. */
const char *suggest_hint(const struct suggestion *s, char *buf, size_t room);

#endif
