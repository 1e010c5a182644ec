/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/check.h"

#include "common/util.h"
#include "runner/cli/cli.h"

static void check_one(const char *kind, const char *name, int (*load)(const char *path, struct diags *diags),
		      struct diags *diags)
{
	_cleanup_free_ char *path = NULL;
	struct error err = { 0 };

	if (cli_find(kind, name, &path, &err) < 0)
		diags_add(diags, err.where, 0, 0, "", err.hint, "%s", err.what);
	else
		load(path, diags);
}

/* {"file":..., "line":..., "column":..., "path":..., "message":..., "hint":...}; what is not known is absent.
 */
static json_t *diag_json(const struct diag *d)
{
	json_t *json = json_pack("{s:s, s:s}", "file", d->file, "message", d->message);

	if (d->line) {
		json_object_set_new(json, "line", json_integer(d->line));
		json_object_set_new(json, "column", json_integer(d->column));
	}
	if (*d->path)
		json_object_set_new(json, "path", json_string(d->path));
	if (d->hint)
		json_object_set_new(json, "hint", json_string(d->hint));
	return json;
}

static int print_json(const char *kind, const struct diags *diags)
{
	_cleanup_free_ char *schema = xasprintf("memrig.%s.check/1", kind);
	json_t *mistakes = json_array(), *json;
	int r;

	for (size_t i = 0; i < diags->n; i++)
		json_array_append_new(mistakes, diag_json(&diags->list[i]));
	json = json_pack("{s:s, s:b, s:o}", "schema", schema, "good", diags->n == 0, "mistakes", mistakes);
	r = cli_json(json);
	json_decref(json);
	return r;
}

int cli_check(const char *kind, char *const *names, bool as_json,
	      int (*load)(const char *path, struct diags *diags))
{
	struct diags diags = { 0 };
	int code, r = 0;

	for (; *names; names++) {
		size_t before = diags.n;

		check_one(kind, *names, load, &diags);
		if (!as_json && diags.n == before)
			printf("%s: good\n", *names);
	}
	code = diags.n > 0 ? EXIT_USAGE : EXIT_DONE;
	if (as_json)
		r = print_json(kind, &diags);
	else
		cli_diags(&diags);
	diags_release(&diags);
	return r < 0 || fflush(stdout) == EOF ? EXIT_BROKEN : code;
}
