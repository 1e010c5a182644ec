/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_BLOCKS_H
#define MEMRIG_WORKLOADS_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "workloads/content.h"
#include "workloads/workload.h"

/* What the workloads that read and write in blocks share. All return 0 or a negative errno. */

/* -EIO when the file ends before n bytes. */
int blocks_read(int fd, void *data, size_t n, uint64_t at);
int blocks_write(int fd, const void *data, size_t n, uint64_t at);

/* For the whole file; with "random" the kernel reads what is asked for and nothing ahead. */
int blocks_set_readahead(int fd, enum file_readahead readahead);

/* Lets the page cache forget a range. What is dirty must be on the disk before: dirty pages stay. */
int blocks_drop(int fd, uint64_t at, uint64_t n);
int blocks_write_back(int fd, uint64_t at, uint64_t n);

/* Pages of a block of the options; buffers for one in each thread, aligned to pages, for free() (NULL without memory); and
 * the calling thread's. */
uint64_t blocks_pages(const struct workload_params *params);
void *blocks_buffer(const struct workload_params *params);
void *blocks_mine(const struct workload_params *params, void *buffer);

/* The index is the order: 4 KiB << index. */
extern const char *const blocks_sizes[], *const blocks_readaheads[];

#define BLOCKS_OPTION_BLOCK                                                                                    \
	{                                                                                                      \
		"block", OPTION_CHOICE, offsetof(struct workload_params, block), .fallback = "64K",            \
		.choices = blocks_sizes, .doc = "how much one call asks for; an access is one block"           \
	}

#define BLOCKS_OPTION_READAHEAD                                                                                \
	{                                                                                                      \
		"readahead", OPTION_CHOICE, offsetof(struct workload_params, readahead), .fallback = "normal", \
		.choices = blocks_readaheads,                                                                  \
		.doc = "what the kernel is told by posix_fadvise(); random reads nothing ahead"                \
	}

#endif
