/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_WATCH_H
#define MEMRIG_RUNNER_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* A host looked at while it runs: samples, judges and shows until it is told to stop. Changes nothing. */
enum watch_form {
	WATCH_VIEW,  /* the whole terminal; lines where it has no terminal that it knows */
	WATCH_LINES, /* a line a sample */
	WATCH_JSON,  /* a document a line */
};

struct watch_options {
	const char *root; /* put before /proc and /sys; "" is this machine */
	enum watch_form form;
	bool once;   /* two samples, one interval apart, and what they show */
	bool color;
	uint64_t interval_ns;
	uint64_t for_ns;    /* 0: until a signal or q */
	uint64_t window_ns; /* what verdicts are about */
	size_t most_groups;
	const char *prometheus; /* file to keep up to date, or NULL */
};

#define WATCH_INTERVAL_NS NSEC_PER_SEC
#define WATCH_WINDOW_NS	  (60 * NSEC_PER_SEC)
#define WATCH_RESCAN_NS	  (5 * NSEC_PER_SEC)
#define WATCH_GROUPS	  32

/*
 * Returns 0, or a negative errno: -EOPNOTSUPP where /proc/vmstat cannot be read. *ret_signal is the signal that
 * ended it, 0 when its time was up or q was pressed. The terminal is as it was in every case.
 */
int watch_run(const struct watch_options *options, int *ret_signal, struct error *err);

#endif
