/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_DIAG_H
#define MEMRIG_COMMON_DIAG_H

#include <stddef.h>

/*
 * All the mistakes of an input file, in the order found, so that a user mends
 * them in one go. Release with diags_release(); {0} is an empty list.
 */
struct diag {
	char *file;
	unsigned line, column; /* 1-based; 0 when the place is not known */
	char *path;	       /* key path, "groups[0].workloads[1].size"; may be "" */
	char *message;	       /* one sentence */
	char *hint;	       /* "did you mean 'size'?"; NULL when there is none */
};

struct diags {
	struct diag *list;
	size_t n;
};

/* Takes copies of all texts; hint may be NULL. */
void diags_add(struct diags *d, const char *file, unsigned line, unsigned column, const char *path,
	       const char *hint, const char *format, ...) __attribute__((format(printf, 7, 8)));
void diags_release(struct diags *d);

/* "file:line:col: path: message (hint)" of one entry; the caller frees it. */
char *diag_format(const struct diag *d);

#endif
