/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_CACHE_H
#define MEMRIG_RUNNER_LAB_CACHE_H

#include <jansson.h>
#include <stdbool.h>

#include "runner/lab/snapshot.h"

/*
 * Snapshots that outlive a run: directories below $CACHE/snapshots, each named
 * after a hash of everything that could change the guest. They are written
 * under another name and renamed; two processes that make the same one at once
 * do the work twice, and the first stays. What does not have the contents its
 * manifest says is removed and made again.
 *
 *   KEY/manifest.json  what it is of, and size and checksum of each file
 *   KEY/{node0,...,state,swap,disk}
 */
#define CACHE_KEY_ROOM 65
#define CACHE_LIMIT    (4ULL << 30) /* bytes on disk; $MEMRIG_SNAPSHOT_LIMIT says otherwise ("2G", "0": keep none) */

/* Kernel, machine, data files and QEMU's arguments in words: equal text, equal guest, as far as one process goes. The caller
 * frees it. */
char *cache_describe(const struct snapshot_spec *spec);

/* The hash of that text and of the contents of everything it names. */
int cache_key(const struct snapshot_spec *spec, char *ret, struct error *err);

/* Where snapshot_create() is to put the files of one that will be kept; NULL when there is no writable cache. The
 * caller frees it. */
char *cache_dir(void);

/* Opens a snapshot and marks it as used. -ENOENT when there is none, or one that was damaged and has been removed. */
int cache_open(const char *key, const struct machine *machine, struct snapshot *ret, struct error *err);

/* Removes one that turned out to be of no use. */
void cache_remove(const char *key);

/* Keeps a snapshot, and makes room for it. Its files stay open. */
int cache_keep(const char *key, const struct snapshot_spec *spec, const struct snapshot *snapshot, struct error *err);

/* [{"key","kernel","machine","bytes","used"}...], the one used last first. New reference. */
json_t *cache_list(void);

/* Removes those used least recently until the rest takes at most `limit` bytes; *ret_removed counts. */
int cache_prune(uint64_t limit, size_t *ret_removed, uint64_t *ret_bytes, struct error *err);

#endif
