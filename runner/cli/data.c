/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <limits.h>

#include "common/suggest.h"
#include "common/util.h"
#include "runner/cli/cli.h"
#include "runner/scenario.h"

/* The profiles and scenarios that come with memrig: where they are, and which there are. */

#ifndef MEMRIG_DATADIR
#define MEMRIG_DATADIR "/usr/local/share/memrig"
#endif

static bool is_data_dir(const char *dir)
{
	_cleanup_free_ char *profiles = xasprintf("%s/profiles", dir);
	_cleanup_free_ char *scenarios = xasprintf("%s/workloads/scenarios", dir);

	return access(profiles, R_OK) == 0 && access(scenarios, R_OK) == 0;
}

/* The source tree the binary stands in, or up to three folders below it (build/sanitize/unit). */
static bool find_source_tree(char *dir)
{
	ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - sizeof("/share/memrig"));

	if (n < 0)
		return false;
	dir[n] = '\0';
	for (unsigned up = 0; up < 4; up++) {
		char *slash = strrchr(dir, '/');

		if (!slash)
			return false;
		*slash = '\0';
		if (is_data_dir(dir))
			return true;
		strcpy(slash, "/share/memrig"); /* an installed tree, wherever it was put */
		if (is_data_dir(dir))
			return true;
		*slash = '\0';
	}
	return false;
}

const char *cli_data_dir(void)
{
	static char dir[PATH_MAX];
	const char *env = getenv("MEMRIG_DATA");

	if (env && *env)
		return env;
	if (!*dir && !find_source_tree(dir))
		snprintf(dir, sizeof(dir), "%s", MEMRIG_DATADIR);
	return dir;
}

static char *kind_dir(const char *kind)
{
	return xasprintf("%s/%s", cli_data_dir(),
			 streq(kind, "profile") ? "profiles" : streq(kind, "claim") ? "workloads/claims" : "workloads/scenarios");
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && streq(name + n - m, suffix);
}

static int is_json(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && has_suffix(entry->d_name, ".json");
}

char **cli_names(const char *kind)
{
	_cleanup_free_ char *dir = kind_dir(kind);
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_json, alphasort);
	char **names;

	if (n < 0 && errno == ENOMEM)
		out_of_memory(); /* not an empty folder */
	names = xcalloc(n > 0 ? (size_t)n + 1 : 1, sizeof(*names));
	for (int i = 0; i < n; i++) {
		names[i] = xasprintf("%.*s", (int)(strlen(entries[i]->d_name) - strlen(".json")),
				     entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return names;
}

void cli_names_free(char **names)
{
	for (char **name = names; name && *name; name++)
		free(*name);
	free(names);
}

static void hint_near(const char *kind, const char *name, struct error *err)
{
	struct suggestion suggestion = suggest_for(name);
	char **names = cli_names(kind), hint[160];

	for (char **n = names; *n; n++)
		suggest_offer(&suggestion, *n);
	if (suggest_hint(&suggestion, hint, sizeof(hint)))
		error_hint(err, "%s", hint);
	else
		error_hint(err, "'memrig %s' lists them; a file is written as ./%s.json",
			   streq(kind, "claim") ? "verify --list" : streq(kind, "profile") ? "profile list" : "scenario list", name);
	cli_names_free(names);
}

/* A name, or a file; ":cured" after it stays there. */
int cli_find(const char *kind, const char *name, char **ret_path, struct error *err)
{
	const char *suffix = has_suffix(name, SCENARIO_CURED) ? SCENARIO_CURED : "";
	_cleanup_free_ char *base = xasprintf("%.*s", (int)(strlen(name) - strlen(suffix)), name);
	_cleanup_free_ char *dir = kind_dir(kind), *path = NULL;

	if (strchr(base, '/') || has_suffix(base, ".json")) {
		if (access(base, R_OK) < 0)
			return error_set_errno(err, -errno, base, "cannot read the %s", kind);
		*ret_path = xstrdup(name);
		return 0;
	}
	path = xasprintf("%s/%s.json", dir, base);
	if (access(path, R_OK) == 0) {
		*ret_path = xasprintf("%s%s", path, suffix);
		return 0;
	}
	error_set(err, -ENOENT, "", "there is no %s '%s' in %s", kind, base, dir);
	hint_near(kind, base, err);
	return -ENOENT;
}
