/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/store.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <zstd.h>

#include "common/file.h"
#include "common/json.h"
#include "common/util.h"
#include "results/store_dir.h"
#include "results/store_tag.h"

/* No stream comes near this; a damaged size field must not make us ask for all memory. */
#define MAX_STREAM_BYTES (2 * GIB)
#define MAX_JSON_BYTES (64 * MIB)

static char *default_dir(void)
{
	const char *dir = getenv("MEMRIG_STORE"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (dir && *dir)
		return xstrdup(dir);
	/* The XDG rules want a relative path ignored. */
	if (data && data[0] == '/')
		return xasprintf("%s/memrig/runs", data);
	return home && *home ? xasprintf("%s/.local/share/memrig/runs", home) : NULL;
}

int store_open(const char *dir, struct store **ret, struct error *err)
{
	_cleanup_free_ char *chosen = dir ? xstrdup(dir) : default_dir(), *absolute = NULL;
	_cleanup_free_ char *here = NULL;
	struct stat st;

	if (!chosen || !*chosen) {
		error_set(err, -ENOENT, "store", "neither MEMRIG_STORE nor HOME says where runs are kept");
		error_hint(err, "give --store DIR");
		return -ENOENT;
	}
	if (chosen[0] == '/') {
		absolute = xstrdup(chosen);
	} else {
		here = getcwd(NULL, 0);
		absolute = xasprintf("%s/%s", here ? here : ".", chosen);
	}
	if (stat(absolute, &st) == 0 && !S_ISDIR(st.st_mode))
		return error_set(err, -ENOTDIR, absolute, "the store is not a directory");
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->dir = TAKE_PTR(absolute);
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	free(store->dir);
	free(store);
}

/* ---- finding one ---- */

static int ambiguous(const struct store_entries *e, const char *prefix, struct error *err)
{
	char names[200] = "";
	size_t len = 0;

	for (size_t i = 0; i < e->n && len + 40 < sizeof(names); i++)
		if (strncmp(e->list[i].name, prefix, strlen(prefix)) == 0)
			len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%.30s", len ? ", " : "",
						e->list[i].name);
	error_set(err, -ENOTUNIQ, prefix, "more than one run begins like this");
	error_hint(err, "one of %s", names);
	return -ENOTUNIQ;
}

/* The index of the run that is meant, or -ENOENT or -ENOTUNIQ. */
static ssize_t match(const struct store_entries *e, const char *what, struct error *err)
{
	ssize_t found = -ENOENT;

	if (streq(what, "latest"))
		return e->n > 0 ? (ssize_t)e->n - 1 : -ENOENT;
	for (size_t i = 0; i < e->n; i++) {
		if (streq(e->list[i].name, what))
			return (ssize_t)i;
		if (strncmp(e->list[i].name, what, strlen(what)) != 0)
			continue;
		if (found >= 0)
			return ambiguous(e, what, err);
		found = (ssize_t)i;
	}
	return found;
}

static int no_such_run(const struct store *store, const char *what, struct error *err)
{
	error_set(err, -ENOENT, what, streq(what, "latest") ? "there is no run yet" : "no such run");
	error_hint(err, "`memrig list` shows what is in %.200s", store->dir);
	return -ENOENT;
}

int store_find(const struct store *store, const char *what, char **ret_path, struct error *err)
{
	struct store_entries entries;
	struct timespec unused;
	ssize_t found;
	_cleanup_free_ char *tagged = NULL;
	int r;

	if (!*what)
		return error_set(err, -EINVAL, "run", "the name of a run is empty");
	if (strchr(what, '/') || streq(what, ".")) {
		if (!store_is_run(what, &unused))
			return error_set(err, -ENOENT, what,
					 "not the directory of a run: it has no run.json");
		*ret_path = realpath(what, NULL);
		return *ret_path ? 0 : error_set_errno(err, -errno, what, "cannot resolve");
	}
	tagged = tag_run(store, what);
	r = store_entries_read(store, &entries, err);
	if (r < 0)
		return r;
	found = match(&entries, tagged ? tagged : what, err);
	if (found >= 0)
		*ret_path = xasprintf("%s/%s", store->dir, entries.list[found].name);
	store_entries_release(&entries);
	if (found >= 0)
		return 0;
	return found == -ENOENT ? no_such_run(store, what, err) : (int)found;
}

/* ---- reading one ---- */

int store_read_json(const char *run, const char *file, json_t **ret, struct error *err)
{
	json_error_t problem;
	_cleanup_free_ char *text = NULL, *path = xasprintf("%s/%s", run, file);
	size_t len;
	int r = file_read_beneath(run, file, MAX_JSON_BYTES, &text, &len, err);

	if (r < 0)
		return r;
	json_text_disarm(text, len);
	*ret = json_loadb(text, len, 0, &problem);
	if (!*ret)
		return error_set(err, -EBADMSG, path, "damaged, line %d: %s", problem.line, problem.text);
	return 0;
}

static int read_run(const char *path, json_t **ret, struct error *err)
{
	_cleanup_free_ char *file = xasprintf("%s/run.json", path);
	json_t *run;
	const char *schema;
	int r = store_read_json(path, "run.json", &run, err);

	if (r < 0)
		return r;
	schema = json_string_value(json_object_get(run, "schema"));
	if (!schema || !streq(schema, "memrig.run/1")) {
		r = error_set(err, -EPROTO, file, "schema \"%.60s\" is not one this memrig reads",
			      schema ? schema : "");
		json_decref(run);
		return r;
	}
	*ret = run;
	return 0;
}

/* Replaces the list of names by what is known of each cell. */
static int expand_cells(const char *path, json_t *run, bool leave_out, struct error *err)
{
	json_t *cells = json_array(), *name;
	size_t i;

	json_array_foreach (json_object_get(run, "cells"), i, name) {
		_cleanup_free_ char *file = xasprintf("cells/%s/summary.json",
						      json_is_string(name) ? json_string_value(name) : "");
		json_t *cell;
		int r = store_read_json(path, file, &cell, err);

		if (r < 0 && leave_out)
			continue;
		if (r < 0) {
			json_decref(cells);
			return r;
		}
		json_array_append_new(cells, cell);
	}
	json_object_set_new(run, "cells", cells);
	return 0;
}

static int load(const char *path, bool leave_out, json_t **ret, struct error *err)
{
	json_t *run;
	int r = read_run(path, &run, err);

	if (r < 0)
		return r;
	r = expand_cells(path, run, leave_out, err);
	if (r < 0) {
		json_decref(run);
		return r;
	}
	json_object_set_new(run, "path", json_string(path));
	*ret = run;
	return 0;
}

int store_load(const char *path, json_t **ret, struct error *err)
{
	return load(path, false, ret, err);
}

int store_load_readable(const char *path, json_t **ret, struct error *err)
{
	return load(path, true, ret, err);
}

int store_list(const struct store *store, json_t **ret, struct error *err)
{
	struct store_entries entries;
	int r = store_entries_read(store, &entries, err);

	if (r < 0)
		return r;
	*ret = json_array();
	for (size_t i = 0; i < entries.n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", store->dir, entries.list[i].name);
		json_t *run;

		if (read_run(path, &run, NULL) < 0)
			continue;
		json_object_set_new(run, "path", json_string(path));
		json_array_append_new(*ret, run);
	}
	store_entries_release(&entries);
	return 0;
}

int store_read_stream(const char *path, const char *cell, char **ret, size_t *ret_len, struct error *err)
{
	_cleanup_free_ char *file = xasprintf("cells/%s/stream.jsonl.zst", cell);
	_cleanup_free_ char *packed = NULL, *text = NULL;
	unsigned long long size;
	size_t packed_len, len;
	int r = file_read_beneath(path, file, MAX_STREAM_BYTES, &packed, &packed_len, err);

	if (r < 0)
		return r;
	size = ZSTD_getFrameContentSize(packed, packed_len);
	if (size > MAX_STREAM_BYTES) /* the two error values are above it too */
		return error_set(err, -EBADMSG, file, "not a compressed stream, or damaged");
	text = xcalloc(1, (size_t)size + 1);
	len = ZSTD_decompress(text, (size_t)size, packed, packed_len);
	if (ZSTD_isError(len))
		return error_set(err, -EBADMSG, file, "damaged: %s", ZSTD_getErrorName(len));
	json_text_disarm(text, len);
	*ret = TAKE_PTR(text);
	*ret_len = len;
	return 0;
}
