/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

/* The averages lag and can be had from the totals. */
void probe_parse_psi(struct probe_cursor *c, const char *text)
{
	for (const char *line = text; *line; line = text_next_line(line)) {
		struct span key = text_word(line, ' ');
		const char *word = line + key.len;
		uint64_t value;

		while (*word == ' ' && strncmp(word, " total=", 7) != 0)
			word += 1 + text_word(word + 1, ' ').len;
		if (*word == ' ' && text_number(word + 7, &value))
			probe_put(c, SPAN(""), key, "_us", value);
	}
}

const struct probe probes_psi[] = {
	{ PROBE_SYSTEM, "/proc/pressure/memory", "psi.memory.", probe_parse_psi, 0 },
	{ PROBE_SYSTEM, "/proc/pressure/io", "psi.io.", probe_parse_psi, 0 },
	{ PROBE_SYSTEM, "/proc/pressure/cpu", "psi.cpu.", probe_parse_psi, 0 },
	{ 0 },
};
