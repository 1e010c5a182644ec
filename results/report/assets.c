/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/report/assets.h"

/* The assembler puts a file into the program as it is. Paths are from the top of the source tree, where the compiler runs;
 * the Makefile names the files as what this one is made of. */
#define EMBED(name, file)                       \
	__asm__(".section .rodata\n"            \
		".global " #name "\n"           \
		#name ":\n"                     \
		".incbin \"" file "\"\n"        \
		".byte 0\n"                     \
		".previous\n")

EMBED(asset_style, "results/report/report.css");
EMBED(asset_script, "results/report/report.js");
EMBED(asset_uplot_style, "results/report/third_party/uplot/uPlot.min.css");
EMBED(asset_uplot_script, "results/report/third_party/uplot/uPlot.iife.min.js");
