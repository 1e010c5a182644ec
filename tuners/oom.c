/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/* What happens when nothing can be reclaimed any more. */
static const struct tunable tunables[] = {
	{ .key = "vm.panic_on_oom",
	  .type = TUNABLE_INT,
	  .max = 2,
	  .doc = "0: kill a process, 1: panic unless a cpuset or policy is the cause, 2: always panic" },
	{ .key = "vm.oom_kill_allocating_task",
	  .type = TUNABLE_INT,
	  .max = 1,
	  .doc = "1: kill the process that asked for memory, not the largest" },
	{ .key = "vm.oom_dump_tasks",
	  .type = TUNABLE_INT,
	  .max = 1,
	  .doc = "1: list all processes in the kernel log at a kill" },
	{ 0 },
};

const struct tuner tuner_oom = { "oom", tunables };
