/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_PROFILE_EXPORT_H
#define MEMRIG_RUNNER_PROFILE_EXPORT_H

#include <stdio.h>

#include "runner/profile.h"
#include "tuners/tuner.h"

/* Profiles in the forms that are deployed, and back. */
struct export_format {
	const char *name; /* "sysctl.d" */
	const char *doc;  /* where such a file goes */
	void (*write)(FILE *out, const struct profile *profile, const struct tune *tunes, size_t n);
};

extern const struct export_format export_formats[]; /* ends with a NULL name */

const struct export_format *export_find(const char *name); /* NULL: none */

/* The settings with their shares ("1%") resolved for a machine with that much memory: `target` of each. The caller frees
 * *ret. -ERANGE for a share that cannot be had there. */
int export_resolve(const struct profile *profile, uint64_t ram_bytes, struct tune **ret, size_t *ret_n,
		   struct error *err);

/* Reads a sysctl.conf or a TuneD profile (told by its [sections]). *ret is a profile document named `name`; *ret_left_out a
 * list of sentences, one for each line that a profile cannot have. Returns 0, or -ENODATA when nothing of it can:
 * the list is there in that case, too. */
int import_text(const char *text, const char *name, json_t **ret, json_t **ret_left_out, struct error *err);

#endif
