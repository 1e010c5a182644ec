/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/size.h"
#include "common/util.h"
#include "runner/lab/stock.h"

#define WATCH_MS 50

struct slot {
	const struct plan_cell *cell; /* with a guest */
	struct lab_cell *guest;	      /* NULL: none */
	int boot_fd;		      /* of a snapshot that is made here; -1: none */
	double boot_s;		      /* when that began */
};

struct pool {
	const struct plan *plan;
	const struct pool_options *options;
	struct stock *stock;
	struct slot *slots;
	struct pollfd *fds; /* two a slot, then the signals' */
	const struct plan_cell **todo; /* not started yet, in their order */
	size_t n_todo, running, booting, finished;
	uint64_t weight, weight_finished;
};

static bool is_free(const struct slot *slot)
{
	return !slot->guest && slot->boot_fd < 0;
}

/* ---- what runs next ---- */

static uint64_t weight(const struct plan_cell *cell)
{
	return scenario_weight(cell->scenario);
}

static int longest_first(const void *a, const void *b)
{
	const struct plan_cell *x = *(const struct plan_cell *const *)a, *y = *(const struct plan_cell *const *)b;

	if (weight(x) != weight(y))
		return weight(x) < weight(y) ? 1 : -1;
	return x < y ? -1 : x > y;
}

/* Where cells share no clock the longest come first, so that the last one does not run alone; on a real clock they stay
 * interleaved as plan_order() has them, so that the machine's mood meets all profiles alike. */
static void make_todo(struct pool *pool)
{
	const struct plan *plan = pool->plan;
	_cleanup_free_ const struct plan_cell **order = plan_order(plan);

	pool->todo = xcalloc(plan->n_cells, sizeof(*pool->todo));
	for (size_t i = 0; i < plan->n_cells; i++) {
		if (order[i]->ended) {
			pool->finished++;
			continue;
		}
		pool->todo[pool->n_todo++] = order[i];
		pool->weight += weight(order[i]);
	}
	if (pool->options->clock == CLOCK_VIRTUAL)
		qsort(pool->todo, pool->n_todo, sizeof(*pool->todo), longest_first);
}

static struct stock_want want(const struct pool *pool, const struct plan_cell *cell)
{
	return (struct stock_want){ { &cell->scenario->machine, cell->kernel, cell->data, cell->userspace },
				    pool->options->boot_each ? cell : NULL };
}

static void take_todo(struct pool *pool, size_t index)
{
	memmove(pool->todo + index, pool->todo + index + 1, (--pool->n_todo - index) * sizeof(*pool->todo));
}

static int start_cell(struct pool *pool, struct slot *slot, size_t index, const struct snapshot *snapshot,
		      struct error *err)
{
	const struct plan_cell *cell = pool->todo[index];
	struct lab_request request = {
		.machine = &cell->scenario->machine,
		.kernel = cell->kernel,
		.clock = pool->options->clock,
		.snapshot = snapshot,
		.userspace = cell->userspace,
		.cell = cell->description,
		.stall_s = pool->options->stall_s,
	};
	int r = lab_start(&request, &slot->guest, err);

	if (pool->options->boot_each)
		stock_drop(pool->stock, cell);
	if (r < 0)
		return r;
	slot->cell = cell;
	take_todo(pool, index);
	pool->running++;
	return 0;
}

/* No guest for it: what the one that did not come up said is the result. */
static int fail_cell(struct pool *pool, size_t index, const struct stock_want *wanted, struct error *err)
{
	const struct plan_cell *cell = pool->todo[index];
	struct lab_result result = { .stream = xstrdup(""), .console = stock_console(pool->stock, wanted) };

	take_todo(pool, index);
	pool->finished++;
	pool->weight_finished += weight(cell);
	return pool->options->done(pool->options->opaque, cell, &result, err);
}

/* Whether an earlier cell of the list had to wait for the same snapshot. */
static bool waits_too(const struct pool *pool, size_t index)
{
	const struct plan_cell *cell = pool->todo[index], *before = index ? pool->todo[index - 1] : NULL;

	return before && !pool->options->boot_each && before->scenario == cell->scenario && before->kernel == cell->kernel;
}

/* The first cell that can start, or the first snapshot that is missing. */
static int fill_slot(struct pool *pool, struct slot *slot, struct error *err)
{
	for (size_t i = 0; i < pool->n_todo; i++) {
		struct stock_want wanted = want(pool, pool->todo[i]);
		const struct snapshot *snapshot = NULL;
		int r = STOCK_READY;

		if (waits_too(pool, i))
			continue;
		if (pool->options->clock == CLOCK_VIRTUAL)
			r = stock_find(pool->stock, &wanted, &snapshot, err);
		if (r < 0)
			return r;
		if (r == STOCK_FAILED)
			return fail_cell(pool, i, &wanted, err);
		if (r == STOCK_READY)
			return start_cell(pool, slot, i, snapshot, err);
		if (r == STOCK_MISSING) {
			r = stock_boot(pool->stock, &wanted, err);
			if (r >= 0) {
				slot->boot_fd = r;
				slot->boot_s = now_s();
				pool->booting++;
			}
			return r < 0 ? r : 0;
		}
	}
	return 0;
}

static int fill_slots(struct pool *pool, struct error *err)
{
	int r = 0;

	for (unsigned i = 0; i < pool->options->jobs && r == 0; i++)
		if (is_free(&pool->slots[i]))
			r = fill_slot(pool, &pool->slots[i], err);
	/* Room that another guest takes now is free when that one has ended. */
	return r == -ENOSPC && pool->running + pool->booting > 0 ? 0 : r;
}

/* ---- what has ended ---- */

static int finish_cell(struct pool *pool, struct slot *slot, struct error *err)
{
	struct lab_result result = { 0 };
	const struct plan_cell *cell = slot->cell;
	struct stock_want wanted = want(pool, cell);
	int r = lab_finish(slot->guest, &result, err);

	slot->guest = NULL;
	pool->running--;
	if (r == -ESTALE && stock_distrust(pool->stock, &wanted)) {
		pool->todo[pool->n_todo++] = cell; /* the list was made with room for all */
		return 0;
	}
	pool->finished++;
	pool->weight_finished += weight(cell);
	return r < 0 ? r : pool->options->done(pool->options->opaque, cell, &result, err);
}

static int finish_boot(struct pool *pool, struct slot *slot, struct error *err)
{
	int fd = slot->boot_fd;

	slot->boot_fd = -1;
	pool->booting--;
	if (pool->options->booted)
		pool->options->booted(pool->options->opaque, now_s() - slot->boot_s);
	return stock_finish(pool->stock, fd, err);
}

static void tell(const struct pool *pool)
{
	if (pool->options->progress)
		pool->options->progress(pool->options->opaque, pool->finished, pool->running,
					pool->weight ? (double)pool->weight_finished / (double)pool->weight : 0);
}

/* Waits for a guest's end or a signal, for a while at most. Returns a signal's number, 0 or a negative errno. */
static int wait_some(struct pool *pool, struct error *err)
{
	size_t jobs = pool->options->jobs;
	struct pollfd *signals = &pool->fds[2 * jobs];
	struct signalfd_siginfo info;
	int r = 0;

	for (size_t i = 0; i < jobs; i++) {
		const struct slot *slot = &pool->slots[i];

		pool->fds[2 * i] = (struct pollfd){ .fd = slot->guest ? lab_pidfd(slot->guest) : slot->boot_fd,
						    .events = POLLIN };
		pool->fds[2 * i + 1] = (struct pollfd){ .fd = slot->guest ? lab_control_fd(slot->guest) : -1,
							.events = POLLIN };
	}
	if (poll(pool->fds, 2 * jobs + 1, pool->options->watch_ms ? (int)pool->options->watch_ms : WATCH_MS) < 0)
		return errno == EINTR ? 0 : error_set_errno(err, -errno, "poll", "cannot wait for the guests");
	if (signals->revents && read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		return (int)info.ssi_signo;
	for (size_t i = 0; i < jobs && r == 0; i++) {
		struct slot *slot = &pool->slots[i];
		bool ended = pool->fds[2 * i].revents;

		if (slot->guest && ended)
			r = finish_cell(pool, slot, err);
		else if (slot->guest)
			lab_watch(slot->guest);
		else if (ended)
			r = finish_boot(pool, slot, err);
	}
	return r;
}

/* QEMU itself takes about this much beside the guest's memory. */
#define QEMU_OVERHEAD (160 * MIB)

/* Its data file too, where that is made in the clone (see scenario_data()). */
static bool writes(const struct scenario_workload *w)
{
	return w->kind->needs_disk && (w->params.write > 0 || w->params.size.base == SIZE_OF_LIMIT ||
				       streq(w->kind->name, "file_write") || streq(w->kind->name, "exec"));
}

/* A clone's disk is copy-on-write: what is written there is memory. */
static bool writes_disk(const struct scenario *scenario)
{
	for (size_t g = 0; g < scenario->n_groups; g++)
		for (size_t w = 0; w < scenario->groups[g].n_workloads; w++)
			if (writes(&scenario->groups[g].workloads[w]))
				return true;
	return false;
}

static uint64_t guest_bytes(const struct scenario *scenario)
{
	const struct machine *machine = &scenario->machine;
	uint64_t bytes = QEMU_OVERHEAD + (writes_disk(scenario) ? machine->disk_bytes : 0);

	for (unsigned i = 0; i < machine->n_nodes; i++)
		bytes += machine->nodes[i].memory_bytes;
	return bytes;
}

int pool_check_memory(const struct plan *plan, unsigned *jobs, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	uint64_t largest = 1, available;
	char need[32], have[32], *at;
	int r = file_read(NULL, "/proc/meminfo", &text, NULL, err);

	if (r < 0)
		return r;
	at = strstr(text, "MemAvailable:");
	if (!at)
		return 0;
	available = strtoull(at + strlen("MemAvailable:"), NULL, 10) * KIB;
	for (size_t i = 0; i < plan->n_cells; i++)
		largest = MAX(largest, guest_bytes(plan->cells[i].scenario));
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

void pool_end_signals(sigset_t *ret)
{
	sigemptyset(ret);
	sigaddset(ret, SIGINT);
	sigaddset(ret, SIGTERM);
	sigaddset(ret, SIGHUP);
	sigaddset(ret, SIGQUIT);
}

void pool_block_signals(sigset_t *ret_before)
{
	sigset_t signals;

	pool_end_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, ret_before);
}

/* Each guest and each snapshot has some open. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int pool_run(const struct plan *plan, const struct pool_options *options, struct error *err)
{
	struct pool pool = { .plan = plan, .options = options, .stock = stock_new(options->stall_s) };
	sigset_t signals;
	int fd, r = 0;

	raise_file_limit();
	pool_end_signals(&signals);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	pool.slots = xcalloc(options->jobs, sizeof(*pool.slots));
	pool.fds = xcalloc((size_t)2 * options->jobs + 1, sizeof(*pool.fds));
	pool.fds[(size_t)2 * options->jobs] = (struct pollfd){ .fd = fd, .events = POLLIN };
	for (unsigned i = 0; i < options->jobs; i++)
		pool.slots[i].boot_fd = -1;
	make_todo(&pool);
	while (r == 0 && pool.finished < plan->n_cells) {
		r = fill_slots(&pool, err);
		tell(&pool);
		if (r == 0)
			r = wait_some(&pool, err);
	}
	tell(&pool);
	for (unsigned i = 0; i < options->jobs; i++)
		lab_kill(pool.slots[i].guest);
	stock_free(pool.stock);
	free(pool.todo);
	free(pool.slots);
	free(pool.fds);
	if (fd >= 0)
		close(fd);
	return r;
}
