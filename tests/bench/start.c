/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a cell takes until its first workload may run: from a snapshot that
 * is there; and what making one costs, against a bare boot of the same kernel
 * on the same machine (nodes, CPUs, clock; no swap, disk or channel) with an
 * init that does nothing. Taken in turn, side by side.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/cell.h"
#include "runner/cli/cli.h"
#include "runner/lab/image.h"
#include "runner/lab/lab.h"
#include "runner/lab/scratch.h"
#include "tests/bench/median.h"

#define ROUNDS	    7
#define START_LIMIT 0.5	 /* seconds */

static void die(const struct error *err)
{
	fprintf(stderr, "%s: %s\n", err->where, err->what);
	exit(1);
}

static double bare_boot(const struct machine *machine, const struct lab_kernel *kernel)
{
	struct machine bare = *machine;
	char initramfs[SCRATCH_PATH_ROOM], *no_modules[] = { NULL }, **args;
	struct qemu_guest guest = { .machine = &bare, .clock = CLOCK_VIRTUAL, .kernel = kernel->image,
				    .initramfs = initramfs, .console = "/dev/null" };
	struct error err;
	int status, pidfd, fd = scratch_open(NULL, &err), log = open("/dev/null", O_WRONLY);
	struct qemu_run run = { .log_fd = log, .channel_fd = -1, .fds = &fd, .n_fds = 1 };
	double start = now_s();
	pid_t pid;

	bare.swap_kind = SWAP_NONE;
	bare.disk_bytes = 0;
	scratch_path(fd, initramfs);
	if (fd < 0 || image_initramfs(fd, "build/bench/nothing", NULL, no_modules, &err) < 0)
		die(&err);
	args = qemu_args(&guest);
	if (qemu_start(args, &run, &pid, &pidfd, &err) < 0)
		die(&err);
	waitpid(pid, &status, 0);
	start = now_s() - start;
	close(pidfd);
	close(log);
	close(fd);
	qemu_args_free(args);
	return start;
}

static double boot(const struct scenario *scenario, const struct lab_kernel *kernel, struct snapshot *ret)
{
	struct snapshot_spec spec = { &scenario->machine, kernel, NULL, NULL };
	struct error err;
	double start = now_s();

	if (snapshot_create(spec.machine, NULL, ret, &err) < 0 || snapshot_boot(ret, &spec, 180, -1, &err) < 0)
		die(&err);
	return now_s() - start;
}

static double cell_start(const struct scenario *scenario, const struct profile *profile,
			 const struct lab_kernel *kernel, const struct snapshot *snapshot)
{
	json_t *description = cell_description_to_json(scenario, profile, 1, "virtual");
	struct lab_request request = { .machine = &scenario->machine, .kernel = kernel, .clock = CLOCK_VIRTUAL,
				       .snapshot = snapshot, .cell = description };
	struct lab_result result = { 0 };
	struct lab_cell *cell;
	struct pollfd pfd = { .events = POLLIN };
	struct error err;
	double begin;

	if (lab_start(&request, &cell, &err) < 0)
		die(&err);
	for (pfd.fd = lab_pidfd(cell); poll(&pfd, 1, 2) == 0;)
		lab_watch(cell);
	if (lab_finish(cell, &result, &err) < 0)
		die(&err);
	begin = result.begin_s;
	lab_result_release(&result);
	json_decref(description);
	return begin;
}

static bool measure(const char *scenario_path, const char *kernel_name)
{
	double bare[ROUNDS], booted[ROUNDS], started[ROUNDS];
	struct scenario *scenario;
	struct profile *profile;
	struct lab_kernel kernel;
	struct diags diags = { 0 };
	struct error err;
	double a, b, c;

	if (scenario_load(scenario_path, &scenario, &diags) < 0 ||
	    profile_load("profiles/kernel-default.json", NULL, &profile, &diags) < 0)
		exit(1);
	if (lab_kernel_prepare(kernel_name, NULL, &kernel, &err) < 0)
		die(&err);
	for (int i = 0; i < ROUNDS; i++) {
		struct snapshot snapshot;

		bare[i] = bare_boot(&scenario->machine, &kernel);
		booted[i] = boot(scenario, &kernel, &snapshot);
		started[i] = cell_start(scenario, profile, &kernel, &snapshot);
		snapshot_close(&snapshot);
	}
	a = median(bare, ROUNDS);
	b = median(booted, ROUNDS);
	c = median(started, ROUNDS);
	printf("%-5s %-36s bare boot %6.3f s, boot and save %6.3f s (x %.2f), "
	       "clone's first workload %6.3f s (limit %.2f)\n",
	       kernel_name, scenario_path, a, b, b / a, c, START_LIMIT);
	scenario_free(scenario);
	profile_free(profile);
	lab_kernel_release(&kernel);
	return c <= START_LIMIT;
}

int main(void)
{
	bool good = true;

	setenv("MEMRIG_INIT", "build/memrig-init", 0);
	setenv("MEMRIG_PRELOAD", "build/memrig-preload.so", 0);
	good &= measure("tests/lab/data/endless.json", "6.1");
	good &= measure("workloads/scenarios/smoke.json", "6.1");
	good &= measure("tests/lab/data/endless.json", "6.12");
	good &= measure("workloads/scenarios/smoke.json", "6.12");
	return good ? 0 : 1;
}
