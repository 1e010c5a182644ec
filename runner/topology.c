/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/topology.h"

#include <errno.h>
#include <inttypes.h>
#include <numa.h>
#include <numaif.h>

#include "common/file.h"
#include "common/util.h"

#define NODE_DIR "/sys/devices/system/node"

/* "Node 0 MemTotal:         490212 kB" */
static int parse_kb(const char *text, const char *key, uint64_t *ret_bytes)
{
	const char *at = strstr(text, key);

	if (!at || sscanf(at + strlen(key), ": %" SCNu64 " kB", ret_bytes) != 1)
		return -EINVAL;
	*ret_bytes *= KIB;
	return 0;
}

static int read_meminfo(const char *root, struct topology_node *node, struct error *err)
{
	_cleanup_free_ char *path = xasprintf(NODE_DIR "/node%u/meminfo", node->id);
	_cleanup_free_ char *text = NULL;
	int r = file_read(root, path, &text, NULL, err);

	if (r < 0)
		return r;
	if (parse_kb(text, "MemTotal", &node->total_bytes) < 0 ||
	    parse_kb(text, "MemFree", &node->free_bytes) < 0)
		return error_set(err, -EINVAL, path, "MemTotal or MemFree is missing");
	return 0;
}

static int read_cpus(const char *root, struct topology_node *node, struct error *err)
{
	_cleanup_free_ char *path = xasprintf(NODE_DIR "/node%u/cpulist", node->id);
	_cleanup_free_ char *text = NULL;
	int r = file_read_line(root, path, &text, err);

	if (r == 0)
		snprintf(node->cpus, sizeof(node->cpus), "%s", text);
	return r;
}

static int read_distance(const char *root, struct topology_node *node, unsigned n_nodes, struct error *err)
{
	_cleanup_free_ char *path = xasprintf(NODE_DIR "/node%u/distance", node->id);
	_cleanup_free_ char *text = NULL;
	char *at;
	int r = file_read_line(root, path, &text, err);

	if (r < 0)
		return r;
	at = text;
	for (unsigned i = 0; i < n_nodes; i++)
		node->distance[i] = (unsigned)strtoul(at, &at, 10);
	return 0;
}

int topology_read(const char *root, struct topology *ret, struct error *err)
{
	_cleanup_free_ char *online = NULL;
	struct topology t = { 0 };
	uint64_t mask;
	int r = file_read_line(root, NODE_DIR "/online", &online, err);

	if (r < 0)
		return r;
	if (idlist_parse(online, &mask) < 0)
		return error_set(err, -EINVAL, NODE_DIR "/online", "not a node list: '%.40s'", online);
	for (unsigned id = 0; id < 64; id++) {
		if (!(mask >> id & 1))
			continue;
		if (t.n_nodes == MAX_NODES)
			return error_set(err, -E2BIG, NODE_DIR, "more than %d nodes", MAX_NODES);
		t.nodes[t.n_nodes++].id = id;
	}
	for (unsigned i = 0; i < t.n_nodes; i++) {
		r = read_meminfo(root, &t.nodes[i], err);
		if (r == 0)
			r = read_cpus(root, &t.nodes[i], err);
		if (r == 0)
			r = read_distance(root, &t.nodes[i], t.n_nodes, err);
		if (r < 0)
			return r;
	}
	*ret = t;
	return 0;
}

void topology_size_env(const struct topology *topology, struct size_env *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (unsigned i = 0; i < topology->n_nodes; i++) {
		const struct topology_node *node = &topology->nodes[i];

		if (node->id >= MAX_NODES)
			continue;
		ret->n_nodes = MAX(ret->n_nodes, node->id + 1);
		ret->node_bytes[node->id] = node->total_bytes;
		ret->ram_bytes += node->total_bytes;
	}
}

int topology_set_policy(const struct policy *policy, struct error *err)
{
	static const int modes[] = {
		[POLICY_DEFAULT] = MPOL_DEFAULT,       [POLICY_BIND] = MPOL_BIND,
		[POLICY_PREFERRED] = MPOL_PREFERRED,   [POLICY_INTERLEAVE] = MPOL_INTERLEAVE,
		[POLICY_LOCAL] = MPOL_LOCAL,
	};
	unsigned long nodes = policy->nodes;
	bool has_nodes = policy->kind != POLICY_DEFAULT && policy->kind != POLICY_LOCAL;

	if (policy->kind == POLICY_DEFAULT)
		return 0;
	if (numa_available() < 0)
		return error_set(err, -ENOSYS, "NUMA", "this kernel has no memory policies");
	/* libnuma's numa_set_*() calls print to stderr and hide errno; its system call does not. */
	if (set_mempolicy(modes[policy->kind], has_nodes ? &nodes : NULL, has_nodes ? 8 * sizeof(nodes) : 0) < 0)
		return error_set_errno(err, -errno, "set_mempolicy", "cannot set the memory policy");
	return 0;
}

int topology_allowed(uint64_t *ret_nodes)
{
	unsigned long nodes[16] = { 0 }; /* the kernel wants room for all it could have */

	if (get_mempolicy(NULL, nodes, 8 * sizeof(nodes), NULL, MPOL_F_MEMS_ALLOWED) < 0)
		return -errno;
	*ret_nodes = nodes[0];
	return 0;
}
