/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/suggest.h"

#include <ctype.h>
#include <stdbool.h>

#include "common/util.h"

enum { LONGEST = 96 };

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours; case does not count.
 */
static size_t edit_distance(const char *a, const char *b)
{
	size_t rows[3][LONGEST + 1], n = strlen(a), m = strlen(b);

	if (n > LONGEST || m > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = MIN(above[j] + 1, row[j - 1] + 1);
			row[j] = MIN(row[j], above[j - 1] + !same_letter(a[i - 1], b[j - 1]));
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]))
				row[j] = MIN(row[j], above2[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

/* "swappiness" stands for "vm.swappiness". */
static bool is_last_part(const char *word, const char *name)
{
	size_t n = strlen(word), m = strlen(name);

	return n >= 3 && m > n && streq(name + m - n, word) && strchr("./", name[m - n - 1]);
}

struct suggestion suggest_for(const char *word)
{
	return (struct suggestion){ .word = word, .distance = strlen(word) / 3 + 2 };
}

void suggest_offer(struct suggestion *s, const char *name)
{
	size_t distance = is_last_part(s->word, name) ? 0 : edit_distance(s->word, name);

	/* A word that must be replaced to more than half is another word. */
	if (distance >= s->distance || distance * 2 > strlen(name))
		return;
	s->best = name;
	s->distance = distance;
}

const char *suggest_hint(const struct suggestion *s, char *buf, size_t room)
{
	if (!s->best)
		return NULL;
	snprintf(buf, room, "did you mean '%s'?", s->best);
	return buf;
}

int word_find(const char *word, const char *const *words, struct word_miss *ret)
{
	struct suggestion suggestion = suggest_for(word);
	size_t used = 0;

	ret->accepted[0] = '\0';
	for (int i = 0; words[i]; i++) {
		if (streq(words[i], word))
			return i;
		suggest_offer(&suggestion, words[i]);
		used += (size_t)snprintf(ret->accepted + used, sizeof(ret->accepted) - used, "%s%s",
					 i ? ", " : "", words[i]);
		used = MIN(used, sizeof(ret->accepted) - 1);
	}
	ret->hint = suggest_hint(&suggestion, ret->hint_text, sizeof(ret->hint_text));
	return -1;
}
