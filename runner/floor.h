/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_FLOOR_H
#define MEMRIG_RUNNER_FLOOR_H

#include <stdint.h>

#include "common/util.h"

/*
 * Whether the rest of the system runs short of memory, looked at by itself and
 * not by the samples, which may be far apart. Two things end a cell:
 * MemAvailable below the floor for 2 s, and the root's "full" pressure
 * (/proc/pressure/memory: nobody who wanted to run could) in half of the time
 * or more, for 10 s on end. Looking is two pread(2), and allocates nothing.
 */
enum floor_state {
	FLOOR_FINE,
	FLOOR_SHORT,   /* below the floor since this look; said once */
	FLOOR_STARVED, /* and for 2 s by now: the cell must end */
	FLOOR_STALLED, /* full pressure for 10 s: the cell must end */
};

#define FLOOR_LOOK_NS	 (200 * NSEC_PER_MSEC)
#define FLOOR_STARVED_NS (2 * NSEC_PER_SEC)
#define FLOOR_STALLED_NS (10 * NSEC_PER_SEC)

struct floor {
	int meminfo_fd, pressure_fd; /* -1: not there, and not looked at */
	uint64_t bytes;		     /* of MemAvailable; 0: no floor */
	uint64_t next_ns;	     /* when to look again */
	uint64_t short_since_ns;     /* 0: it is not */
	uint64_t window_ns, full_us; /* when the second of pressure began, and with how much; 0: none has */
	uint64_t stalled_since_ns;   /* 0: it is not */
};

#define FLOOR_NONE ((struct floor){ .meminfo_fd = -1, .pressure_fd = -1, .next_ns = UINT64_MAX })

/* Below root ("" is the machine's own). A file that is not there is not looked at: kernels may be without PSI. */
void floor_open(const char *root, uint64_t bytes, struct floor *ret);
void floor_close(struct floor *floor);

/* At the time now_ns; before floor->next_ns it is FLOOR_FINE. Once the cell must end it looks no more. */
enum floor_state floor_look(struct floor *floor, uint64_t now_ns);

#endif
