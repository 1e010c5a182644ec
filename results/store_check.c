/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/store_check.h"

#include <errno.h>
#include <sha256.h>

#include "common/util.h"
#include "results/store_dir.h"
#include "results/store_index.h"
#include "results/store_tag.h"
#include "results/timeline.h"

struct check {
	const struct store *store;
	store_finding_fn found;
	void *opaque;
	struct store_checked counts;
};

static void finding(void *opaque, const char *where, const char *what)
{
	struct check *check = opaque;

	check->counts.findings++;
	check->found(check->opaque, where, what);
}

static void finding_of(struct check *check, const struct error *err)
{
	finding(check, err->where, err->what);
}

/* ---- one cell ---- */

static void check_description(struct check *check, const char *dir)
{
	_cleanup_free_ char *path = xasprintf("%s/cell.json", dir);
	struct error err = { 0 };
	json_t *cell = NULL;

	if (store_read_json(dir, "cell.json", &cell, &err) < 0)
		finding_of(check, &err);
	else if (!streq(record_text(cell, "schema", ""), "memrig.cell/1"))
		finding(check, path, "has a schema that this memrig does not read");
	json_decref(cell);
}

/* The first record says how the others are to be read. */
static bool has_known_schema(const char *stream)
{
	size_t len = strcspn(stream, "\n");
	json_t *first = json_loadb(stream, len, 0, NULL);
	bool known = !len || streq(record_text(first, "schema", ""), "memrig.stream/1");

	json_decref(first);
	return known;
}

static void check_stream(struct check *check, const char *run, const char *dir, const json_t *cell)
{
	_cleanup_free_ char *path = xasprintf("%s/stream.jsonl.zst", dir), *stream = NULL;
	char digest[SHA256_DIGEST_STRING_LENGTH];
	struct error err = { 0 };
	size_t len;

	if (store_read_stream(run, record_text(cell, "id", ""), &stream, &len, &err) < 0) {
		finding_of(check, &err);
		return;
	}
	SHA256Data((const uint8_t *)stream, len, digest);
	if (!streq(digest, record_text(cell, "stream_sha256", "")))
		finding(check, path, "is not the stream that summary.json states: stream_sha256 differs");
	else if (!has_known_schema(stream))
		finding(check, path, "has a schema that this memrig does not read");
}

/* ---- one run ---- */

static void check_run(struct check *check, const char *path)
{
	struct error err = { 0 };
	json_t *run = NULL;
	const json_t *cell;
	size_t i;
	int r = store_sums_check(path, finding, check, &err);

	check->counts.runs++;
	if (r == -ENODATA)
		check->counts.without_sums++;
	else if (r < 0)
		finding_of(check, &err);
	if (store_load(path, &run, &err) < 0) {
		finding_of(check, &err);
		return;
	}
	json_array_foreach (json_object_get(run, "cells"), i, cell) {
		_cleanup_free_ char *dir = xasprintf("%s/cells/%s", path, record_text(cell, "id", ""));

		check->counts.cells++;
		check_description(check, dir);
		check_stream(check, path, dir, cell);
	}
	json_decref(run);
}

static void check_tags(struct check *check)
{
	json_t *tags = tag_list(check->store), *run;
	const char *name;

	json_object_foreach (tags, name, run) {
		_cleanup_free_ char *dir = xasprintf("%s/%s", check->store->dir, json_string_value(run));
		_cleanup_free_ char *link = xasprintf("%s/tags/%s", check->store->dir, name);
		struct timespec unused;

		if (!store_is_run(dir, &unused))
			finding(check, link, "names a run that is not there");
	}
	json_decref(tags);
}

static void check_index(struct check *check)
{
	struct error err = { 0 };
	int r = index_check(check->store, &err);

	if (r == -ENOMEM)
		out_of_memory(); /* no finding about the store */
	if (r != 0)
		finding_of(check, &err);
}

int store_check(const struct store *store, store_finding_fn found, void *opaque, struct store_checked *ret, struct error *err)
{
	struct check check = { .store = store, .found = found, .opaque = opaque };
	struct store_entries entries;
	int r = store_entries_read(store, &entries, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < entries.n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", store->dir, entries.list[i].name);

		check_run(&check, path);
	}
	store_entries_release(&entries);
	check_tags(&check);
	check_index(&check);
	*ret = check.counts;
	return 0;
}
