/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/explain_marks.h"

#include "common/size.h"
#include "common/util.h"
#include "results/table.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* What the record says; NULL when it is none to be marked. */
static char *mark_text(const json_t *record)
{
	const char *type = record_text(record, "type", ""), *workload = record_text(record, "workload", NULL);

	if (streq(type, "event"))
		return xasprintf("%s %s", workload ? workload : "?", record_text(record, "state", "?"));
	if (streq(type, "oom"))
		return xasprintf("%s killed, out of memory (%s)", workload ? workload : record_text(record, "victim", "?"),
				 record_text(record, "constraint", "?"));
	if (streq(type, "outcome") && !streq(record_text(record, "outcome", ""), "completed"))
		return xasprintf("%s %s", workload ? workload : "?", record_text(record, "outcome", "?"));
	return NULL;
}

void marks_make(const struct timeline *t, struct mark_list *ret)
{
	size_t i;
	const json_t *record;

	*ret = (struct mark_list){ 0 };
	json_array_foreach (t->records, i, record) {
		uint64_t at = record_u64(record, "t_ns", 0);
		char *text = mark_text(record);

		if (!text)
			continue;
		ret->list = xrealloc(ret->list, (ret->n + 1) * sizeof(*ret->list));
		ret->list[ret->n] = (struct mark){ at > t->begin_ns ? at - t->begin_ns : 0, text,
						   !streq(record_text(record, "type", ""), "event"),
						   ret->n < strlen(letters) ? letters[ret->n] : ' ' };
		ret->n++;
	}
}

void marks_release(struct mark_list *marks)
{
	for (size_t i = 0; i < marks->n; i++)
		free(marks->list[i].text);
	free(marks->list);
	*marks = (struct mark_list){ 0 };
}

void marks_print_line(FILE *out, const struct mark_list *marks, uint64_t slot_ns, size_t n_slots, int indent)
{
	_cleanup_free_ char *line = xcalloc(n_slots + 1, 1);

	if (marks->n == 0)
		return;
	memset(line, ' ', n_slots);
	for (size_t i = 0; i < marks->n; i++) {
		size_t slot = MIN(marks->list[i].at_ns / slot_ns, n_slots - 1);

		if (line[slot] == ' ')
			line[slot] = marks->list[i].letter;
	}
	fprintf(out, "%*s%s\n", indent, "", line);
}

void marks_print_legend(FILE *out, const struct mark_list *marks, const struct compare_options *options)
{
	_cleanup_free_ char *text = xstrdup("");

	for (size_t i = 0; i < marks->n; i++) {
		const struct mark *mark = &marks->list[i];
		_cleanup_free_ char *before = text;
		char at[32];

		text = xasprintf("%s%s%c %s: %s", before, *before ? "; " : "", mark->letter,
				 duration_format(mark->at_ns, at, sizeof(at)), mark->text);
	}
	if (*text)
		text_wrap(out, text, options->width, 2, 2);
}

json_t *marks_json(const struct mark_list *marks)
{
	json_t *list = json_array();

	for (size_t i = 0; i < marks->n; i++)
		json_array_append_new(list, json_pack("{s:I, s:s}", "at_ns", (json_int_t)marks->list[i].at_ns, "text",
						      marks->list[i].text));
	return list;
}
