/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_KMSG_H
#define MEMRIG_RUNNER_KMSG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

/*
 * OOM kills, from the kernel's log. The kernel says why in one line
 * ("oom-kill:constraint=...") and who in the next ("Killed process ...").
 */
struct kmsg_oom {
	const char *constraint; /* "none", "cpuset", "mempolicy" or "memcg"; NULL: the kernel left the report out */
	char task_memcg[256];   /* the victim's group, "/memrig/db" */
	char oom_memcg[256];    /* the group whose limit was hit; "" when it was no limit */
	char comm[16];
	pid_t pid;
	uint64_t anon_rss_bytes; /* when it was killed */
	uint64_t timestamp_us;   /* of the constraint line; the log's clock is near CLOCK_MONOTONIC, not the
				    same */
	bool group_kill; /* died with another victim, by memory.oom.group; task_memcg is that victim's */
	pid_t first_pid; /* that victim; the same as pid otherwise */
	bool complete;   /* the kill was told; used by the parser */
};

/*
 * Takes one record as /dev/kmsg gives it. *ret gathers the lines of one kill:
 * start with {0} and hand in the same struct every time. Returns 1 when it
 * holds a whole kill, else 0. Records that programs have written are passed over.
 */
int kmsg_parse_line(const char *record, struct kmsg_oom *ret);

struct kmsg {
	int fd; /* readable (poll) when there are records */
	struct kmsg_oom oom;
	uint64_t overruns; /* times the kernel's buffer was faster than the reader: kills may be missing */
	char record[8192]; /* as long as the kernel's records get; reading one into less is -EINVAL */
};

/* Opens the log at its end: what was logged before is not seen. Path is "/dev/kmsg". */
int kmsg_open(const char *path, struct kmsg *ret, struct error *err);
void kmsg_close(struct kmsg *kmsg);

/* Never blocks. Returns 1 and a kill, 0 when there is nothing more now, or a negative errno. */
int kmsg_next(struct kmsg *kmsg, struct kmsg_oom *ret);

#endif
