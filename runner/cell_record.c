/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machine is before anything is changed, and its zones after the settings. */
#include <errno.h>
#include <inttypes.h>
#include <sys/utsname.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "runner/cell_run.h"

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
static json_t *swaps_json(void)
{
	_cleanup_free_ char *text = NULL;
	json_t *list = json_array();
	char *save = NULL, *line;

	if (file_read("", "/proc/swaps", &text, NULL, NULL) < 0)
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

static json_t *settings_json(void)
{
	json_t *all = json_object();

	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++) {
			char value[64];

			if (tune_read("", t, value, sizeof(value), NULL) == 0)
				json_object_set_new(all, t->key, json_string(value));
		}
	return all;
}

int cell_record_machine(struct cell_run *run, struct error *err)
{
	_cleanup_free_ char *lru_gen = NULL;
	json_t *nodes = json_array(), *record;
	struct utsname name;

	(void)err;
	uname(&name);
	for (unsigned i = 0; i < run->topology.n_nodes; i++)
		json_array_append_new(nodes, node_json(&run->topology, &run->topology.nodes[i]));
	record = json_pack("{s:s, s:I, s:s, s:i, s:I}", "type", "machine", "t_ns", (json_int_t)now_ns(), "kernel",
			   name.release, "page_bytes", 4096, "ram_bytes", (json_int_t)run->sizes.ram_bytes);
	if (file_read_line("", "/sys/kernel/mm/lru_gen/enabled", &lru_gen, NULL) == 0)
		json_object_set_new(record, "lru_gen", json_string(lru_gen));
	json_object_set_new(record, "nodes", nodes);
	json_object_set_new(record, "swap", swaps_json());
	json_object_set_new(record, "settings", settings_json());
	json_object_set_new(record, "cgroup", json_string("v2"));
	return stream_write_json(&run->out, record);
}

struct zone {
	unsigned node;
	char name[16];
	uint64_t min, low, high, boost, managed, protection;
};

static void record_zone(struct cell_run *run, const struct zone *zone)
{
	if (zone->managed == 0)
		return;
	stream_begin(&run->out, "zone", now_ns());
	stream_u64(&run->out, "node", zone->node);
	stream_text(&run->out, "zone", zone->name);
	stream_u64(&run->out, "managed_pages", zone->managed);
	/* The kernel prints them with the boost of the moment; the marks are what they go back to. */
	stream_u64(&run->out, "min_pages", zone->min - zone->boost);
	stream_u64(&run->out, "low_pages", zone->low - zone->boost);
	stream_u64(&run->out, "high_pages", zone->high - zone->boost);
	stream_u64(&run->out, "protection_pages", zone->protection);
	stream_end(&run->out);
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
int cell_record_zones(struct cell_run *run, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	struct zone zone = { 0 };
	char *save = NULL;
	int r = file_read("", "/proc/zoneinfo", &text, NULL, err);

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		struct zone next = { 0 };
		uint64_t value;
		char key[32];

		if (sscanf(line, "Node %u, zone %15s", &next.node, next.name) == 2) {
			record_zone(run, &zone);
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
	record_zone(run, &zone);
	return 0;
}
