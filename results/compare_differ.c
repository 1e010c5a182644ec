/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/compare_differ.h"

#include "common/util.h"
#include "results/timeline.h"

static const struct {
	const char *key, *what;
	bool real_only; /* under the virtual clock it changes nothing */
} matters[] = {
	{ "memrig", "memrig's version", false },
	{ "init_sha256", "the guest's init", false },
	{ "preload_sha256", "what is preloaded into QEMU", false },
	{ "qemu", "QEMU", false },
	{ "place", "the place", false },
	{ "accelerator", "the accelerator", false },
	{ "host_cpu", "the processor", true },
	{ "host_cpus", "the number of processors", true },
	{ "host_kernel", "the host's kernel", true },
	{ "jobs", "the number of cells at once", true },
};

static char *text_of(const json_t *provenance, const char *key)
{
	const json_t *value = json_object_get(provenance, key);

	if (json_is_integer(value))
		return xasprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return xstrdup(json_is_string(value) ? json_string_value(value) : "");
}

/* Checksums by their beginning. */
static int shown(const char *key, const char *text)
{
	return strstr(key, "_sha256") ? 12 : (int)strlen(text);
}

static void add(json_t *list, const json_t *a, const json_t *b, const char *key, const char *what)
{
	_cleanup_free_ char *x = text_of(a, key), *y = text_of(b, key), *line = NULL;

	if (!*x || !*y || streq(x, y))
		return;
	line = xasprintf("The runs differ in %s: %.*s, %.*s.", what, shown(key, x), x, shown(key, y), y);
	json_array_append_new(list, json_string(line));
}

json_t *compare_warnings(const json_t *run, const json_t *other)
{
	json_t *list = json_array();
	const json_t *a = json_object_get(run, "provenance"), *b = json_object_get(other, "provenance");
	const char *x = record_text(run, "clock", ""), *y = other ? record_text(other, "clock", "") : x;
	bool real = !streq(x, "virtual") || !streq(y, "virtual");

	if (!streq(x, y))
		json_array_append_new(list, json_string("The clocks of the runs differ, virtual and real: times cannot "
							"be held against each other."));
	for (size_t i = 0; other && i < ARRAY_SIZE(matters); i++)
		if (real || !matters[i].real_only)
			add(list, a, b, matters[i].key, matters[i].what);
	return list;
}
