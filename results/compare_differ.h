/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_COMPARE_DIFFER_H
#define MEMRIG_RESULTS_COMPARE_DIFFER_H

#include <jansson.h>

/*
 * In what else two runs differ, as sentences: a difference between them may be
 * of memrig, of QEMU or of the machine. The kernel is not among it, it is what
 * may be compared. An empty list when they are alike, or `other` is NULL. New
 * reference.
 */
json_t *compare_warnings(const json_t *run, const json_t *other);

#endif
