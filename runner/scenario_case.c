/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "case": the story of a scenario that comes from somebody's trouble. Read by people and by what makes docs/cases.md;
 * nothing of it changes a run.
 */
#include "runner/scenario_parts.h"

#include "common/util.h"

static json_t *symptoms_schema(void)
{
	return json_pack("{s:{s:s}, s:i}", "items", "type", "string", "minItems", 1);
}

static void read_symptom(const struct form_value *value, size_t index, void *into)
{
	(void)index;
	(void)into;
	if (!*json_string_value(value->json))
		form_fail(value, "say what is seen, as \"it swaps although memory is free\"", "is empty");
	form_check_line(value, NULL);
}

static void read_symptoms(const struct form_value *value, void *into)
{
	if (json_array_size(value->json) == 0)
		form_fail(value, "say what is seen, as \"it swaps although memory is free\"", "is empty");
	form_read_list(value, FORM_STRING, read_symptom, into);
}

static const struct form_field fields[] = {
	{ "symptoms", FORM_ARRAY, true, read_symptoms, 0, symptoms_schema, "what somebody sees who has it, in their words" },
	{ "seen", FORM_STRING, false, form_check_line, 0, NULL, "the real machine and its figures" },
	{ "scaled", FORM_STRING, false, form_check_line, 0, NULL, "what became of them here" },
	{ "expected", FORM_STRING, false, form_check_line, 0, NULL, "what happens, and on which LRU" },
	{ "fix", FORM_STRING, false, form_check_line, 0, NULL, "what to change" },
	{ 0 },
};

void case_read(const struct form_value *value, void *into)
{
	form_read_object(value, fields, NULL, into);
}

json_t *case_schema(void)
{
	return form_schema(fields);
}

const char *const scenario_case_texts[] = { "seen", "scaled", "expected", "fix", NULL };
