/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_PROFILE_H
#define MEMRIG_RUNNER_PROFILE_H

#include <jansson.h>

#include "common/diag.h"
#include "runner/scenario.h"

/* A named set of kernel settings (docs/profile.md). */
struct profile {
	char *name;
	char *description; /* "" when absent */
	char *source;	   /* where the values come from; "" when absent */
	char *verified;	   /* the day the values were compared with the source, "2026-11-23"; "" when absent */
	char *family;	   /* "databases"; "" when absent; not inherited */
	bool gives_way;		  /* the scenario's own settings win over these */
	struct settings settings; /* with those of every profile it extends, nearest last and winning */
};

/*
 * Loads a file; `extends` is looked up by name in the file's own directory, then with profile_find().
 * All mistakes of the file (and of those it extends) are in *diags. Returns 0 or -EINVAL/-ENOENT.
 * `kernel` is the release the profile is meant for ("6.1.0-56-cloud-amd64"), for ranges that
 * depend on it; NULL checks against the newest known.
 */
int profile_load(const char *path, const char *kernel, struct profile **ret, struct diags *diags);
void profile_free(struct profile *profile);

/* What a cell sets: the scenario's settings and the profile's, which win unless it gives way. The caller releases it. */
struct settings profile_with_scenario(const struct profile *profile, const struct settings *scenario);

/* Where profiles lie that are named, not written as a path: the path of one, or -ENOENT with the nearest name as hint.
 * Set by the command line; NULL where there is no such place (the guest). */
extern int (*profile_find)(const char *name, char **ret_path, struct error *err);

/* {"name":..., "gives_way":true (or absent), "sysctl":{...}, "sysfs":{...}}, flattened: what goes into the cell description. */
json_t *profile_to_json(const struct profile *profile);
/* The reverse, for the executor; the document was made by profile_to_json(). */
int profile_from_json(json_t *json, struct profile **ret, struct error *err);

json_t *profile_schema(void);

#endif
