/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario_parts.h"

#include "common/util.h"

/* The machine: nodes, distances, swap, data disk. Its limits are those of the lab's guests. */

#define NODE_SMALLEST  (128 * MIB) /* a guest with less does not boot */
#define RAM_LARGEST    (64 * GIB)
#define DEVICE_LARGEST (64 * GIB)
#define PMEM_STEP      (2 * MIB) /* the guest maps such devices with huge pages */

enum { CPUS_MOST = 16, LOCAL_DISTANCE = 10, REMOTE_DISTANCE = 20, DISTANCE_MOST = 254,
       SLOWER_LEAST = 2, SLOWER_MOST = 100 };

static const char *const swap_kinds[] = { "pmem", "zram", NULL };

static void read_memory(const struct form_value *value, void *into)
{
	uint64_t *bytes = into, read = UINT64_MAX;

	form_bytes(value, &read);
	if (read == UINT64_MAX)
		return;
	if (read < NODE_SMALLEST)
		form_fail(value, NULL, "a node has at least 128M, a guest with less does not boot");
	else if (read > RAM_LARGEST)
		form_fail(value, NULL, "at most 64G is accepted");
	else if (read % MIB)
		form_fail(value, NULL, "must be a multiple of 1M");
	else
		*bytes = read;
}

static void read_cpus(const struct form_value *value, void *into)
{
	json_int_t cpus = json_integer_value(value->json);

	if (cpus < 0 || cpus > CPUS_MOST)
		form_fail(value, NULL, "%lld CPUs, 0 to %d is accepted", (long long)cpus, CPUS_MOST);
	else
		*(unsigned *)into = (unsigned)cpus;
}

static void read_device_size(const struct form_value *value, void *into)
{
	uint64_t *bytes = into, read = UINT64_MAX;

	form_bytes(value, &read);
	if (read == UINT64_MAX)
		return;
	if (read == 0)
		form_fail(value, "leave the key out for none", "the size is 0");
	else if (read % PMEM_STEP)
		form_fail(value, NULL, "must be a multiple of 2M");
	else if (read > DEVICE_LARGEST)
		form_fail(value, NULL, "at most 64G is accepted");
	else
		*bytes = read;
}

static void read_swap_kind(const struct form_value *value, void *into)
{
	const char *kind = json_string_value(value->json);

	if (streq(kind, "pmem"))
		*(enum swap_kind *)into = SWAP_PMEM;
	else if (streq(kind, "zram"))
		*(enum swap_kind *)into = SWAP_ZRAM;
	else
		form_fail(value, NULL, "'%s' is not one of pmem, zram", kind);
}

static void read_slower(const struct form_value *value, void *into)
{
	json_int_t times = json_integer_value(value->json);

	if (times < SLOWER_LEAST || times > SLOWER_MOST)
		form_fail(value, NULL, "%" JSON_INTEGER_FORMAT " times, %d to %d is accepted", times, SLOWER_LEAST,
			  SLOWER_MOST);
	else
		*(unsigned *)into = (unsigned)times;
}

static json_t *slower_schema(void)
{
	return json_pack("{s:i, s:i}", "minimum", SLOWER_LEAST, "maximum", SLOWER_MOST);
}

static json_t *bytes_schema(void)
{
	return schema_pattern(PATTERN_BYTES);
}

static json_t *cpus_schema(void)
{
	return json_pack("{s:i, s:i, s:i}", "minimum", 0, "maximum", CPUS_MOST, "default", 1);
}

static json_t *swap_kind_schema(void)
{
	json_t *schema = schema_enum(swap_kinds);

	json_object_set_new(schema, "default", json_string(swap_kinds[0]));
	return schema;
}

static const struct form_field node_fields[] = {
	{ "memory", FORM_STRING | FORM_INTEGER, true, read_memory,
	  offsetof(struct machine_node, memory_bytes), bytes_schema, "the node's memory, at least \"128M\"" },
	{ "cpus", FORM_INTEGER, false, read_cpus, offsetof(struct machine_node, cpus), cpus_schema,
	  "CPUs of the node; node 0 has at least one" },
	{ "slower", FORM_INTEGER, false, read_slower, offsetof(struct machine_node, slower), slower_schema,
	  "the firmware says that it is so many times as slow as node 0: a memory tier of its own from 6.12; "
	  "for nodes without CPUs" },
	{ 0 },
};

static const struct form_field swap_fields[] = {
	{ "size", FORM_STRING | FORM_INTEGER, true, read_device_size, offsetof(struct machine, swap_bytes),
	  bytes_schema, "size of the swap device" },
	{ "kind", FORM_STRING, false, read_swap_kind, offsetof(struct machine, swap_kind), swap_kind_schema,
	  "a disk that answers at once, or compressed memory" },
	{ 0 },
};

static const struct form_field disk_fields[] = {
	{ "size", FORM_STRING | FORM_INTEGER, true, read_device_size, offsetof(struct machine, disk_bytes),
	  bytes_schema, "size of the data disk, for workloads with files" },
	{ 0 },
};

static void read_node(const struct form_value *value, size_t index, void *into)
{
	struct machine_node *node = &((struct machine *)into)->nodes[index];

	node->cpus = 1;
	form_read_object(value, node_fields, NULL, node);
	if (index == 0 && node->cpus == 0)
		form_fail(value, NULL, "node 0 has at least one CPU");
	if (node->slower && node->cpus)
		form_fail(value, "write \"cpus\": 0", "'slower' is for nodes without CPUs");
}

static void read_nodes(const struct form_value *value, void *into)
{
	struct machine *machine = into;
	size_t n = json_array_size(value->json);

	if (n == 0 || n > MAX_NODES) {
		form_fail(value, NULL, "%zu nodes, 1 to %d are accepted", n, MAX_NODES);
		return;
	}
	machine->n_nodes = (unsigned)n;
	form_read_list(value, FORM_OBJECT, read_node, machine);
	if (machine_ram_bytes(machine) > RAM_LARGEST)
		form_fail(value, NULL, "the nodes have more than 64G together");
	if (machine_cpus(machine) > CPUS_MOST)
		form_fail(value, NULL, "the nodes have %u CPUs together, at most %d are accepted",
			  machine_cpus(machine), CPUS_MOST);
}

struct distance_row {
	struct machine *machine;
	size_t from;
};

static void read_distance(const struct form_value *value, size_t to, void *into)
{
	const struct distance_row *row = into;
	json_int_t distance = json_integer_value(value->json);

	if (to >= row->machine->n_nodes)
		return;
	if (to == row->from && distance != LOCAL_DISTANCE)
		form_fail(value, NULL, "a node is at distance 10 from itself, not %lld", (long long)distance);
	else if (to != row->from && (distance <= LOCAL_DISTANCE || distance > DISTANCE_MOST))
		form_fail(value, "the kernel drops a table with others",
			  "the distance is %lld, 11 to 254 is accepted", (long long)distance);
	else
		row->machine->distance[row->from][to] = (uint8_t)distance;
}

static void check_square(const struct form_value *list, unsigned n_nodes, const char *what)
{
	size_t n = json_array_size(list->json);

	if (n != n_nodes)
		form_fail(list, NULL, "%zu %s for %u nodes", n, what, n_nodes);
}

static void read_distance_row(const struct form_value *value, size_t from, void *into)
{
	struct distance_row row = { into, from };

	if (from >= row.machine->n_nodes)
		return;
	check_square(value, row.machine->n_nodes, "distances");
	form_read_list(value, FORM_INTEGER, read_distance, &row);
}

static void read_distances(const struct form_value *value, struct machine *machine)
{
	check_square(value, machine->n_nodes, "rows of distances");
	form_read_list(value, FORM_ARRAY, read_distance_row, machine);
}

static void read_swap(const struct form_value *value, void *into)
{
	struct machine *machine = into;

	machine->swap_kind = SWAP_PMEM;
	form_read_object(value, swap_fields, NULL, machine);
}

static void read_disk(const struct form_value *value, void *into)
{
	form_read_object(value, disk_fields, NULL, into);
}

static json_t *nodes_schema(void)
{
	return json_pack("{s:o, s:i, s:i}", "items", form_schema(node_fields), "minItems", 1, "maxItems",
			 MAX_NODES);
}

static json_t *distance_schema(void)
{
	return json_pack("{s:{s:s, s:{s:s, s:i, s:i}}}", "items", "type", "array", "items", "type", "integer",
			 "minimum", LOCAL_DISTANCE, "maximum", DISTANCE_MOST);
}

static json_t *swap_schema(void)
{
	return form_schema(swap_fields);
}

static json_t *disk_schema(void)
{
	return form_schema(disk_fields);
}

static const struct form_field machine_fields[] = {
	{ "nodes", FORM_ARRAY, true, read_nodes, 0, nodes_schema, "the NUMA nodes, node 0 first" },
	{ "distance", FORM_ARRAY, false, NULL, 0, distance_schema,
	  "a row for each node: 10 to itself, else 11 to 254" },
	{ "swap", FORM_OBJECT, false, read_swap, 0, swap_schema, "absent: the machine cannot swap" },
	{ "disk", FORM_OBJECT, false, read_disk, 0, disk_schema, "absent: no workload has files" },
	{ 0 },
};

void machine_read(const struct form_value *value, struct machine *machine)
{
	json_t *distance;

	for (size_t i = 0; i < MAX_NODES; i++)
		for (size_t j = 0; j < MAX_NODES; j++)
			machine->distance[i][j] = i == j ? LOCAL_DISTANCE : REMOTE_DISTANCE;
	form_read_object(value, machine_fields, NULL, machine);
	/* Only now is the number of nodes known, whatever the order of the keys. */
	distance = json_object_get(value->json, "distance");
	if (json_is_array(distance) && machine->n_nodes > 0) {
		_cleanup_free_ char *path = form_path(value->path, "distance");

		read_distances(&(struct form_value){ value->form, path, distance }, machine);
	}
}

json_t *machine_schema(void)
{
	return form_schema(machine_fields);
}

uint64_t machine_ram_bytes(const struct machine *machine)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < machine->n_nodes; i++)
		bytes += machine->nodes[i].memory_bytes;
	return bytes;
}

unsigned machine_cpus(const struct machine *machine)
{
	unsigned cpus = 0;

	for (unsigned i = 0; i < machine->n_nodes; i++)
		cpus += machine->nodes[i].cpus;
	return cpus;
}

bool machine_check_nodes(const struct machine *machine, const struct form_value *value, uint64_t nodes)
{
	if (machine->n_nodes == 0)
		return true;
	for (unsigned node = 0; node < 64; node++) {
		if (!(nodes >> node & 1) || node < machine->n_nodes)
			continue;
		if (machine->n_nodes == 1)
			form_fail(value, NULL, "there is no node %u, the machine has node 0 alone", node);
		else
			form_fail(value, NULL, "there is no node %u, the machine has 0 to %u", node,
				  machine->n_nodes - 1);
		return false;
	}
	return true;
}
