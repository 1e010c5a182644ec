/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_STORE_CHECK_H
#define MEMRIG_RESULTS_STORE_CHECK_H

#include <stddef.h>

#include "results/store.h"
#include "results/store_sums.h"

/*
 * Is everything in the store as it was written? Checksums (SHA256SUMS), schema
 * versions, streams that decompress and have the SHA-256 their summary states,
 * tags that name a run, and the index against the directories. Reads every byte;
 * changes nothing but the index, which follows the directories.
 */
struct store_checked {
	size_t runs, cells, findings;
	size_t without_sums; /* runs of a memrig that wrote none; not a finding */
};

/* `found` is called for each finding. 0, or a negative errno when it could not be done. */
int store_check(const struct store *store, store_finding_fn found, void *opaque, struct store_checked *ret, struct error *err);

#endif
