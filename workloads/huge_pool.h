/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_HUGE_POOL_H
#define MEMRIG_WORKLOADS_HUGE_POOL_H

#include <stdint.h>

#include "common/error.h"

/*
 * The pools of 2 MiB hugetlb pages of the nodes, below root. Nodes are a mask;
 * 0 is all that have memory. The pages are spread over them evenly.
 */
#define HUGE_PAGE_BYTES (2ULL * 1024 * 1024)

/* Adds pages to the pools. Where they cannot all be had, none are kept: -ENOMEM, or what the files say. */
int huge_pool_grow(const char *root, uint64_t nodes, uint64_t pages, struct error *err);

/* Takes as many away again. */
int huge_pool_shrink(const char *root, uint64_t nodes, uint64_t pages, struct error *err);

#endif
