/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_REPORT_ASSETS_H
#define MEMRIG_RESULTS_REPORT_ASSETS_H

/* The page's style sheets and scripts, as they stand in the source tree, NUL-terminated. */
extern const char asset_style[], asset_script[], asset_uplot_style[], asset_uplot_script[];

#endif
