/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wall time of a cell of mixed-pressure, from the start of its clone to the
 * end of its QEMU, against a guest that runs the same workloads with no memrig
 * around them (bare.c). Taken in turn, side by side.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/cell.h"
#include "runner/lab/lab.h"
#include "tests/bench/median.h"

#define ROUNDS 7
#define LIMIT  1.3

static void die(const struct error *err)
{
	fprintf(stderr, "%s: %s\n", err->where, err->what);
	exit(1);
}

static void boot(const char *init, const struct snapshot_spec *spec, struct snapshot *ret)
{
	struct error err;

	setenv("MEMRIG_INIT", init, 1);
	if (snapshot_create(spec->machine, NULL, ret, &err) < 0 || snapshot_boot(ret, spec, 180, -1, &err) < 0)
		die(&err);
}

static double run(const struct snapshot_spec *spec, const struct snapshot *snapshot, json_t *description)
{
	struct lab_request request = { .machine = spec->machine, .kernel = spec->kernel, .clock = CLOCK_VIRTUAL,
				       .snapshot = snapshot, .cell = description };
	struct lab_result result = { 0 };
	struct lab_cell *cell;
	struct error err;
	double start = now_s();

	if (lab_start(&request, &cell, &err) < 0)
		die(&err);
	for (;;) {
		struct pollfd pfds[] = { { .fd = lab_pidfd(cell), .events = POLLIN },
					 { .fd = lab_control_fd(cell), .events = POLLIN } };

		poll(pfds, 2, 50);
		if (pfds[0].revents)
			break;
		lab_watch(cell);
	}
	if (lab_finish(cell, &result, &err) < 0)
		die(&err);
	lab_result_release(&result);
	return now_s() - start;
}

static bool measure(const struct scenario *scenario, const struct profile *profile, const char *kernel_name)
{
	_cleanup_free_ char *data = scenario_data(scenario);
	json_t *description = cell_description_to_json(scenario, profile, 1, "virtual");
	double bare[ROUNDS], cell[ROUNDS], a, b;
	struct snapshot bare_guest, guest;
	struct lab_kernel kernel;
	struct error err;
	struct snapshot_spec spec = { &scenario->machine, &kernel, data, NULL };

	if (lab_kernel_prepare(kernel_name, NULL, &kernel, &err) < 0)
		die(&err);
	boot("build/bench/bare", &spec, &bare_guest);
	boot("build/memrig-init", &spec, &guest);
	for (int i = 0; i < ROUNDS; i++) {
		bare[i] = run(&spec, &bare_guest, description);
		cell[i] = run(&spec, &guest, description);
	}
	a = median(bare, ROUNDS);
	b = median(cell, ROUNDS);
	printf("%-5s mixed-pressure: bare guest %6.3f s, cell %6.3f s, ratio %.2f (limit %.2f)\n", kernel_name, a, b, b / a,
	       LIMIT);
	snapshot_close(&bare_guest);
	snapshot_close(&guest);
	json_decref(description);
	lab_kernel_release(&kernel);
	return b / a <= LIMIT;
}

int main(void)
{
	struct scenario *scenario;
	struct profile *profile;
	struct diags diags = { 0 };
	bool good;

	setenv("MEMRIG_PRELOAD", "build/memrig-preload.so", 0);
	if (scenario_load("workloads/scenarios/mixed-pressure.json", &scenario, &diags) < 0 ||
	    profile_load("profiles/kernel-default.json", NULL, &profile, &diags) < 0)
		return 1;
	good = measure(scenario, profile, "6.1");
	good &= measure(scenario, profile, "6.12");
	scenario_free(scenario);
	profile_free(profile);
	return good ? 0 : 1;
}
