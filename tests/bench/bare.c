/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An init that does what a cell of mixed-pressure does with no memrig around
 * it: no groups, no samples, no stream. Its guest boots and parks as any other;
 * then it sets what the scenario sets, starts the two workloads and leaves.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/cell.h"
#include "runner/lab/guest_setup.h"
#include "runner/topology.h"
#include "workloads/workload.h"

static struct workload_env make_env(const char *kind, const char *name, uint64_t bytes, const int *hold)
{
	static struct workload_params params[2];
	static unsigned n;
	struct workload_params *p = &params[n++];
	struct workload_report *report =
		mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	workload_params_init(workload_find(kind), p);
	p->work.passes = hold ? 0 : 1;
	p->hold = hold;
	return (struct workload_env){ .params = p, .size_bytes = bytes / 4096 * 4096, .seed = 1, .name = name,
				      .data_dir = GUEST_DATA_DIR, .report = report, .release_fd = hold ? hold[0] : -1,
				      .event_fd = eventfd(0, 0) };
}

static pid_t start(const struct workload_env *env, const struct policy *policy, const int *hold)
{
	struct error err;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	close(hold[1]);
	_exit(topology_set_policy(policy, &err) < 0 || env->params->kind->run(env, &err) < 0);
}

static void wait_filled(const struct workload_env *env)
{
	uint64_t count;

	while (env->report->state < WORKLOAD_FILLED)
		if (read(env->event_fd, &count, sizeof(count)) < 0)
			return;
}

static void run(void)
{
	struct policy both = { POLICY_INTERLEAVE, 3 }, none = { 0 };
	struct workload_env db, backup;
	struct topology topology;
	struct size_env sizes = { 0 };
	struct error err;
	int hold[2], status;

	if (topology_read("", &topology, &err) < 0 || pipe(hold) < 0)
		guest_die(&err);
	topology_size_env(&topology, &sizes);
	file_write("", "/sys/kernel/mm/transparent_hugepage/enabled", "never", NULL);
	file_write("", "/proc/sys/vm/watermark_boost_factor", "0", NULL);
	file_write("", "/proc/sys/vm/min_free_kbytes", "8192", NULL);
	db = make_env("anon", "db.0", sizes.ram_bytes * 75 / 100, hold);
	backup = make_env("file_read", "backup.0", sizes.ram_bytes * 60 / 100, NULL);
	start(&db, &both, hold);
	wait_filled(&db);
	waitpid(start(&backup, &none, hold), &status, 0);
	if (status != 0)
		printf("the reader failed: %d\n", status);
	close(hold[1]);
	while (wait(&status) > 0)
		;
}

int main(int argc, char **argv)
{
	static char *const no_env[] = { NULL };
	struct channel channel;
	struct error err;
	json_t *data;

	if (argc < 2 || !streq(argv[argc - 1], "cell")) { /* the kernel may pass on arguments of its own */
		guest_mount_all();
		guest_load_modules();
		guest_bring_up_cpus();
		execle("/init", "/init", "cell", (char *)NULL, no_env);
	}
	if (channel_attach(&channel, &err) < 0)
		guest_die(&err);
	guest_set_up_storage(channel.header);
	data = json_loadb(channel_in(&channel), channel.header->in_len, 0, NULL);
	if (data && cell_prepare_data(data, GUEST_DATA_DIR, "", &err) < 0)
		guest_die(&err);
	sync();
	file_write(NULL, "/proc/sys/vm/drop_caches", "3", NULL);
	guest_park(&channel);
	channel.header->state = CHANNEL_RUNNING;
	run();
	channel.header->state = CHANNEL_ENDED;
	guest_leave();
}
