/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cli/kind.h"

#include "common/util.h"

/* Files or names in, all mistakes out. */

static void check_one(const struct kind *kind, const char *name, const char *kernel, struct diags *diags)
{
	_cleanup_free_ char *path = NULL;
	struct kind_item item;
	struct error err = { 0 };

	if (cli_find(kind->name, name, &path, &err) < 0)
		diags_add(diags, err.where, 0, 0, "", err.hint, "%s", err.what);
	else if (kind->load(path, kernel, &item, diags) == 0) {
		if (kind->notes)
			kind->notes(name, kernel, item.object);
		kind_release(kind, &item);
	}
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

int kind_check_names(const struct kind *kind, const struct kind_request *request)
{
	struct diags diags = { 0 };
	int code, r = 0;

	for (char **name = request->names; *name; name++) {
		size_t before = diags.n;

		check_one(kind, *name, request->kernel, &diags);
		if (!request->json && diags.n == before)
			printf("%s: good\n", *name);
	}
	code = diags.n > 0 ? EXIT_USAGE : EXIT_DONE;
	if (request->json)
		r = print_json(kind->name, &diags);
	else
		cli_diags(&diags);
	diags_release(&diags);
	return r < 0 || fflush(stdout) == EOF ? EXIT_BROKEN : code;
}
