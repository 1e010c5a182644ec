/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TUNERS_TUNER_H
#define MEMRIG_TUNERS_TUNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/*
 * A tuner applies one family of kernel settings (THP, watermarks, ...), reads
 * back what the kernel made of them and can put back what was there. The
 * tables know each setting's path, range by kernel version, meaning and place
 * in the order of application; profile validation, help and the JSON Schema
 * come from them.
 */

enum tunable_type {
	TUNABLE_INT,	/* a decimal number, min..max */
	TUNABLE_KBYTES, /* as INT, in KiB; also "1%" of the machine's MemTotal, "64M", and "64M at most 1%": the smaller */
	TUNABLE_BYTES,	/* the same in bytes */
	TUNABLE_WORD,	/* one of `words`; read back as the bracketed word, "always [madvise] never" */
	TUNABLE_HEX,	/* lru_gen: a number, read back as 0x0007; y and n are accepted */
};

struct tunable {
	const char *key;  /* "vm.swappiness"; for sysfs the path below /sys */
	bool sysfs;
	enum tunable_type type;
	int64_t min, max;
	/* A kernel older than this (major * 1000 + minor) has max_before instead of max; 0: no difference. */
	int max_since;
	int64_t max_before;
	const char *const *words; /* TUNABLE_WORD: NULL-terminated */
	const char *twin; /* sysctl that this one zeroes, and that zeroes it (vm.dirty_ratio, vm.dirty_bytes); or NULL */
	const char *doc;	  /* one line */
};

/* Settings of one family. Families are applied in the order of `tuners`, settings in the order of the table. */
struct tuner {
	const char *name;
	const struct tunable *tunables; /* ends with a NULL key */
};

extern const struct tuner *const tuners[]; /* NULL-terminated; THP, lru_gen, ..., min_free_kbytes, ..., swappiness last */

/* NULL when no tuner knows the key. */
const struct tunable *tunable_find(bool sysfs, const char *key);
/* Place in the order of application, 0 first; -1 when unknown. */
int tunable_order(const struct tunable *t);
/* The nearest known key, for "did you mean"; NULL when none is near. */
const char *tunable_suggest(bool sysfs, const char *key);

/* Checks a written value against type and range. `kernel` is a release string, NULL: the newest.
 * Returns 0, -EINVAL or -ERANGE with a message that says what would be accepted. */
int tunable_check(const struct tunable *t, const char *value, const char *kernel, struct error *err);

/*
 * One change. The executor (and later the journal) keeps a list of these:
 * tune_save() for all, write the journal, tune_set() in order, and at the end
 * tune_undo() in reverse order. All texts are as the kernel prints them.
 */
struct tune {
	const struct tunable *tunable;
	char asked[64];	    /* as written in the profile */
	char target[64];    /* asked, resolved: "1%" became "7430" */
	char before[64];    /* what was there */
	char twin_before[64]; /* of the twin, when before is "0": the kernel refuses 0, writing the twin undoes; else "" */
	char effective[64]; /* read back after tune_set() */
	char after[64];	    /* read back after tune_undo() */
	bool saved, set;
};

/* What a checked value becomes on a machine with ram_bytes: "1%" to "7430". Returns 0, or -ERANGE when it is in KiB and
 * more than TUNABLE_KBYTES_SHARE percent of the memory. */
#define TUNABLE_KBYTES_SHARE 20
int tunable_resolve(const struct tunable *t, const char *value, uint64_t ram_bytes, char *text, size_t room,
		    struct error *err);

/* The file of a setting; the caller frees it. */
char *tunable_path(const char *root, const struct tunable *t);

/* Reads what is there now. Returns 0, -ENOENT (this kernel has no such setting) or another negative errno. */
int tune_save(const char *root, struct tune *tune, struct error *err);
/* Resolves `asked` (ram_bytes for shares), writes, reads back. A value the kernel clamps is not an error: compare
 * target with effective by tune_differs(). Returns 0 or a negative errno; nothing was changed then. */
int tune_set(const char *root, struct tune *tune, uint64_t ram_bytes, struct error *err);
/* Writes `before` back and reads it back into `after`. -EIO when it is not equal. */
int tune_undo(const char *root, struct tune *tune, struct error *err);
/* Reads the value as it is now into text (of 64 bytes), in the form of `effective`. */
int tune_read(const char *root, const struct tunable *t, char *text, size_t room, struct error *err);
/* Whether the kernel made something else of the value than was asked. */
bool tune_differs(const struct tune *tune);

#endif
