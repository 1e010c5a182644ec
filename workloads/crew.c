/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/crew.h"

#include <errno.h>

#include "common/util.h"

enum { STACK_BYTES = 128 * 1024 };

static _Thread_local unsigned own_index;

unsigned crew_index(void)
{
	return own_index;
}

static void meet(struct crew *crew)
{
	if (crew->n > 1)
		pthread_barrier_wait(&crew->barrier);
}

static void do_step(struct hand *hand)
{
	struct crew *crew = hand->crew;

	hand->result = crew->step(crew->arg, hand->index, &hand->err);
	if (hand->result < 0)
		crew->failed = true;
}

static void *hand_main(void *arg)
{
	struct hand *hand = arg;
	struct crew *crew = hand->crew;

	own_index = hand->index;
	pthread_mutex_lock(&crew->gate);
	pthread_mutex_unlock(&crew->gate);
	meet(crew);
	for (;;) {
		meet(crew);
		if (!crew->step)
			return NULL;
		do_step(hand);
		meet(crew);
	}
}

/* Sets crew->n to the number there is. */
static int start_threads(struct crew *crew, unsigned wanted)
{
	pthread_attr_t attr;
	int r = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_mutex_lock(&crew->gate);
	for (crew->n = 1; crew->n < wanted && r == 0; crew->n += r == 0)
		r = -pthread_create(&crew->hands[crew->n].thread, &attr, hand_main, &crew->hands[crew->n]);
	pthread_barrier_init(&crew->barrier, NULL, crew->n);
	pthread_mutex_unlock(&crew->gate);
	pthread_attr_destroy(&attr);
	meet(crew);
	return r;
}

int crew_start(struct crew *crew, unsigned n, void *arg, struct error *err)
{
	int r;

	*crew = (struct crew){ .arg = arg, .hands = calloc(n, sizeof(*crew->hands)) };
	if (!crew->hands)
		return error_set_errno(err, -ENOMEM, "", "cannot start %u threads", n);
	for (unsigned i = 0; i < n; i++) {
		crew->hands[i].crew = crew;
		crew->hands[i].index = i;
	}
	pthread_mutex_init(&crew->gate, NULL);
	r = start_threads(crew, n);
	if (r < 0) {
		crew_end(crew);
		return error_set_errno(err, r, "", "cannot start %u threads", n);
	}
	return 0;
}

int crew_do(struct crew *crew, crew_step *step, struct error *err)
{
	crew->step = step;
	meet(crew);
	do_step(&crew->hands[0]);
	meet(crew);
	for (unsigned i = 0; i < crew->n; i++)
		if (crew->hands[i].result < 0) {
			if (err)
				*err = crew->hands[i].err;
			return crew->hands[i].result;
		}
	return 0;
}

void crew_end(struct crew *crew)
{
	crew->step = NULL;
	meet(crew);
	for (unsigned i = 1; i < crew->n; i++)
		pthread_join(crew->hands[i].thread, NULL);
	pthread_barrier_destroy(&crew->barrier);
	pthread_mutex_destroy(&crew->gate);
	free(crew->hands);
}
