/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_TOPOLOGY_H
#define MEMRIG_RUNNER_TOPOLOGY_H

#include <stdint.h>

#include "common/error.h"
#include "common/size.h"
#include "runner/scenario.h"

/*
 * The NUMA nodes of the machine that runs the cell, and the policy of the
 * calling task. The one user of libnuma.
 */
struct topology_node {
	unsigned id;
	uint64_t total_bytes, free_bytes;
	char cpus[64]; /* "0-1"; "" for a node without CPUs */
	unsigned distance[MAX_NODES]; /* to the nodes in the order of the list */
};

struct topology {
	unsigned n_nodes; /* online nodes, at most MAX_NODES */
	struct topology_node nodes[MAX_NODES];
};

/* Reads /sys/devices/system/node below root. Returns 0 or a negative errno; -E2BIG with too many nodes. */
int topology_read(const char *root, struct topology *ret, struct error *err);

/* What shares of a size are resolved against; the caller sets limit_bytes. Node numbers index node_bytes. */
void topology_size_env(const struct topology *topology, struct size_env *ret);

/* Sets the policy of the calling task. Returns 0 or a negative errno:
 * -ENOSYS without NUMA, -EINVAL where the kernel refuses the nodes (outside the cpuset). */
int topology_set_policy(const struct policy *policy, struct error *err);

/* The nodes, below 64, on which the calling task may have memory. Returns 0 or a negative errno; -ENOSYS without NUMA. */
int topology_allowed(uint64_t *ret_nodes);

#endif
