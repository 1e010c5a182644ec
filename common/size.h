/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_COMMON_SIZE_H
#define MEMRIG_COMMON_SIZE_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/util.h"

/*
 * Sizes as people write them: "64M" (binary suffixes K M G T, or plain bytes),
 * "120% of node 0", "50% of ram", "80% of limit". Shares are resolved on the
 * machine that runs the cell, from what its nodes really have.
 */
enum size_base {
	SIZE_ABSOLUTE,
	SIZE_OF_NODE,  /* of MemTotal of one node */
	SIZE_OF_RAM,   /* of MemTotal of the machine */
	SIZE_OF_LIMIT, /* of memory.max of the group (memory.high where max is "max") */
};

struct size {
	enum size_base base;
	unsigned node;	    /* SIZE_OF_NODE */
	uint64_t bytes;	    /* SIZE_ABSOLUTE */
	uint32_t permyriad; /* shares: 1 % is 100 */
};

/* What shares are resolved against; limit_bytes is 0 where there is no limit. */
struct size_env {
	unsigned n_nodes;
	uint64_t node_bytes[MAX_NODES];
	uint64_t ram_bytes;
	uint64_t limit_bytes;
};

/* Returns 0, -EINVAL (not a size: trailing text, unknown suffix, negative) or -ERANGE. */
int size_parse(const char *text, struct size *ret, struct error *err);

/* Returns 0 or -EINVAL (no such node, no limit). The result is rounded down to 4096. */
int size_resolve(const struct size *size, const struct size_env *env, uint64_t *ret, struct error *err);

/* "100ms", "2s", "1.5s", "250us", "3min" to nanoseconds. A number without a unit is -EINVAL. */
int duration_parse(const char *text, uint64_t *ret_ns, struct error *err);

/* "322.5 MiB", "0", "512 B": for people. buf of at least 16 bytes. Returns buf. */
char *size_format(uint64_t bytes, char *buf, size_t room);

/* "12.3 s", "450 ms": for people. Returns buf. */
char *duration_format(uint64_t ns, char *buf, size_t room);

/* A list of node or CPU numbers as the kernel writes it, "0-1,3", below 64.
 * Returns 0 or -EINVAL. An empty list is -EINVAL. */
int idlist_parse(const char *text, uint64_t *ret_mask);

/* The reverse; returns buf. */
char *idlist_format(uint64_t mask, char *buf, size_t room);

#endif
