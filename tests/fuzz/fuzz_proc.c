/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text as one of the files that are read once (fuzz_probe has those of the
 * sampler): the machine, its groups, its settings. The first byte says which;
 * the rest of the tree is tests/data/trees/v2-host. What is made of it is
 * JSON, whatever was in there.
 */
#include "common/file.h"
#include "runner/floor.h"
#include "runner/machine.h"
#include "runner/provenance_machine.h"
#include "runner/watch_groups.h"
#include "runner/watch_missing.h"
#include "results/probe/probe.h"
#include "tuners/tuner.h"
#include "tests/fuzz/fuzz.h"

#define TREE "tests/data/trees/v2-host"
#define NODE "/sys/devices/system/node/"
#define UNIT "/sys/fs/cgroup/system.slice/ssh.service/"

static const char *const files[] = {
	"/proc/meminfo", "/proc/vmstat", "/proc/zoneinfo", "/proc/swaps", "/proc/pressure/memory", "/proc/loadavg", "/proc/cpuinfo",
	"/proc/cmdline", "/proc/47/stat", "/proc/self/cgroup", "/proc/sys/kernel/osrelease", "/proc/sys/kernel/version",
	"/proc/sys/kernel/tainted", "/proc/sys/vm/swappiness", "/proc/sys/vm/min_free_kbytes", "/proc/sys/vm/lowmem_reserve_ratio",
	"/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/mm/lru_gen/enabled", "/sys/block/zram0/comp_algorithm",
	"/sys/block/zram0/disksize", "/sys/class/dmi/id/sys_vendor", "/sys/module/zswap/parameters/compressor",
	"/sys/fs/cgroup/cgroup.controllers", NODE "online", NODE "possible", NODE "has_memory", NODE "node0/distance",
	NODE "node0/cpulist", NODE "node0/meminfo", UNIT "memory.current", UNIT "memory.max", UNIT "memory.pressure",
	UNIT "memory.stat", UNIT "memory.events", UNIT "cpuset.mems", UNIT "cpuset.mems.effective",
};

/* NULL where there is none. */
static char *originals[ARRAY_SIZE(files)];
static char *root;

static void put(const char *name, const char *text, size_t len)
{
	_cleanup_free_ char *path = xasprintf("%s%s", root, name);
	_cleanup_fclose_ FILE *f = fopen(path, "w");

	if (!f || fwrite(text, 1, len, f) != len)
		abort();
}

static void put_back(size_t i)
{
	_cleanup_free_ char *path = xasprintf("%s%s", root, files[i]);

	if (originals[i])
		put(files[i], originals[i], strlen(originals[i]));
	else
		unlink(path);
}

static void make_tree(void)
{
	_cleanup_free_ char *command = NULL;

	if (root)
		return;
	root = xasprintf("%s/root", fuzz_dir());
	command = xasprintf("cp -r " TREE " '%s' && chmod -R u+w '%s'", root, root);
	if (system(command) != 0)
		abort(); /* not started at the top of the tree */
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *dir = xasprintf("%s%s", root, files[i]);

		*strrchr(dir, '/') = '\0';
		file_read(root, files[i], &originals[i], NULL, NULL);
		if (file_make_dirs(dir, NULL) < 0)
			abort();
	}
}

static int check_line(void *opaque, const char *data, size_t len)
{
	json_t *record = json_loadb(data, len, 0, NULL);

	(void)opaque;
	if (!json_is_object(record))
		abort();
	json_decref(record);
	return 0;
}

static void read_machine(struct stream_writer *out)
{
	struct topology topology = { 0 };
	json_t *swaps = machine_swaps_json(root), *provenance = json_object();
	struct floor floor;
	pid_t pids[MAX_NODES];

	topology_read(root, &topology, NULL);
	machine_record(root, &topology, "v2", out);
	machine_record_zones(root, out, NULL);
	provenance_machine(root, true, provenance);
	kswapd_find(root, pids);
	floor_open(root, 1 << 20, &floor);
	floor_look(&floor, floor.next_ns + 1);
	floor_close(&floor);
	json_decref(swaps);
	json_decref(provenance);
}

static void read_groups(struct stream_writer *out)
{
	struct watch_hierarchy h = watch_hierarchy_find(root);
	struct watch_groups groups = watch_groups_find(root, &h, 8, NULL);
	struct topology topology = { 0 };

	for (size_t i = 0; i < groups.n; i++)
		watch_group_record(root, &h, groups.names[i], out);
	watch_groups_release(&groups);
	topology_read(root, &topology, NULL);
	json_decref(watch_missing(root, &topology, &h));
}

static void read_settings(void)
{
	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++) {
			struct tune tune = { .tunable = t };

			tune_save(root, &tune, NULL);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stream_writer out;
	size_t which;

	if (size == 0)
		return 0;
	which = data[0] % ARRAY_SIZE(files);
	make_tree();
	put(files[which], (const char *)data + 1, size - 1);
	if (stream_writer_init(&out, (struct stream_sink){ .write = check_line }, NULL) < 0)
		abort();
	read_machine(&out);
	read_groups(&out);
	read_settings();
	stream_writer_release(&out);
	put_back(which);
	return 0;
}
