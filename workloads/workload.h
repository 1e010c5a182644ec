/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_WORKLOAD_H
#define MEMRIG_WORKLOADS_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/size.h"

/*
 * A workload is one kind of memory user. Each is one file in this directory
 * that fills one struct workload_kind; scenario validation, help and the JSON
 * Schema come from the option tables here, the executor only calls the
 * functions. A workload knows nothing of cgroups, NUMA policies or streams:
 * the executor starts it inside its group, with its policy set.
 */

#define WORKLOAD_OWN_BYTES 256

enum pattern_kind { PATTERN_SEQUENTIAL, PATTERN_RANDOM, PATTERN_ZIPF, PATTERN_HOT_COLD };

enum file_readahead { READAHEAD_NORMAL, READAHEAD_SEQUENTIAL, READAHEAD_RANDOM };
enum file_sync { SYNC_NONE, SYNC_ASYNC, SYNC_FULL };
enum thp_advice { THP_DEFAULT, THP_ALWAYS, THP_NEVER };

enum { WORKLOAD_THREADS_MAX = 64 };

/* "3 passes" (a pass is as many page accesses as the workload has pages) or "20s". */
struct work {
	uint64_t passes;  /* 0 when the work is a time */
	uint64_t time_ns; /* 0 when the work is a number of passes */
};

/* The options of a workload as validated from the scenario. */
struct workload_params {
	const struct workload_kind *kind;
	struct size size;
	enum pattern_kind pattern;
	double zipf_skew;	  /* exponent of the zipf pattern, 0.01 to 5 */
	double hot_share;	  /* share of the pages that is hot, (0, 1) */
	double hot_access;	  /* share of the accesses that goes to them, (0, 1) */
	double write;		  /* share of the accesses that writes, 0 to 1 */
	double compressibility;	  /* share of each page that compresses away, 0 to 0.95 */
	struct work work;
	uint64_t rate_pages_per_s; /* 0 is no limit */
	bool hold; /* keep the memory until every workload without hold has ended */
	char *packages, *pack; /* exec: Debian packages, and programs of this machine, that the guest must have; NULL: none. Owned. */
	char *figures; /* exec: a JSON object of what to pick out of the output; NULL: nothing. Owned. */
	uint64_t threads; /* at most WORKLOAD_THREADS_MAX; 0 where the kind has none */
	bool verify;	  /* check every word, not the first and the last alone */
	bool latency;	  /* keep a histogram of what each access took */
	enum thp_advice thp;
	bool mlock;
	char *file;  /* file workloads: name of the data file; NULL is one of its own. Owned. */
	unsigned block; /* file_read: a read is 4 KiB << block */
	enum file_readahead readahead;
	enum file_sync sync;
	_Alignas(16) unsigned char own[WORKLOAD_OWN_BYTES]; /* the options of the kind alone: its own struct, all zero at first */
};

/* The offset of a member of the kind's own struct, for its option table; and the struct in a run. */
#define WORKLOAD_OWN(type, member)                                                                             \
	(offsetof(struct workload_params, own) + offsetof(type, member) +                                      \
	 0 * sizeof(char[sizeof(type) <= WORKLOAD_OWN_BYTES ? 1 : -1]))
#define workload_own(env) ((const void *)(env)->params->own)

enum workload_option_type {
	OPTION_SIZE,	 /* string: size.h; or a JSON integer of bytes -> struct size */
	OPTION_RATIO,	 /* number, min..max -> double */
	OPTION_CHOICE,	 /* one of `choices` -> an int-sized enum, the index of the choice */
	OPTION_WORK,	 /* "N passes" or a duration -> struct work */
	OPTION_COUNT,	 /* JSON integer, min..max -> uint64_t */
	OPTION_BOOL,	 /* true or false -> bool */
	OPTION_FILENAME, /* string of [A-Za-z0-9._-], at most 64 -> char *, owned */
	OPTION_BYTES,	 /* "64M" or a JSON integer, min..max -> uint64_t */
	OPTION_TIME,	 /* "20s", "500us" -> uint64_t of nanoseconds, min..max */
	OPTION_RATE,	 /* "64M/s", or a JSON integer of pages a second -> uint64_t of pages a second */
	OPTION_TEXT,	 /* any string of at most 4000 characters -> char *, owned */
	OPTION_MAP,	 /* a JSON object of names and places in an output (pick.h) -> its text, char *, owned */
};

struct workload_option {
	const char *name;
	enum workload_option_type type;
	size_t offset;	      /* in struct workload_params */
	const char *fallback; /* value when absent, as it would be written; NULL: required */
	const char *const *choices; /* OPTION_CHOICE: NULL-terminated */
	double min, max;      /* OPTION_RATIO, OPTION_COUNT, OPTION_BYTES, OPTION_TIME */
	const char *doc;      /* one line */
	unsigned needs;	      /* common options: the traits a kind must have for it */
};

/* What a kind can do, and so which of the common options it has. */
enum workload_trait {
	TRAIT_WALK = 1 << 0,	/* its accesses come from walk_run(), from several threads at once too, and it checks
				 * pages by walk_check_page(): threads, verify, latency */
	TRAIT_PRIVATE = 1 << 1, /* its memory comes from private_map(): thp, mlock */
};

enum workload_state { WORKLOAD_WAITING, WORKLOAD_STARTED, WORKLOAD_FILLED, WORKLOAD_DONE };

/* What a kind measures besides, by name; results/metrics_table.c has a row "workload.<W>.NAME" for each. */
struct workload_figure {
	char name[40];
	double value;
};

/* The part of one thread: a cache line of its own, and one writer. */
struct workload_counts {
	_Alignas(64) _Atomic uint64_t touched_pages;
	_Atomic uint64_t written_pages, filled_pages;
};

/*
 * What a workload tells while it runs. It lives in memory shared with the
 * executor and survives the workload's death; only the workload writes it.
 */
struct workload_report {
	_Atomic uint32_t state;		/* enum workload_state */
	_Atomic uint64_t touched_pages; /* page accesses made */
	_Atomic uint64_t written_pages; /* those that wrote */
	_Atomic uint64_t filled_pages;	/* distinct pages the fill reached */
	_Atomic uint64_t passes;	/* complete passes after the fill */
	_Atomic uint64_t started_ns, filled_ns, done_ns; /* CLOCK_MONOTONIC, 0 not reached */
	_Atomic uint64_t bad_pages;	/* pages whose content was not what was written */
	_Atomic int32_t error;		/* negative errno when the workload failed, else 0 */
	char message[192];		/* what failed; "" when nothing did */
	_Atomic uint32_t n_figures;
	struct workload_figure figures[32];
	/* The threads after the first, which has touched_pages, written_pages and filled_pages: workload_sum(). */
	struct workload_counts more[WORKLOAD_THREADS_MAX - 1];
};

/* What the executor gives a workload. */
struct workload_env {
	const struct workload_params *params;
	uint64_t size_bytes;	/* params->size resolved, a multiple of 4096, > 0 */
	uint64_t seed;		/* the workload's own */
	const char *name;	/* "db.0", also the name of its data file when it has one */
	const char *user_dir;	/* root of the programs to run; "" is the machine's own */
	const char *data_dir;	/* directory on the data disk; "" when there is none */
	uint64_t nodes;		/* mask of the nodes its memory policy names; 0: none */
	struct workload_report *report;
	int event_fd;		/* eventfd of the executor: write 1 after each change of state */
	int release_fd;		/* hold ends when this pipe reports end of file */
};

struct workload_kind {
	const char *name;    /* "anon" */
	const char *summary; /* one line */
	bool needs_disk;     /* has files on the data disk */
	unsigned traits;     /* of enum workload_trait */
	const struct workload_option *options; /* besides the common ones, or in place of one with the same name; ends with a NULL name */
	const char *const *without; /* common options that mean nothing here; NULL-terminated, NULL: none */
	/* Bytes of the data disk it will use; NULL when none. */
	uint64_t (*disk_bytes)(const struct workload_env *env);
	/* Runs before the cell's clock starts, outside the group, in a process of its own; makes files. NULL: nothing. */
	int (*prepare)(const struct workload_env *env, struct error *err);
	/* Takes back what prepare() changed of the machine, when all workloads have ended. NULL: nothing. */
	int (*undo)(const struct workload_env *env, struct error *err);
	/* The workload proper: ends with report->state WORKLOAD_DONE and 0, or a negative errno. */
	int (*run)(const struct workload_env *env, struct error *err);
};

/* NULL-terminated, sorted by name. */
extern const struct workload_kind *const workload_kinds[];
/* Options all workloads have; ends with a NULL name. */
extern const struct workload_option workload_common_options[];

/* Returns NULL when there is none of that name. */
const struct workload_kind *workload_find(const char *name);

/* The options of a kind by number: the common ones it has, then its own; NULL behind the last. */
const struct workload_option *workload_nth_option(const struct workload_kind *kind, size_t n);

/* NULL when the kind has no option of that name. */
const struct workload_option *workload_find_option(const struct workload_kind *kind, const char *name);

/* Sets one option from its written form (the scenario's JSON scalar as text); used for the fallbacks too.
 * Returns 0 or -EINVAL/-ERANGE with a message that says what would be accepted. */
int workload_set_option(const struct workload_option *option, const char *text,
			struct workload_params *params, struct error *err);

/* Sets every option that has a fallback. */
void workload_params_init(const struct workload_kind *kind, struct workload_params *params);
void workload_params_release(struct workload_params *params);

/* Moves the report on and wakes the executor. */
void workload_reached(const struct workload_env *env, enum workload_state state);

/* The counts of all threads together. */
struct workload_counts workload_sum(const struct workload_report *report);

/* Sets a figure; the last value stays. One thread at a time. More than there is room for are dropped. */
void workload_set_figure(const struct workload_env *env, const char *name, double value);

/* After the work: waits for the release of the hold when params->hold is set, else returns at once. */
void workload_hold(const struct workload_env *env);

#endif
