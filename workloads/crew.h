/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_CREW_H
#define MEMRIG_WORKLOADS_CREW_H

#include <pthread.h>
#include <stdbool.h>

#include "common/error.h"

/*
 * Threads that do one step after the other, all of them the same; the caller is
 * the first of them. They exist, with their stacks, before the first step.
 */
struct crew;

/* What thread `index` does. Returns 0 or a negative errno with *err filled. */
typedef int crew_step(void *arg, unsigned index, struct error *err);

struct hand {
	struct crew *crew;
	unsigned index;
	pthread_t thread;
	struct error err;
	int result;
};

struct crew {
	unsigned n;
	struct hand *hands;
	void *arg;
	crew_step *step;     /* NULL: go home */
	_Atomic bool failed; /* a step has; the others may as well stop */
	pthread_mutex_t gate; /* held until it is known how many have come */
	pthread_barrier_t barrier;
};

/* Starts n - 1 threads. Nothing is left to do after an error. */
int crew_start(struct crew *crew, unsigned n, void *arg, struct error *err);

/* One step of all. Returns the result of the first thread whose step failed. */
int crew_do(struct crew *crew, crew_step *step, struct error *err);

void crew_end(struct crew *crew);

/* Which thread is asking. */
unsigned crew_index(void);

#endif
