/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "common/file.h"
#include "common/size.h"
#include "common/util.h"

#define WATCH_MS 50

struct slot {
	const struct plan_cell *plan; /* NULL: free */
	struct lab_cell *guest;
};

struct pool {
	const struct plan *plan;
	const struct pool_options *options;
	struct slot *slots;
	struct pollfd *fds; /* one a slot, then the signals' */
	size_t next, running, finished;
};

static int start_one(struct pool *pool, struct slot *slot, struct error *err)
{
	const struct plan_cell *cell = &pool->plan->cells[pool->next];
	struct lab_request request = {
		.machine = &cell->scenario->machine,
		.kernel = cell->kernel,
		.clock = pool->options->clock,
		.cell = cell->description,
		.stall_s = pool->options->stall_s,
	};
	int r = lab_start(&request, &slot->guest, err);

	if (r < 0)
		return r;
	slot->plan = cell;
	pool->next++;
	pool->running++;
	return 0;
}

static int fill_slots(struct pool *pool, struct error *err)
{
	int r = 0;

	for (unsigned i = 0; i < pool->options->jobs && r == 0; i++)
		if (!pool->slots[i].plan && pool->next < pool->plan->n_cells)
			r = start_one(pool, &pool->slots[i], err);
	/* Room that another guest takes now is free when that one has ended. */
	return r == -ENOSPC && pool->running > 0 ? 0 : r;
}

static int finish_one(struct pool *pool, struct slot *slot, struct error *err)
{
	struct lab_result result = { 0 };
	const struct plan_cell *cell = slot->plan;
	int r = lab_finish(slot->guest, &result, err);

	*slot = (struct slot){ 0 };
	pool->running--;
	pool->finished++;
	return r < 0 ? r : pool->options->done(pool->options->opaque, cell, &result, err);
}

static void tell(const struct pool *pool)
{
	if (pool->options->progress)
		pool->options->progress(pool->options->opaque, pool->finished, pool->running, pool->plan->n_cells);
}

/* Waits for a guest's end or a signal, at most WATCH_MS. Returns a signal's number, 0 or a negative errno. */
static int wait_some(struct pool *pool, struct error *err)
{
	unsigned jobs = pool->options->jobs;
	struct signalfd_siginfo info;
	int r = 0;

	for (unsigned i = 0; i < jobs; i++)
		pool->fds[i] = (struct pollfd){ .fd = pool->slots[i].plan ? lab_pidfd(pool->slots[i].guest) : -1,
						.events = POLLIN };
	if (poll(pool->fds, jobs + 1, WATCH_MS) < 0)
		return errno == EINTR ? 0 : error_set_errno(err, -errno, "poll", "cannot wait for the guests");
	if (pool->fds[jobs].revents && read(pool->fds[jobs].fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		return (int)info.ssi_signo;
	for (unsigned i = 0; i < jobs && r == 0; i++) {
		if (pool->slots[i].plan && pool->fds[i].revents)
			r = finish_one(pool, &pool->slots[i], err);
		else if (pool->slots[i].plan)
			lab_watch(pool->slots[i].guest);
	}
	return r;
}

/* QEMU itself takes about this much beside the guest's memory. */
#define QEMU_OVERHEAD (160 * MIB)

static uint64_t guest_bytes(const struct machine *machine)
{
	uint64_t bytes = QEMU_OVERHEAD;

	for (unsigned i = 0; i < machine->n_nodes; i++)
		bytes += machine->nodes[i].memory_bytes;
	return bytes;
}

int pool_check_memory(const struct plan *plan, unsigned *jobs, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	uint64_t largest = 0, available;
	char need[32], have[32], *at;
	int r = file_read(NULL, "/proc/meminfo", &text, NULL, err);

	if (r < 0)
		return r;
	at = strstr(text, "MemAvailable:");
	if (!at)
		return 0;
	available = strtoull(at + strlen("MemAvailable:"), NULL, 10) * KIB;
	for (size_t i = 0; i < plan->n_cells; i++)
		largest = MAX(largest, guest_bytes(&plan->cells[i].scenario->machine));
	if (largest > available) {
		r = error_set(err, -ENOMEM, "memory", "the largest guest needs %s, this machine has %s available",
			      size_format(largest, need, sizeof(need)), size_format(available, have, sizeof(have)));
		error_hint(err, "make the scenario's machine smaller");
		return r;
	}
	*jobs = (unsigned)MIN(*jobs, available / largest);
	*jobs = (unsigned)MIN(*jobs, plan->n_cells);
	return 0;
}

static sigset_t end_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	return signals;
}

void pool_block_signals(sigset_t *ret_before)
{
	sigset_t signals = end_signals();

	sigprocmask(SIG_BLOCK, &signals, ret_before);
}

int pool_run(const struct plan *plan, const struct pool_options *options, struct error *err)
{
	struct pool pool = { .plan = plan, .options = options };
	sigset_t signals = end_signals();
	int fd, r = 0;

	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	pool.slots = xcalloc(options->jobs, sizeof(*pool.slots));
	pool.fds = xcalloc(options->jobs + 1, sizeof(*pool.fds));
	pool.fds[options->jobs] = (struct pollfd){ .fd = fd, .events = POLLIN };
	while (r == 0 && pool.finished < plan->n_cells) {
		r = fill_slots(&pool, err);
		tell(&pool);
		if (r == 0)
			r = wait_some(&pool, err);
	}
	tell(&pool);
	for (unsigned i = 0; i < options->jobs; i++)
		lab_kill(pool.slots[i].guest);
	free(pool.slots);
	free(pool.fds);
	if (fd >= 0)
		close(fd);
	return r;
}
