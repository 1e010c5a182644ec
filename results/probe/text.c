/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

const char *text_number(const char *p, uint64_t *ret)
{
	uint64_t value = 0;

	while (*p == ' ' || *p == '\t')
		p++;
	if (*p < '0' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9'; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	*ret = value;
	return p;
}

const char *text_next_line(const char *p)
{
	while (*p && *p != '\n')
		p++;
	return *p ? p + 1 : p;
}

struct span text_word(const char *p, char stop)
{
	const char *end = p;

	while (*end && *end != '\n' && *end != ' ' && *end != stop)
		end++;
	return (struct span){ p, (size_t)(end - p) };
}

void probe_parse_pairs(struct probe_cursor *c, const char *text)
{
	for (const char *line = text; *line; line = text_next_line(line)) {
		struct span key = text_word(line, ' ');
		const char *end;
		uint64_t value;

		end = text_number(key.at + key.len, &value);
		if (!end || !key.len)
			continue;
		probe_put(c, SPAN(""), key, "", value);
		line = end;
	}
}

void probe_parse_meminfo(struct probe_cursor *c, const char *text)
{
	for (const char *line = text; *line; line = text_next_line(line)) {
		uint64_t value;
		struct span key;
		const char *end;
		bool kb;

		if (strncmp(line, "Node ", 5) == 0) {
			end = text_number(line + 5, &value);
			if (!end || *end != ' ')
				continue;
			line = end + 1;
		}
		key = text_word(line, ':');
		if (!key.len || key.at[key.len] != ':')
			continue;
		end = text_number(key.at + key.len + 1, &value);
		if (!end)
			continue;
		kb = strncmp(end, " kB", 3) == 0;
		probe_put(c, SPAN(""), key, kb ? "_bytes" : "", kb ? value * 1024 : value);
		line = end;
	}
}

void probe_parse_byte_count(struct probe_cursor *c, const char *text)
{
	uint64_t value;

	if (text_number(text, &value))
		probe_put(c, SPAN(""), SPAN(""), "_bytes", value);
}
