/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long it takes from the wish to start an anon workload until its first
 * page is touched, against all of memhog (package numactl) on one page. In
 * turns, medians.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/util.h"
#include "tests/bench/median.h"
#include "workloads/workload.h"

#define ROUNDS 21

/* As the executor does it: a process of its own that waits for its start; then the clock runs. */
static double workload(struct workload_report *report)
{
	struct workload_params params;
	struct workload_env env = { .params = &params, .size_bytes = 4096, .seed = 1, .name = "bench", .data_dir = "",
				    .user_dir = "", .report = report, .event_fd = eventfd(0, EFD_NONBLOCK),
				    .release_fd = -1 };
	int start[2], status;
	uint64_t begin;
	char go = 0;
	pid_t pid;

	workload_params_init(workload_find("anon"), &params);
	params.work = (struct work){ 0 };
	memset(report, 0, sizeof(*report));
	if (pipe(start) < 0)
		return -1;
	begin = now_ns();
	pid = fork();
	if (pid == 0)
		_exit(read(start[0], &go, 1) != 1 || params.kind->run(&env, NULL) < 0);
	if (write(start[1], &go, 1) != 1)
		return -1;
	waitpid(pid, &status, 0);
	close(start[0]);
	close(start[1]);
	close(env.event_fd);
	workload_params_release(&params);
	return status == 0 ? (double)(report->filled_ns - begin) / 1000 : -1;
}

static double memhog(void)
{
	char *const args[] = { (char *)"memhog", (char *)"-r1", (char *)"4k", NULL }, *const env[] = { NULL };
	posix_spawn_file_actions_t quiet;
	uint64_t begin = now_ns();
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, args[0], &quiet, NULL, args, env) != 0)
		return -1;
	posix_spawn_file_actions_destroy(&quiet);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? (double)(now_ns() - begin) / 1000 : -1;
}

int main(void)
{
	struct workload_report *report =
		mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double own[ROUNDS], hog[ROUNDS], a, b;

	for (int i = 0; i < ROUNDS; i++) {
		own[i] = workload(report);
		hog[i] = memhog();
		if (own[i] < 0)
			return 3;
		if (hog[i] < 0) {
			printf("memhog is not installed (package numactl): not compared\n");
			return 0;
		}
	}
	a = median(own, ROUNDS);
	b = median(hog, ROUNDS);
	printf("start to first touch: workload %.0f us, memhog %.0f us, ratio %.2f (limit 1)\n", a, b, a / b);
	return a >= b;
}
