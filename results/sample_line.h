/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_SAMPLE_LINE_H
#define MEMRIG_RESULTS_SAMPLE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The sample records of a stream, which are nearly all of it, read without a
 * document in between:
 *
 *   {"type":"sample","t_ns":1000,"set":[column,value,column,value]}
 *
 * in exactly the form that the writer gives them. Whatever is not of that form,
 * be it JSON or not, is left to the reader of JSON.
 */
struct sample_line {
	uint64_t t_ns;
	uint64_t *numbers; /* n of them: columns and values by turns; owned, kept for the next line */
	size_t n, room;
};

/* Returns whether the line (without its newline) was one; *ret is of no use when not. */
bool sample_line_parse(const char *line, size_t len, struct sample_line *ret);
void sample_line_release(struct sample_line *sample);

#endif
