/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/families.h"

/*
 * Dirty page cache. A limit is either a ratio or a number of bytes: writing
 * one zeroes the other, so each names its twin.
 */
static const struct tunable tunables[] = {
	{ .key = "vm.dirty_background_ratio",
	  .type = TUNABLE_INT,
	  .max = 100,
	  .twin = "vm.dirty_background_bytes",
	  .doc = "percent of available memory that may be dirty before write-back starts" },
	{ .key = "vm.dirty_background_bytes",
	  .type = TUNABLE_BYTES,
	  .min = 1,
	  .max = INT64_MAX,
	  .twin = "vm.dirty_background_ratio",
	  .doc = "the same in bytes, or \"64M\", or \"64M at most 5%\" of RAM" },
	{ .key = "vm.dirty_ratio",
	  .type = TUNABLE_INT,
	  .max = 100,
	  .twin = "vm.dirty_bytes",
	  .doc = "percent of available memory that may be dirty before writers must wait" },
	{ .key = "vm.dirty_bytes",
	  .type = TUNABLE_BYTES,
	  .min = 8192,
	  .max = INT64_MAX,
	  .twin = "vm.dirty_ratio",
	  .doc = "the same in bytes, at least two pages, or \"64M\", or \"64M at most 5%\" of RAM" },
	{ .key = "vm.dirty_expire_centisecs",
	  .type = TUNABLE_INT,
	  .max = INT32_MAX,
	  .doc = "age in 1/100 s at which dirty pages are written" },
	{ .key = "vm.dirty_writeback_centisecs",
	  .type = TUNABLE_INT,
	  .max = INT32_MAX,
	  .doc = "pause in 1/100 s between looks for old dirty pages; 0: never look" },
	{ 0 },
};

const struct tuner tuner_writeback = { "writeback", tunables };
