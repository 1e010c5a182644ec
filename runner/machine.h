/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_MACHINE_H
#define MEMRIG_RUNNER_MACHINE_H

#include "common/error.h"
#include "results/stream.h"
#include "runner/topology.h"

/*
 * What verdicts must know of a machine beside its counters, as records of the
 * stream: of a cell's guest, of a host that is watched, or of a captured tree
 * (`root` is put before /proc and /sys).
 */

/* One "machine" record. `cgroup` is "v1", "hybrid" or "v2". What cannot be read is left out. Returns 0 or the stream's
 * error. */
int machine_record(const char *root, const struct topology *topology, const char *cgroup, struct stream_writer *out);

/* A "zone" record for each zone that has pages, with the watermarks as they are without their boost. Returns 0, or a
 * negative errno when /proc/zoneinfo cannot be read. */
int machine_record_zones(const char *root, struct stream_writer *out, struct error *err);

/* [{"device":...,"kind":"zram","size_bytes":...,"priority":-2}] of /proc/swaps; empty without swap. New reference. */
json_t *machine_swaps_json(const char *root);

#endif
