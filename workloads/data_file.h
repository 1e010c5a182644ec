/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_WORKLOADS_DATA_FILE_H
#define MEMRIG_WORKLOADS_DATA_FILE_H

#include <stdint.h>

#include "common/error.h"
#include "workloads/content.h"
#include "workloads/workload.h"

/*
 * The data file of a file workload. Its content depends on its name and the
 * compressibility only, never on the workload's seed: workloads that name the
 * same file share it, and a longer one serves a smaller workload.
 */

/* Makes the file, or lengthens one that is too short. It is on the disk and not in memory afterwards. */
int data_file_prepare(const struct workload_env *env, struct error *err);

/* For workload_kind.disk_bytes. */
uint64_t data_file_bytes(const struct workload_env *env);

/* Opens it for a run. Returns the descriptor or a negative errno. */
int data_file_open(const struct workload_env *env, int flags, struct error *err);

void data_file_content(const struct workload_env *env, struct content *ret);

#define DATA_FILE_OPTION                                                                                       \
	{                                                                                                      \
		"file", OPTION_FILENAME, offsetof(struct workload_params, file), .fallback = "",               \
		.doc = "name of the data file; workloads that give the same name share it"                     \
	}

#endif
