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

/* "did you mean 'size'?" into buf; NULL when there is nothing to suggest. */
const char *suggest_hint(const struct suggestion *s, char *buf, size_t room);

#endif
