/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/machine.h"

#include <glob.h>
#include <inttypes.h>
#include <sys/utsname.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "tuners/tuner.h"

static json_t *node_json(const struct topology *topology, const struct topology_node *node)
{
	json_t *distance = json_array();

	for (unsigned i = 0; i < topology->n_nodes; i++)
		json_array_append_new(distance, json_integer(node->distance[i]));
	return json_pack("{s:i, s:I, s:I, s:s, s:o}", "node", (int)node->id, "total_bytes",
			 (json_int_t)node->total_bytes, "free_bytes", (json_int_t)node->free_bytes, "cpus", node->cpus,
			 "distance", distance);
}

/* /proc/swaps: "Filename Type Size Used Priority", sizes in KiB. */
json_t *machine_swaps_json(const char *root)
{
	_cleanup_free_ char *text = NULL;
	json_t *list = json_array();
	char *save = NULL, *line;

	if (file_read(root, "/proc/swaps", &text, NULL, NULL) < 0)
		return list;
	line = strtok_r(text, "\n", &save); /* the heading */
	while (line && (line = strtok_r(NULL, "\n", &save))) {
		char device[128], type[32];
		uint64_t kib;
		int priority;

		if (sscanf(line, "%127s %31s %" SCNu64 " %*u %d", device, type, &kib, &priority) == 4)
			json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:i}", "device", device, "kind",
							      strstr(device, "zram")   ? "zram"
							      : strstr(device, "pmem") ? "pmem"
										       : type,
							      "size_bytes", (json_int_t)(kib * KIB), "priority", priority));
	}
	return list;
}

static json_t *settings_json(const char *root)
{
	json_t *all = json_object();

	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++) {
			char value[64];

			if (tune_read(root, t, value, sizeof(value), NULL) == 0)
				json_object_set_new(all, t->key, json_string(value));
		}
	return all;
}

/* A captured tree says itself which kernel wrote it. */
static char *kernel_release(const char *root)
{
	struct utsname name;
	char *release;

	if (*root && file_read_line(root, "/proc/sys/kernel/osrelease", &release, NULL) == 0)
		return release;
	uname(&name);
	return xstrdup(*root ? "unknown" : name.release);
}

/* How many kinds of memory the kernel tells apart by speed; 0 where it does not (before 6.1). */
static int memory_tiers(const char *root)
{
	_cleanup_free_ char *pattern = xasprintf("%s/sys/devices/virtual/memory_tiering/memory_tier[0-9]*", root);
	glob_t found;
	int n;

	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	n = (int)found.gl_pathc;
	globfree(&found);
	return n;
}

int machine_record(const char *root, const struct topology *topology, const char *cgroup, struct stream_writer *out)
{
	_cleanup_free_ char *lru_gen = NULL, *release = kernel_release(root);
	json_t *nodes = json_array(), *record;
	uint64_t ram_bytes = 0;

	for (unsigned i = 0; i < topology->n_nodes; i++) {
		json_array_append_new(nodes, node_json(topology, &topology->nodes[i]));
		ram_bytes += topology->nodes[i].total_bytes;
	}
	record = json_pack("{s:s, s:I, s:s, s:i, s:I}", "type", "machine", "t_ns", (json_int_t)now_ns(), "kernel",
			   release, "page_bytes", (int)sysconf(_SC_PAGESIZE), "ram_bytes", (json_int_t)ram_bytes);
	if (file_read_line(root, "/sys/kernel/mm/lru_gen/enabled", &lru_gen, NULL) == 0)
		json_object_set_new(record, "lru_gen", json_string(lru_gen));
	if (memory_tiers(root) > 0)
		json_object_set_new(record, "memory_tiers", json_integer(memory_tiers(root)));
	json_object_set_new(record, "nodes", nodes);
	json_object_set_new(record, "swap", machine_swaps_json(root));
	json_object_set_new(record, "settings", settings_json(root));
	json_object_set_new(record, "cgroup", json_string(cgroup));
	return stream_write_json(out, record);
}

struct zone {
	unsigned node;
	char name[16];
	uint64_t min, low, high, boost, managed, protection;
};

static void record_zone(struct stream_writer *out, const struct zone *zone)
{
	if (zone->managed == 0)
		return;
	stream_begin(out, "zone", now_ns());
	stream_u64(out, "node", zone->node);
	stream_text(out, "zone", zone->name);
	stream_u64(out, "managed_pages", zone->managed);
	/* The kernel prints them with the boost of the moment; the marks are what they go back to. */
	stream_u64(out, "min_pages", zone->min - zone->boost);
	stream_u64(out, "low_pages", zone->low - zone->boost);
	stream_u64(out, "high_pages", zone->high - zone->boost);
	stream_u64(out, "protection_pages", zone->protection);
	stream_end(out);
}

/* "0, 487, 487)": what allocations that could use a higher zone must leave here. */
static uint64_t largest(const char *list)
{
	uint64_t most = 0;
	char *end;

	for (;; list = end + 2) {
		most = MAX(most, strtoull(list, &end, 10));
		if (*end != ',')
			return most;
	}
}

/* A zone's block starts with "Node 0, zone    DMA32"; its watermarks are lines "        min      1025". The per-CPU
 * pagesets further down have lines "high:" with a colon. */
int machine_record_zones(const char *root, struct stream_writer *out, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	struct zone zone = { 0 };
	char *save = NULL;
	int r = file_read(root, "/proc/zoneinfo", &text, NULL, err);

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct zone next = { 0 };
		uint64_t value;
		char key[32];

		if (sscanf(line, "Node %u, zone %15s", &next.node, next.name) == 2) {
			record_zone(out, &zone);
			zone = next;
		} else if (strstr(line, "protection: (")) {
			zone.protection = largest(strchr(line, '(') + 1);
		} else if (sscanf(line, " %31s %" SCNu64, key, &value) == 2) {
			if (streq(key, "boost"))
				zone.boost = value;
			else if (streq(key, "min"))
				zone.min = value;
			else if (streq(key, "low"))
				zone.low = value;
			else if (streq(key, "high"))
				zone.high = value;
			else if (streq(key, "managed"))
				zone.managed = value;
		}
	}
	record_zone(out, &zone);
	return 0;
}
