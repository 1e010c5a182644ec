/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles by what they are for: `memrig run --profiles databases`; and all cases: `memrig run cases`. */
#include "runner/cli/family.h"

#include <errno.h>

#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/profile.h"
#include "runner/scenario.h"

/* "" for what cannot be read: `memrig profile list` says what is wrong with it. */
static char *family_of(const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct diags diags = { 0 };
	struct profile *profile = NULL;
	char *family;

	if (cli_find("profile", name, &path, NULL) == 0)
		profile_load(path, NULL, &profile, &diags);
	family = xstrdup(profile ? profile->family : "");
	profile_free(profile);
	diags_release(&diags);
	return family;
}

/* "a, b, c", each once. */
static void add_once(char **list, const char *word)
{
	size_t len = strlen(word);
	char *longer;

	for (const char *at = *list; (at = strstr(at, word)); at += len)
		if ((at == *list || at[-1] == ' ') && (!at[len] || at[len] == ','))
			return;
	longer = xasprintf("%s%s%s", *list, **list ? ", " : "", word);
	free(*list);
	*list = longer;
}

int family_profiles(const char *family, char ***ret, struct error *err)
{
	_cleanup_free_ char *families = xstrdup("");
	char **names = cli_names("profile");
	size_t n = 0;

	for (char **name = names; *name; name++) {
		_cleanup_free_ char *own = family_of(*name);

		if (*own)
			add_once(&families, own);
		if (streq(own, family))
			names[n++] = *name;
		else
			free(*name);
	}
	names[n] = NULL;
	if (n == 0) {
		cli_names_free(names);
		error_set(err, -ENOENT, "", "there is no family of profiles '%s'", family);
		error_hint(err, "there are: %s", families);
		return -ENOENT;
	}
	*ret = names;
	return 0;
}

static bool runs_programs(const struct scenario *scenario)
{
	for (size_t g = 0; g < scenario->n_groups; g++)
		for (size_t w = 0; w < scenario->groups[g].n_workloads; w++)
			if (streq(scenario->groups[g].workloads[w].kind->name, "exec"))
				return true;
	return false;
}

/* What cannot be read is taken for one, so that it is not left out silently: the run says what is wrong with it. */
static bool is_case(const char *name)
{
	_cleanup_free_ char *path = NULL;
	struct diags diags = { 0 };
	struct scenario *scenario = NULL;
	bool is = true;

	if (cli_find("scenario", name, &path, NULL) == 0 && scenario_load(path, &scenario, &diags) == 0)
		is = json_object_get(scenario->json, "case") && !runs_programs(scenario);
	scenario_free(scenario);
	diags_release(&diags);
	return is;
}

char **family_cases(void)
{
	char **names = cli_names("scenario");
	size_t n = 0;

	for (char **name = names; *name; name++)
		if (is_case(*name))
			names[n++] = *name;
		else
			free(*name);
	names[n] = NULL;
	return names;
}
