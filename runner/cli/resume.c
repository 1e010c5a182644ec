/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/resume.h"

#include <errno.h>

#include "common/file.h"
#include "common/util.h"

#define MAX_CONSOLE ((size_t)64 << 20)

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

int resume_open(const struct store *store, const char *what, struct resume *ret, struct error *err)
{
	struct resume resume = { 0 };
	_cleanup_free_ char *file = NULL;
	int r = store_find(store, what, &resume.path, err);

	if (r < 0)
		return r;
	file = xasprintf("%s/run.json", resume.path);
	r = store_read_json(resume.path, "run.json", &resume.run, err);
	if (r == 0 && streq(text_of(resume.run, "status"), "finished"))
		r = error_set(err, -ENODATA, resume.path, "the run is finished, there is nothing to resume");
	else if (r == 0 && json_array_size(resume_argv(&resume)) < 2)
		r = error_set(err, -EINVAL, file, "does not say what was run");
	if (r < 0)
		resume_close(&resume);
	else
		*ret = resume;
	return r;
}

void resume_close(struct resume *resume)
{
	free(resume->path);
	json_decref(resume->run);
	*resume = (struct resume){ 0 };
}

const json_t *resume_argv(const struct resume *resume)
{
	return json_object_get(resume->run, "argv");
}

int resume_check(const struct resume *resume, const json_t *provenance, struct error *err)
{
	static const char *const keys[] = { "init_sha256", "preload_sha256", "qemu", "kernels", "accelerator" };
	const json_t *then = json_object_get(resume->run, "provenance");

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *before = json_object_get(then, keys[i]), *now = json_object_get(provenance, keys[i]);
		int r;

		/* On a host there is no guest: neither has them. */
		if ((!before && !now) || json_equal(before, now))
			continue;
		r = error_set(err, -ESTALE, resume->path, "was made with another guest than today's (%s)", keys[i]);
		error_hint(err, "run it again from the start, without --resume");
		return r;
	}
	return 0;
}

/* Whether the cell is there, valid, and what it would be now. */
static json_t *finished_summary(const char *run, const struct plan_cell *cell)
{
	_cleanup_free_ char *description_path = xasprintf("cells/%s/cell.json", cell->id);
	_cleanup_free_ char *summary_path = xasprintf("cells/%s/summary.json", cell->id);
	json_t *description = NULL, *summary = NULL;

	store_read_json(run, description_path, &description, NULL);
	store_read_json(run, summary_path, &summary, NULL);

	if (!json_equal(description, cell->description) || !json_is_true(json_object_get(summary, "valid"))) {
		json_decref(summary);
		summary = NULL;
	}
	json_decref(description);
	return summary;
}

int resume_take(const struct resume *resume, const struct plan_cell *cell, size_t index, struct run *run,
		json_t **ret_summary, struct error *err)
{
	_cleanup_free_ char *console_path = xasprintf("cells/%s/console.log", cell->id);
	_cleanup_free_ char *stream = NULL, *console = NULL;
	json_t *summary = finished_summary(resume->path, cell);
	struct run_cell stored = { .id = cell->id, .index = index, .cell = cell->description, .summary = summary };
	int r;

	if (!summary)
		return 0;
	r = store_read_stream(resume->path, cell->id, &stream, &stored.stream_len, err);
	if (r == 0)
		r = file_read_beneath(resume->path, console_path, MAX_CONSOLE, &console, NULL, err);
	stored.stream = stream;
	stored.console = console;
	if (r == 0)
		r = run_add_cell(run, &stored, err);
	if (r < 0) {
		json_decref(summary);
		return r;
	}
	*ret_summary = summary;
	return 1;
}
