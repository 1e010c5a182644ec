/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/verdict/finding.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/util.h"

json_t *finding_add(json_t *found, const struct verdict *verdict, const char *cause, const char *summary, ...)
{
	const struct verdict_cause *row = verdict_find_cause(verdict, cause);
	_cleanup_free_ char *doc = xasprintf("docs/verdicts.md#%s", verdict->name);
	json_t *finding = json_object();
	char text[512];
	va_list args;

	assert(row);
	va_start(args, summary);
	vsnprintf(text, sizeof(text), summary, args);
	va_end(args);
	json_object_set_new(finding, "name", json_string(verdict->name));
	json_object_set_new(finding, "cause", json_string(cause));
	json_object_set_new(finding, "summary", json_string(text));
	json_object_set_new(finding, "fix", json_string(row->fix));
	json_object_set_new(finding, "doc", json_string(doc));
	json_object_set_new(finding, "evidence", json_object());
	json_array_append_new(found, finding);
	return finding;
}

void finding_u64(json_t *finding, const char *key, uint64_t value)
{
	json_object_set_new(json_object_get(finding, "evidence"), key, json_integer((json_int_t)value));
}

void finding_ratio(json_t *finding, const char *key, double value)
{
	json_object_set_new(json_object_get(finding, "evidence"), key, json_real(round(value * 1000) / 1000));
}

void finding_text(json_t *finding, const char *key, const char *value)
{
	if (value)
		json_object_set_new(json_object_get(finding, "evidence"), key, json_string(value));
}

void finding_node(json_t *finding, unsigned node)
{
	json_object_set_new(finding, "node", json_integer(node));
	finding_u64(finding, "node", node);
}

void finding_window(json_t *finding, uint64_t first_ns, uint64_t duration_ns)
{
	finding_u64(finding, "first_ns", first_ns);
	finding_u64(finding, "duration_ns", duration_ns);
}
