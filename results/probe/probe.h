/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_PROBE_H
#define MEMRIG_RESULTS_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "common/error.h"

/*
 * A probe knows one kernel file: where it is, how its columns are named and how
 * its text is cut into numbers. It opens and allocates nothing; the sampler
 * does. Parsing is the same code the first time, when it makes the columns, and
 * every time after, when it fills them.
 */

/* Characters inside a text; not terminated. */
struct span {
	const char *at;
	size_t len;
};

#define SPAN(literal)	   ((struct span)SPAN_INIT(literal))
#define SPAN_INIT(literal) { literal, sizeof(literal) - 1 } /* in constant tables */

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* The name is prefix, context, '.', key, suffix; context and key point into it. */
struct probe_column {
	char *name;
	struct span context, key; /* what the counter is recognised by in the text */
};

static inline bool probe_column_is(const struct probe_column *column, struct span context, struct span key)
{
	return span_equal(column->key, key) && span_equal(column->context, context);
}

/* The columns of all probes and their values. Grows while the probes are opened, never after. */
struct probe_columns {
	struct probe_column *list;
	uint64_t *values;
	size_t n, room;
};

void probe_columns_release(struct probe_columns *columns);

/* One pass over one text. */
struct probe_cursor {
	struct probe_columns *columns;
	size_t next, first, end; /* the text's own columns are [first, end) */
	const char *prefix;      /* of the columns' names, in the pass that makes them; NULL after */
	uint64_t nodes;          /* the machine's, a bit each */
};

void probe_put_slow(struct probe_cursor *c, struct span context, struct span key, const char *suffix,
		    uint64_t value);

/*
 * Hands over one counter. Where it is expected, that is two comparisons; where
 * lines have moved, come or gone, a search. The first pass adds a column;
 * counters that come later are dropped, as the stream names its columns once.
 */
static inline void probe_put(struct probe_cursor *c, struct span context, struct span key, const char *suffix,
			     uint64_t value)
{
	if (c->next < c->end && probe_column_is(&c->columns->list[c->next], context, key))
		c->columns->values[c->next++] = value;
	else
		probe_put_slow(c, context, key, suffix, value);
}

enum probe_scope {
	PROBE_SYSTEM, /* one file; path is absolute */
	PROBE_NODE,   /* a file in each node's directory; names begin with "node<N>." */
	PROBE_GROUP,  /* a file in each group's directory; names begin with "group.<G>." */
	PROBE_TASK,   /* a file in each workload's /proc/PID; names begin with "task.<W>." */
	PROBE_ZRAM,   /* a file in each zram device's directory; names begin with "zram.<device>." */
	PROBE_KSWAPD, /* a file in /proc/PID of each node's kswapd; names begin with "node<N>.kswapd." */
	PROBE_GROUP_V1, /* the same in the memory controller of cgroup v1 */
};

enum probe_flag {
	PROBE_CHUNKED = 1 << 0, /* one read gives a part only: the kernel writes the file in many records */
	PROBE_SIZES = 1 << 1,	/* of something that may end: what is not there any more is 0 */
	PROBE_SELDOM = 1 << 2,	/* dear: read with the first sample and every PROBE_SELDOM_EVERY-th from there on */
	PROBE_ELSE = 1 << 3,	/* only where the one before it in the table is not there */
};

enum { PROBE_SELDOM_EVERY = 10 };

struct probe {
	enum probe_scope scope;
	const char *path;
	const char *prefix; /* of the names, after what the scope adds */
	void (*parse)(struct probe_cursor *c, const char *text);
	unsigned flags;
};

/* Each ends with a NULL path. */
extern const struct probe probes_vmstat[];
extern const struct probe probes_meminfo[];
extern const struct probe probes_zoneinfo[];
extern const struct probe probes_node[];
extern const struct probe probes_psi[];
extern const struct probe probes_reclaim[];
extern const struct probe probes_cgroup[];
extern const struct probe probes_task[];
extern const struct probe probes_buddyinfo[];
extern const struct probe probes_swap[];
extern const struct probe probes_zswap[];
extern const struct probe probes_kswapd[];
extern const struct probe probes_cgroup_numa[]; /* as much to read as all of a group's other files */
extern const struct probe probes_cgroup_v1[];

/* Texts several files share. All are NUL-terminated; lines that do not fit the form are passed over. */
void probe_parse_pairs(struct probe_cursor *c, const char *text);   /* "key 123" */
void probe_parse_meminfo(struct probe_cursor *c, const char *text); /* "Key:  123 kB", also after "Node 0 " */
void probe_parse_byte_count(struct probe_cursor *c, const char *text); /* "123"; "max" gives no column */
void probe_parse_psi(struct probe_cursor *c, const char *text);        /* "some avg10=... total=123" */

/* The number at p, after blanks; returns the end of it or NULL when there is none. One of 20 digits or more is told as
 * UINT64_MAX: too large is better than wrapped around. */
const char *text_number(const char *p, uint64_t *ret);
/* Bytes of what a file tells in KiB; UINT64_MAX when that is too many. */
static inline uint64_t text_kib(uint64_t kib)
{
	return kib > UINT64_MAX / 1024 ? UINT64_MAX : kib * 1024;
}
/* The start of the next line, or the end of the text. */
const char *text_next_line(const char *p);
/* "Node 0, zone    DMA32 ..." to "node0", between and "DMA32", in buf; empty when the line has another form. *ret_rest is
 * what comes after the zone; may be NULL. */
struct span text_zone(const char *line, const char *between, char *buf, size_t room, const char **ret_rest);
/* /proc/PID/stat, proc(5): fields by their number there, up to the CPU time. The state is its letter. Returns false when
 * the text is not one. The name in it may hold anything, a ')' too. */
enum { STAT_STATE = 3, STAT_FLAGS = 9, STAT_MINFLT = 10, STAT_MAJFLT = 12, STAT_UTIME = 14, STAT_STIME = 15, STAT_FIELDS };
bool text_process_stat(const char *text, uint64_t *ret_fields);
/* Ticks of USER_HZ, which is the same on every architecture memrig runs on. */
static inline uint64_t stat_cpu_ns(const uint64_t *fields)
{
	return (fields[STAT_UTIME] + fields[STAT_STIME]) * 10000000;
}
/* The characters at p up to `stop` or white space. */
struct span text_word(const char *p, char stop);

/* The nodes' kswapd; leaves the number of those that are not there (or not seen: a pid namespace) as it is. */
void kswapd_find(const char *root, pid_t *pids);

/*
 * Reclaim a node: older kernels count it for the machine only, so a histogram
 * on a tracepoint counts it. Enable before the sampler is opened. Root only.
 * -ENOENT: no tracefs mounted at /sys/kernel/tracing, or no such tracepoint.
 * A histogram that a dead run left behind is replaced.
 */
int reclaim_probe_enable(const char *root, struct error *err);
int reclaim_probe_disable(const char *root, struct error *err);

#endif
