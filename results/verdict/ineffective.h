/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_VERDICT_INEFFECTIVE_H
#define MEMRIG_RESULTS_VERDICT_INEFFECTIVE_H

#include <stdbool.h>

/*
 * Settings that a kernel takes and ignores: the one table behind what is said
 * before a run (profile check, run --dry-run) and the verdict
 * setting_without_effect after it.
 */
enum known { KNOWN_NO, KNOWN_YES, KNOWN_NOT };

/* What is known of the machine. KNOWN_NOT: before a run it may not be. */
struct ineffective_machine {
	enum known mglru, swap, numa; /* numa: more than one node */
	int release;		      /* major * 1000 + minor; 0: not known */
	enum known one_tier;	      /* all nodes are of one memory tier */
};

struct ineffective {
	const char *key;
	const char *cause;  /* one of the verdict's */
	const char *reason; /* goes after "because" */
	const char *where;  /* when the machine is not known: goes after "has no effect"; NULL: not worth a word then */
};

/* The row that says why `value` of `key` does nothing there, or NULL. *ret_sure: as far as is known it certainly
 * does nothing; else it depends on what is not known of the machine. */
const struct ineffective *ineffective_find(const struct ineffective_machine *machine, const char *key, const char *value,
					   bool *ret_sure);

/* "6.1.0-56-cloud-amd64" to 6001; 0 for NULL and what is no release. */
int ineffective_release(const char *release);

#endif
