/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as each of the kernel's files: the first byte says which. Read as when the sampler opens, then, changed, as in its loop. */
#include "results/probe/probe.h"
#include "tests/fuzz/fuzz.h"

static const struct probe *const families[] = {
	probes_vmstat,	  probes_meminfo, probes_zoneinfo, probes_node, probes_cgroup, probes_cgroup_numa, probes_cgroup_v1,
	probes_reclaim,	  probes_psi,	  probes_task,	   probes_swap, probes_zswap,  probes_kswapd,	   probes_buddyinfo,
};

static const struct probe *pick(uint8_t number)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (const struct probe *p = families[i]; p->path; p++)
			n++;
	number = (uint8_t)(number % n);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		for (const struct probe *p = families[i]; p->path; p++)
			if (number-- == 0)
				return p;
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe_columns columns = { 0 };
	struct probe_cursor cursor = { .columns = &columns, .prefix = "p.", .nodes = 3 };
	_cleanup_free_ char *text = NULL;
	const struct probe *probe;
	size_t end;

	if (size < 2)
		return 0;
	text = xcalloc(size, 1);
	memcpy(text, data + 1, size - 1);
	probe = pick(data[0]);
	probe->parse(&cursor, text);
	end = cursor.end;
	/* The file has lost its first half since. */
	cursor = (struct probe_cursor){ .columns = &columns, .end = end, .nodes = 3 };
	probe->parse(&cursor, text + strlen(text) / 2);
	if (columns.n != end)
		abort(); /* a column that came later */
	probe_columns_release(&columns);
	return 0;
}
