/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/changes.h"

#include "common/util.h"
#include "results/store.h"
#include "results/timeline.h"

/* Longest value in a sentence; that of a scenario's member may be a list of workloads. */
#define SHOWN 60

struct row {
	const char *what, *key; /* key: of the provenance */
	bool of_machine;
};

static const struct row rows[] = {
	{ "memrig", "memrig", false },
	{ "memrig's init", "init_sha256", false },
	{ "QEMU", "qemu", false },
	{ "memrig's part in QEMU", "preload_sha256", false },
	{ "place", "place", true },
	{ "accelerator", "accelerator", true },
	{ "machine", "machine", true },
	{ "host's CPU", "host_cpu", true },
	{ "host's CPUs", "host_cpus", true },
	{ "host's kernel", "host_kernel", false },
};

static void add(json_t *list, const char *what, const json_t *before, const json_t *after)
{
	json_t *entry;

	if (json_equal(before, after) || (!before && !after))
		return;
	entry = json_pack("{s:s}", "what", what);
	if (before)
		json_object_set(entry, "before", (json_t *)before);
	if (after)
		json_object_set(entry, "after", (json_t *)after);
	json_array_append_new(list, entry);
}

/* What only one side knows is no change. */
static void add_known(json_t *list, const char *what, const json_t *before, const json_t *after)
{
	if (before && after)
		add(list, what, before, after);
}

static const json_t *image_of(const json_t *run, const json_t *release)
{
	size_t i;
	const json_t *kernel;

	json_array_foreach (json_object_get(json_object_get(run, "provenance"), "kernels"), i, kernel)
		if (json_equal(json_object_get(kernel, "release"), release))
			return json_object_get(kernel, "image_sha256");
	return NULL;
}

/* A release that is the same may have been built anew. */
static void add_kernel(json_t *list, const struct changes_of *a, const struct changes_of *b)
{
	const json_t *before = json_object_get(a->cell, "kernel"),
		     *after = json_object_get(b->cell, "kernel");

	add_known(list, "kernel", before, after);
	if (before && json_equal(before, after))
		add_known(list, "kernel image", image_of(a->run, before), image_of(b->run, after));
	add_known(list, "LRU", json_object_get(a->cell, "lru"), json_object_get(b->cell, "lru"));
}

/* Member by member, as deep as both are objects. */
static void add_members(json_t *list, const char *what, const json_t *before, const json_t *after)
{
	const char *key;
	const json_t *value;

	if (!json_is_object(before) || !json_is_object(after)) {
		add(list, what, before, after);
		return;
	}
	json_object_foreach ((json_t *)before, key, value) {
		_cleanup_free_ char *inner = xasprintf("%s %s", what, key);

		add_members(list, inner, value, json_object_get(after, key));
	}
	json_object_foreach ((json_t *)after, key, value) {
		_cleanup_free_ char *inner = xasprintf("%s %s", what, key);

		if (!json_object_get(before, key))
			add(list, inner, NULL, value);
	}
}

/* The settings under their own names: they are what the profile is. */
static void add_profile(json_t *list, const json_t *before, const json_t *after)
{
	static const char *const parts[] = { "sysctl", "sysfs" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		json_t *none = json_object();
		const json_t *a = json_object_get(before, parts[i]), *b = json_object_get(after, parts[i]);

		add_members(list, "profile", a ? a : none, b ? b : none);
		json_decref(none);
	}
}

json_t *changes_find(const struct changes_of *before, const struct changes_of *after)
{
	const json_t *a = json_object_get(before->run, "provenance"),
		     *b = json_object_get(after->run, "provenance");
	json_t *list = json_array();

	add_kernel(list, before, after);
	if (before->description && after->description) {
		add_profile(list, json_object_get(before->description, "profile"),
			    json_object_get(after->description, "profile"));
		add_members(list, "scenario", json_object_get(before->description, "scenario"),
			    json_object_get(after->description, "scenario"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		add_known(list, rows[i].what, json_object_get(a, rows[i].key),
			  json_object_get(b, rows[i].key));
	return list;
}

json_t *changes_of_machine(const json_t *before, const json_t *after)
{
	const json_t *a = json_object_get(before, "provenance"), *b = json_object_get(after, "provenance");
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].of_machine)
			add_known(list, rows[i].what, json_object_get(a, rows[i].key),
				  json_object_get(b, rows[i].key));
	return list;
}

static char *shown(const json_t *value)
{
	char *text = !value                  ? xstrdup("none")
		     : json_is_string(value) ? xstrdup(json_string_value(value))
					     : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	if (text && strlen(text) > SHOWN)
		memcpy(text + SHOWN - 3, "...", 4);
	return text;
}

char *changes_text(const json_t *change)
{
	_cleanup_free_ char *before = shown(json_object_get(change, "before"));
	_cleanup_free_ char *after = shown(json_object_get(change, "after"));

	return xasprintf("%s %s -> %s", record_text(change, "what", "?"), before, after);
}

json_t *changes_description(const json_t *run, const char *cell)
{
	_cleanup_free_ char *path = xasprintf("cells/%s/cell.json", cell);
	json_t *json = NULL;

	return store_read_json(record_text(run, "path", ""), path, &json, NULL) == 0 ? json : NULL;
}
