/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/stored.h"

#include <errno.h>
#include <langinfo.h>
#include <sys/ioctl.h>

#include "common/util.h"
#include "results/store.h"
#include "results/timeline.h"
#include "runner/cli/cli.h"

error_t stored_parse(int key, char *arg, struct stored_request *request)
{
	switch (key) {
	case KEY_STORED_STORE:
		request->store = arg;
		return 0;
	case KEY_STORED_JSON:
		request->json = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* "RUN/CELL" at its last slash; RUN itself may be a path. */
static int find_cell(const struct store *store, const char *what, char **ret_path, char **ret_cell,
		     struct error *err)
{
	const char *slash = strrchr(what, '/');
	_cleanup_free_ char *run = xasprintf("%.*s", (int)(slash - what), what);
	struct error inner;
	int r = store_find(store, run, ret_path, &inner);

	if (r == 0)
		*ret_cell = xstrdup(slash + 1);
	/* A part that is no path was meant as a run: its message fits. */
	else if (!strchr(run, '/') && run[0] != '.')
		*err = inner;
	return r;
}

static int find(const char *dir, const char *what, char **ret_path, char **ret_cell, struct error *err)
{
	struct store *store;
	int r = store_open(dir, &store, err);

	if (r < 0)
		return r;
	r = store_find(store, what, ret_path, err);
	if (r == -ENOENT && ret_cell && strrchr(what, '/') > what)
		r = find_cell(store, what, ret_path, ret_cell, err);
	store_close(store);
	return r;
}

int stored_load(const char *dir, const char *what, json_t **ret_run, char **ret_cell, struct error *err)
{
	_cleanup_free_ char *path = NULL, *cell = NULL;
	json_t *run = NULL;
	int r = find(dir, what, &path, ret_cell ? &cell : NULL, err);

	if (r == 0)
		r = store_load(path, &run, err);
	if (r < 0)
		return r == -ENOENT && path ? -EIO : r;
	if (cell && !stored_cell(run, cell)) {
		json_decref(run);
		error_set(err, -ENOENT, cell, "the run has no such cell");
		error_hint(err, "`memrig show %.100s` lists them", strrchr(path, '/') + 1);
		return -ENOENT;
	}
	*ret_run = run;
	if (ret_cell)
		*ret_cell = TAKE_PTR(cell);
	return 0;
}

json_t *stored_cell(const json_t *run, const char *cell)
{
	size_t i;
	json_t *found;

	json_array_foreach (json_object_get(run, "cells"), i, found)
		if (streq(record_text(found, "id", ""), cell))
			return found;
	return NULL;
}

char *stored_join(const json_t *list, const char *separator)
{
	char *text = xstrdup("");
	size_t i;
	const json_t *word;

	json_array_foreach (list, i, word) {
		_cleanup_free_ char *before = text;

		text = xasprintf("%s%s%s", before, i ? separator : "",
				 json_is_string(word) ? json_string_value(word) : "?");
	}
	return text;
}

int stored_failed(int r, const struct error *err)
{
	cli_error(err);
	return r == -ENOENT || r == -ENOTUNIQ || r == -EINVAL || r == -ENOTDIR ? EXIT_USAGE : EXIT_BROKEN;
}

struct compare_options stored_text_options(void)
{
	struct compare_options options = { .width = 100, .judge = { .alpha = JUDGE_ALPHA, .threshold = JUDGE_THRESHOLD } };
	struct winsize size;

	options.utf8 = streq(nl_langinfo(CODESET), "UTF-8");
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60)
		options.width = MIN(size.ws_col, 160);
	return options;
}

int stored_written(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_DONE;
	fprintf(stderr, "memrig: cannot write the result: %s\n", strerror(errno));
	return EXIT_BROKEN;
}
