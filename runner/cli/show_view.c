/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/show_view.h"

#include <errno.h>

#include "common/size.h"
#include "common/util.h"
#include "results/store.h"
#include "results/view.h"
#include "runner/cli/cli.h"
#include "runner/cli/stored.h"

/* What the moment is: of the cell's clock, which begins with its first workload. */
struct moment {
	uint64_t at_ns, sample_ns;
};

static int find_view(const char *name, const struct view **ret, struct error *err)
{
	_cleanup_free_ char *names = xstrdup("");

	*ret = name ? view_find(name) : &views[0];
	if (*ret)
		return 0;
	for (const struct view *view = views; view->name; view++) {
		char *longer = xasprintf("%s%s%s", names, *names ? ", " : "", view->name);

		free(names);
		names = longer;
	}
	error_set(err, -EINVAL, "--as", "there is no view '%.60s'", name);
	error_hint(err, "there are: %s", names);
	return -EINVAL;
}

static int load(const json_t *run, const char *cell, struct timeline **ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = store_read_stream(record_text(run, "path", ""), cell, &text, &len, err);

	return r < 0 ? r : timeline_parse(text, len, ret, err);
}

static int print_json(const struct view *view, const struct view_table *table, const struct moment *moment,
		      const json_t *run, const char *cell)
{
	json_t *document = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:O}", "schema", "memrig.view/1", "run",
				     record_text(run, "run", ""), "cell", cell, "view", view->name, "at_ns",
				     (json_int_t)moment->at_ns, "sample_ns", (json_int_t)moment->sample_ns, "rows", table->rows);
	int r = cli_json(document);

	json_decref(document);
	return r < 0 ? EXIT_BROKEN : EXIT_DONE;
}

static int print_text(const struct view_table *table, const struct moment *moment, const char *cell)
{
	struct compare_options options = stored_text_options();
	struct table_style style = { options.utf8, options.width, 4, false };
	struct table text;

	printf("%s, sample of %.3f s\n\n", cell, (double)moment->sample_ns / 1e9);
	view_text(table, &text);
	table_print(stdout, &text, &style);
	table_release(&text);
	return stored_written();
}

static int print(const struct show_view *request, const struct view *view, const struct timeline *t, uint64_t at_ns,
		 size_t sample, const json_t *run, const char *cell)
{
	/* The first sample comes just before the clock starts. */
	struct moment moment = { at_ns, t->times[sample] > t->begin_ns ? t->times[sample] - t->begin_ns : 0 };
	struct view_table table;
	int r;

	view_make(view, t, sample, &table);
	r = request->json ? print_json(view, &table, &moment, run, cell) : print_text(&table, &moment, cell);
	view_release(&table);
	return r;
}

int show_view(const struct show_view *request, const json_t *run, const char *cell)
{
	const struct view *view = NULL;
	struct timeline *t = NULL;
	struct error err = { 0 };
	uint64_t at_ns = 0;
	size_t sample = 0;
	int r;

	if (!request->at) {
		error_set(&err, -EINVAL, "--as", "a view is of a moment, and none is given");
		error_hint(&err, "add --at 2s, or another time since the cell's begin");
		return stored_failed(-EINVAL, &err);
	}
	if (!cell) {
		error_set(&err, -EINVAL, "--at", "a run has no clock of its own, its cells have");
		error_hint(&err, "name one as RUN/CELL");
		return stored_failed(-EINVAL, &err);
	}
	r = duration_parse(request->at, &at_ns, &err);
	if (r == 0)
		r = find_view(request->as, &view, &err);
	if (r == 0 && (r = load(run, cell, &t, &err)) < 0) {
		cli_error(&err);
		return EXIT_BROKEN;
	}
	if (r == 0)
		r = view_sample(t, at_ns, &sample, &err);
	if (r != 0)
		r = stored_failed(r == -ERANGE || r == -ENODATA ? -EINVAL : r, &err);
	else
		r = print(request, view, t, at_ns, sample, run, cell);
	timeline_free(t);
	return r;
}
