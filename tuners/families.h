/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TUNERS_FAMILIES_H
#define MEMRIG_TUNERS_FAMILIES_H

#include "tuners/tuner.h"

/* One a file; their order of application is that of `tuners` in tuner.c. */
extern const struct tuner tuner_thp, tuner_lru_gen, tuner_numa, tuner_ksm, tuner_zswap, tuner_commit,
	tuner_oom, tuner_writeback, tuner_watermark, tuner_zone_reclaim, tuner_swap;

#endif
