/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_RELEASE_H
#define MEMRIG_COMMON_RELEASE_H

#include <stdbool.h>

/* A release of Linux as far as features go: "6.16.12+deb13-cloud-amd64" is 6.16. */
struct release {
	unsigned major, minor;
};

/* Reads the two numbers that the text begins with; *ret_end (may be NULL) is what follows them. False: it does not. */
bool release_parse(const char *text, struct release *ret, const char **ret_end);

/* Below 0, 0, above 0, as strcmp(). */
int release_compare(struct release a, struct release b);

#endif
