/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_SCENARIO_H
#define MEMRIG_RUNNER_SCENARIO_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/diag.h"
#include "common/error.h"
#include "common/release.h"
#include "common/size.h"
#include "workloads/workload.h"

/* Of scenarios, profiles and groups: a small letter, then small letters, digits, '-' and '_'. */
enum { NAME_LONGEST = 64 };
bool name_is_valid(const char *name);

/*
 * A scenario: the machine, the groups and their workloads, what is sampled and
 * what is expected. Loaded from JSON (docs/scenario.md); after a successful
 * load every reference inside it is valid (groups and workloads named in start
 * conditions exist, nodes exist, files fit the disk), so that the executor
 * need not check again.
 */

enum swap_kind { SWAP_NONE, SWAP_PMEM, SWAP_ZRAM };

struct machine_node {
	uint64_t memory_bytes; /* 0: a node without memory is refused */
	unsigned cpus;	       /* 0: a CPU-less node; node 0 has at least one */
	unsigned slower;       /* so many times as slow as node 0, by what the firmware says; 0: it says nothing */
};

struct machine {
	unsigned n_nodes; /* 1 to MAX_NODES */
	struct machine_node nodes[MAX_NODES];
	uint8_t distance[MAX_NODES][MAX_NODES]; /* 10 on the diagonal; default 20 elsewhere */
	enum swap_kind swap_kind;
	uint64_t swap_bytes; /* 0 when SWAP_NONE */
	uint64_t disk_bytes; /* 0: no data disk */
};

/* One kernel setting, "vm.swappiness" = "60" or "kernel/mm/transparent_hugepage/enabled" = "never".
 * The order of a settings list is that of the file; tuners put them into theirs. */
struct setting {
	bool sysfs;  /* key is a path below /sys; else a sysctl name with dots */
	char *key;
	char *value; /* as written; "1%" stays a share and is resolved on the machine */
};

struct settings {
	struct setting *list;
	size_t n;
};

void settings_release(struct settings *settings);
/* Adds or replaces; takes copies. */
void settings_set(struct settings *settings, bool sysfs, const char *key, const char *value);

enum start_kind { START_AT_ONCE, START_AFTER, START_AT_TIME };

/* "after db filled", "after db.0 done", "at 5s". */
struct start {
	enum start_kind kind;
	char *who;		   /* a workload ("db.0") or a group ("db": all of its workloads) */
	enum workload_state state; /* STARTED, FILLED or DONE */
	uint64_t at_ns;		   /* START_AT_TIME: since the cell's clock started */
};

enum policy_kind { POLICY_DEFAULT, POLICY_BIND, POLICY_PREFERRED, POLICY_INTERLEAVE, POLICY_LOCAL };

/* "bind:0", "preferred:1", "interleave:0-1", "local". */
struct policy {
	enum policy_kind kind;
	uint64_t nodes; /* bit mask; 0 for DEFAULT and LOCAL */
};

struct scenario_workload {
	char *name; /* "db.0": the group's name and the index in the group */
	const struct workload_kind *kind;
	struct workload_params params;
	struct start start;
	struct policy policy;
	int oom_score_adj; /* -1000 to 1000; 0 is the kernel's default */
};

/* One control file of a group. */
enum knob_type {
	KNOB_SIZE,   /* bytes, or "max" */
	KNOB_IDLIST, /* "0-1" */
	KNOB_BOOL,   /* 0 or 1 */
};

struct group_knob {
	const char *file; /* "memory.max"; a pointer into the table of known knobs */
	enum knob_type type;
	bool max;	  /* KNOB_SIZE written as "max" */
	struct size size; /* KNOB_SIZE otherwise */
	char *text;	  /* as written; for KNOB_IDLIST and KNOB_BOOL what goes into the file */
};

struct scenario_group {
	char *name; /* [a-z][a-z0-9_-]*, unique; one level below the cell's group */
	struct group_knob *knobs;
	size_t n_knobs;
	struct scenario_workload *workloads;
	size_t n_workloads;
};

/* When an expectation applies; results that do not match are "not applicable", never met. */
enum expect_gate { GATE_ALWAYS, GATE_CLASSIC_LRU, GATE_MGLRU, GATE_TIERS, GATE_ONE_TIER };

enum expect_kind { EXPECT_VERDICT, EXPECT_NO_VERDICT, EXPECT_METRIC, EXPECT_OUTCOME, EXPECT_VALUE };

/* Which kernels it is expected of: all, those before a release, or those from it on. */
enum expect_kernels { KERNELS_ALL, KERNELS_BEFORE, KERNELS_FROM };

struct expectation {
	enum expect_kind kind;
	enum expect_gate gate;
	enum expect_kernels kernels;
	struct release release; /* with KERNELS_BEFORE and KERNELS_FROM */
	char *name;	  /* verdict, metric, the outcome's word, or the formula */
	char *cause;	  /* EXPECT_VERDICT, NULL: any */
	int node;	  /* EXPECT_VERDICT, -1: any */
	char *workload;	  /* EXPECT_OUTCOME, NULL: the cell's own outcome */
	char *constraint; /* EXPECT_OUTCOME oom_killed, NULL: any */
	bool has_min, has_max;
	double min, max; /* EXPECT_METRIC, EXPECT_VALUE: at_least, at_most; in the metric's unit */
};

struct scenario {
	char *name;
	char *description; /* "" when absent */
	char *claim;	   /* what it shows of the kernel, one sentence; NULL: nothing */
	char *cures;	   /* the name of the scenario whose "cured" made this one; NULL for others */
	json_t *cured_by;  /* with it: what that "cured" sets */
	unsigned seeds;	   /* how many it is to be run with when the command line does not say; default 1 */
	struct machine machine;
	struct settings settings; /* stated by the scenario; a profile's come after and win */
	struct scenario_group *groups;
	size_t n_groups;
	uint64_t sample_ns; /* default 100ms */
	uint64_t limit_ns;  /* default 120s: the cell is timed_out after it */
	struct expectation *expects;
	size_t n_expects;
	json_t *json; /* the document as read; what goes into the cell description */
};

/* The texts of "case", in the order in which they are shown; NULL-terminated. */
extern const char *const scenario_case_texts[];

/* The tables behind validation, help and schema. */
struct knob_info {
	const char *file;
	enum knob_type type;
	const char *doc;
};
extern const struct knob_info scenario_knobs[]; /* ends with a NULL file */
extern const char *const workload_state_names[]; /* "waiting", "started", "filled", "done" */

/* The names that results/ knows, for the check of expectations. Set by the command line; NULL (as in the guest) leaves
 * them unchecked. */
extern bool (*scenario_knows_metric)(const char *name);
extern bool (*scenario_knows_verdict)(const char *name);
extern bool (*scenario_knows_cause)(const char *verdict, const char *cause);
extern int (*scenario_check_formula)(const char *text, struct error *err);

/* Validates a document read by json_file_load()/json_text_load(). Returns 0, or -EINVAL with all mistakes in *diags
 * (and *ret untouched). `file` is used in messages; `text` is the source for line and column (NULL: without). */
int scenario_parse(json_t *json, const char *file, const char *text, struct scenario **ret, struct diags *diags);

/* After the name or path of a scenario: the one that its "cured" makes of it, named "<name>-cured". */
#define SCENARIO_CURED ":cured"

/* Whether there is a "cured" in it. */
bool scenario_has_cure(const struct scenario *scenario);

/* Reads and validates a file, its "cured" included. -ENOENT and the like come back as one diag too. */
int scenario_load(const char *path, struct scenario **ret, struct diags *diags);

void scenario_free(struct scenario *scenario);

/* Finds a workload by name; NULL when there is none. */
const struct scenario_workload *scenario_find_workload(const struct scenario *scenario, const char *name);

/* What decides the data files on the scenario's disk, as the JSON text of a scenario with nothing else in it; equal
 * text, equal files. NULL when it has none. The caller frees it. */
char *scenario_data(const struct scenario *scenario);

/* How long a cell of it will run, in no unit: a guess to order cells by, from what its workloads touch. */
uint64_t scenario_weight(const struct scenario *scenario);

/* The JSON Schema (draft 2020-12) of the form, from the tables; the caller json_decref()s it. */
json_t *scenario_schema(void);

#endif
