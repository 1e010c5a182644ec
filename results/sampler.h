/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_SAMPLER_H
#define MEMRIG_RESULTS_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"
#include "results/stream.h"
#include "results/trace/trace.h"

/*
 * The sampler: opens every counter file once, then on each sampler_take()
 * preads and parses them into one preallocated vector and writes the columns
 * that changed. Nothing in sampler_take() allocates or opens.
 *
 * Column names are "<source>.<counter>[_<unit>]", listed in docs/stream.md.
 * Every value is an unsigned 64-bit number. A counter the kernel does not have
 * is no column; one that vanishes keeps its last value, but the sizes of a
 * process that has ended are 0.
 */
struct sampler;

/* A process, of which a workload is made. It exists when the sampler is opened. */
struct sampler_task {
	const char *name; /* of the workload: "db.0" */
	pid_t pid;
	/* What it tells of its own progress. Called with each sample, so it must neither allocate nor fault. NULL:
	 * nothing. */
	void (*progress)(const void *opaque, uint64_t *ret_touched_pages, uint64_t *ret_filled_pages);
	const void *opaque; /* must live as long as the sampler */
};

struct sampler_config {
	const char *root;	    /* prefix of /proc and /sys; "" is the running system */
	const char *cgroup_dir;	    /* directory of the cell's group, absolute, below root */
	const char *cgroup_v1_dir;  /* where the same groups are in the memory controller of cgroup v1; NULL: nowhere */
	const char *const *groups;  /* names of the groups in them, "db" or "system.slice/ssh.service", NULL-terminated */
	bool groups_come_and_go;    /* one that is not there is passed over */
	bool lean;		    /* many groups: without memory.numa_stat */
	const struct sampler_task *tasks;
	size_t n_tasks;
	bool own;		    /* the sampler's own columns too: sampler.late_ns, .missed, .minflt */
	struct trace *trace;	    /* NULL: none; stays the caller's, who closes it after the sampler */
};

int sampler_open(const struct sampler_config *config, struct sampler **ret, struct error *err);
void sampler_close(struct sampler *s);

size_t sampler_n_columns(const struct sampler *s);
const char *sampler_column(const struct sampler *s, size_t i);
uint64_t sampler_value(const struct sampler *s, size_t i);

/* Writes the "columns" record. */
int sampler_write_columns(struct sampler *s, struct stream_writer *w);

/* For the next sample's own columns: by how much it comes after the moment it was due, and how many that were due
 * since the last one will never be taken. Both are 0 unless told. */
void sampler_tell_late(struct sampler *s, uint64_t late_ns, uint64_t missed);

/* Reads everything and writes one "sample" record stamped t_ns with the columns that changed since the last
 * (all of them the first time). Returns 0 or the stream's error; a source that cannot be read keeps its values. */
int sampler_take(struct sampler *s, uint64_t t_ns, struct stream_writer *w);

#endif
