/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

#include "common/util.h"

enum { DIGITS_MAX = 20 }; /* so many may not fit; and what a stream can tell ends one digit before */

const char *text_number(const char *p, uint64_t *ret)
{
	uint64_t value = 0;
	const char *first;

	while (*p == ' ' || *p == '\t')
		p++;
	if (*p < '0' || *p > '9')
		return NULL;
	for (first = p; *p >= '0' && *p <= '9'; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	*ret = p - first < DIGITS_MAX ? value : UINT64_MAX;
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

	/* Control characters as one: two comparisons a character, in what is most of the parsing. */
	while ((unsigned char)*end > ' ' && *end != stop)
		end++;
	return (struct span){ p, (size_t)(end - p) };
}

struct span text_zone(const char *line, const char *between, char *buf, size_t room, const char **ret_rest)
{
	size_t gap = strlen(between);
	struct span node, zone;

	if (strncmp(line, "Node ", 5) != 0)
		return (struct span){ buf, 0 };
	node = text_word(line + 5, ',');
	line = node.at + node.len;
	if (strncmp(line, ", zone ", 7) != 0)
		return (struct span){ buf, 0 };
	line += 7;
	zone = text_word(line + strspn(line, " "), ' ');
	if (4 + node.len + gap + zone.len > room)
		return (struct span){ buf, 0 };
	memcpy(buf, "node", 4);
	memcpy(buf + 4, node.at, node.len);
	memcpy(buf + 4 + node.len, between, gap);
	memcpy(buf + 4 + node.len + gap, zone.at, zone.len);
	if (ret_rest)
		*ret_rest = zone.at + zone.len;
	return (struct span){ buf, 4 + node.len + gap + zone.len };
}

bool text_process_stat(const char *text, uint64_t *ret_fields)
{
	uint64_t fields[STAT_FIELDS] = { 0 };
	const char *p = strrchr(text, ')');

	if (!p || p[1] != ' ' || !p[2])
		return false;
	fields[STAT_STATE] = (unsigned char)p[2];
	p += 3;
	for (int i = STAT_STATE + 1; i < STAT_FIELDS; i++) {
		p += strspn(p, " -"); /* the terminal's group may be -1 */
		p = text_number(p, &fields[i]);
		if (!p)
			return false;
	}
	memcpy(ret_fields, fields, sizeof(fields));
	return true;
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
		probe_put(c, SPAN(""), key, kb ? "_bytes" : "", kb ? text_kib(value) : value);
		line = end;
	}
}

void probe_parse_byte_count(struct probe_cursor *c, const char *text)
{
	uint64_t value;

	if (text_number(text, &value))
		probe_put(c, SPAN(""), SPAN(""), "_bytes", value);
}
