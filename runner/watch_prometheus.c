/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text form of https://prometheus.io/docs/instrumenting/exposition_formats/ */
#include "runner/watch_output.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

#include "common/file.h"

/* Label values: backslash, quote and newline are escaped. */
static void print_label(FILE *out, const char *name, const char *value)
{
	fprintf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', out);
		if (*value == '\n')
			fputs("\\n", out);
		else
			fputc(*value, out);
	}
	fputc('"', out);
}

static void print_head(FILE *out, const char *prefix, const char *metric, const char *type, const char *help)
{
	fprintf(out, "# HELP memrig_%s%s %s\n# TYPE memrig_%s%s %s\n", prefix, metric, help, prefix, metric, type);
}

/* One series: a member of a table's list, or the machine (label NULL). */
struct series {
	const char *label, *value;
	const struct watch_values *v;
};

/* All of a metric's series together, after its head. */
static void print_table(FILE *out, const char *prefix, const struct watch_figure *table, const struct series *list,
			size_t n)
{
	for (size_t i = 0; table[i].key; i++) {
		bool any = false;

		for (size_t k = 0; k < n; k++) {
			double value = list[k].v->total[i];

			if (isnan(value))
				continue;
			if (!any)
				print_head(out, prefix, table[i].metric,
					   table[i].kind == FIGURE_LEVEL ? "gauge" : "counter", table[i].help);
			any = true;
			fprintf(out, "memrig_%s%s", prefix, table[i].metric);
			if (list[k].label) {
				fputc('{', out);
				print_label(out, list[k].label, list[k].value);
				fputc('}', out);
			}
			fprintf(out, " %.15g\n", value);
		}
	}
}

static void print_whole(FILE *out, const char *prefix, const struct watch_figure *table, const struct watch_values *v)
{
	const struct series one = { NULL, NULL, v };

	print_table(out, prefix, table, &one, 1);
}

static void print_nodes(FILE *out, const struct watch_frame *frame)
{
	struct series list[MAX_NODES];
	char numbers[MAX_NODES][8];

	for (size_t i = 0; i < frame->n_nodes; i++) {
		snprintf(numbers[i], sizeof(numbers[i]), "%u", frame->nodes[i].node);
		list[i] = (struct series){ "node", numbers[i], &frame->nodes[i].v };
	}
	print_table(out, "node_", watch_node_figures, list, frame->n_nodes);
}

static void print_groups(FILE *out, const struct watch_frame *frame)
{
	_cleanup_free_ struct series *list = xcalloc(frame->n_groups + 1, sizeof(*list));

	for (size_t i = 0; i < frame->n_groups; i++)
		list[i] = (struct series){ "group", frame->groups[i].name, &frame->groups[i].v };
	print_table(out, "group_", watch_group_figures, list, frame->n_groups);
}

/* A series must not be there twice: two findings may differ in what is no label. */
static void print_verdicts(FILE *out, const struct watch_frame *frame)
{
	json_t *seen = json_object();
	size_t i;
	const json_t *verdict;

	print_head(out, "", "verdict", "gauge", "1 for each verdict found in the window.");
	json_array_foreach (frame->verdicts, i, verdict) {
		const json_t *node = json_object_get(verdict, "node");
		const char *group = record_text(json_object_get(verdict, "evidence"), "group", NULL);
		_cleanup_free_ char *key = watch_verdict_key(verdict);

		if (json_object_get(seen, key))
			continue;
		json_object_set_new(seen, key, json_true());
		fputs("memrig_verdict{", out);
		print_label(out, "name", record_text(verdict, "name", ""));
		fputc(',', out);
		print_label(out, "cause", record_text(verdict, "cause", ""));
		if (json_is_integer(node))
			fprintf(out, ",node=\"%d\"", (int)json_integer_value(node));
		if (group) {
			fputc(',', out);
			print_label(out, "group", group);
		}
		fputs("} 1\n", out);
	}
	json_decref(seen);
}

char *watch_prometheus_text(const struct watch_frame *frame)
{
	char *text = NULL;
	size_t len;
	FILE *out = xmemstream(&text, &len);

	print_nodes(out, frame);
	print_whole(out, "swap_", watch_swap_figures, &frame->swap);
	print_whole(out, "reclaim_", watch_reclaim_figures, &frame->reclaim);
	print_whole(out, "pressure_", watch_psi_figures, &frame->psi);
	print_groups(out, frame);
	print_verdicts(out, frame);
	xmemclose(out, &text);
	return text;
}

/* No fsync: after a crash there is a new sample, and one a second would keep the disk busy. */
int watch_prometheus_write(const char *path, const struct watch_frame *frame, struct error *err)
{
	_cleanup_free_ char *text = watch_prometheus_text(frame), *temporary = xasprintf("%s.XXXXXX", path);
	_cleanup_close_ int fd = mkstemp(temporary);
	size_t len = strlen(text);
	int r = 0;

	if (fd < 0)
		return error_set_errno(err, -errno, temporary, "cannot write");
	/* The collector is another user. */
	if (write(fd, text, len) != (ssize_t)len || fchmod(fd, 0644) < 0)
		r = error_set_errno(err, errno ? -errno : -EIO, temporary, "cannot write");
	else if (rename(temporary, path) < 0)
		r = error_set_errno(err, -errno, path, "cannot put it in place");
	if (r < 0)
		unlink(temporary);
	return r;
}
