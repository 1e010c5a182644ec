/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/userspace.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sha256.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/lab/kernel.h"
#include "runner/lab/parts.h"

/* What the workloads ask for, each once, sorted: the same wishes in another order are the same image. */
struct wishes {
	char **list;
	size_t n;
};

static void add_words(struct wishes *w, const char *words)
{
	_cleanup_free_ char *copy = xstrdup(words ? words : "");
	char *save = NULL;

	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		size_t at = 0;

		while (at < w->n && strcmp(w->list[at], word) < 0)
			at++;
		if (at < w->n && streq(w->list[at], word))
			continue;
		w->list = xrealloc(w->list, (w->n + 1) * sizeof(*w->list));
		memmove(w->list + at + 1, w->list + at, (w->n++ - at) * sizeof(*w->list));
		w->list[at] = xstrdup(word);
	}
}

static void free_wishes(struct wishes *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->list[i]);
	free(w->list);
}

/* A name of Debian's, with an architecture or a version if need be (name:arch, name=1.2-3): no option, no pattern, no path of a
 * file that apt would install. */
static bool is_package(const char *word)
{
	size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789+.-");

	return len >= 2 && isalnum((unsigned char)word[0]) && (!word[len] || strchr(":=", word[len])) && !strstr(word, ".deb") &&
	       word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+.-:=~")] == '\0';
}

/* A whole path that stays the same below another root: the program is copied to where it is here. */
static bool is_program(const char *word)
{
	if (word[0] != '/' || strstr(word, "/../") || strstr(word, "/./") || strstr(word, "//"))
		return false;
	for (const char *p = word; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("/+.-_~:@", *p))
			return false;
	return true;
}

static int check(const struct wishes *packages, const struct wishes *programs, struct error *err)
{
	for (size_t i = 0; i < packages->n; i++)
		if (!is_package(packages->list[i]))
			return error_set(err, -EINVAL, packages->list[i], "this is no name of a package");
	for (size_t i = 0; i < programs->n; i++)
		if (!is_program(programs->list[i]))
			return error_set(err, -EINVAL, programs->list[i],
					 "give a program's whole path, of letters, digits and /+.-_~:@, without ..");
	return 0;
}

/* By the names of packages (a newer version is fetched when the image is deleted) and the contents of programs. */
static int image_path(const struct wishes *packages, const struct wishes *programs, char **ret, struct error *err)
{
	_cleanup_free_ char *cache = lab_cache_dir();
	char sum[SHA256_DIGEST_STRING_LENGTH];
	SHA2_CTX context;

	SHA256Init(&context);
	for (size_t i = 0; i < packages->n; i++)
		SHA256Update(&context, (const uint8_t *)packages->list[i], strlen(packages->list[i]) + 1);
	for (size_t i = 0; i < programs->n; i++) {
		if (programs->list[i][0] != '/' || !SHA256File(programs->list[i], sum))
			return error_set(err, -EINVAL, programs->list[i], "there is no such program; give its whole path");
		SHA256Update(&context, (const uint8_t *)programs->list[i], strlen(programs->list[i]) + 1);
		SHA256Update(&context, (const uint8_t *)sum, strlen(sum));
	}
	SHA256End(&context, sum);
	*ret = xasprintf("%s/userspace/%.16s.img", cache, sum);
	return 0;
}

static int make(const char *path, const struct wishes *packages, const struct wishes *programs, struct error *err)
{
	_cleanup_free_ char *log = xasprintf("%s.log", path);
	_cleanup_free_ const char **args = xcalloc(3 + 2 * programs->n + packages->n, sizeof(*args));
	size_t n = 1;
	int r;

	args[n++] = path;
	for (size_t i = 0; i < programs->n; i++) {
		args[n++] = "--pack";
		args[n++] = programs->list[i];
	}
	for (size_t i = 0; i < packages->n; i++)
		args[n++] = packages->list[i];
	r = part_run_script("userspace.sh", args, log);
	if (r == -ENOENT)
		return error_set(err, r, "userspace.sh", "the script that makes the guest's programs is missing");
	if (r < 0) {
		r = error_set(err, -ENOPKG, "user space", "cannot make the guest's programs, see %s", log);
		error_hint(err, "are the packages' names right, and mmdebstrap and e2fsprogs installed?");
	}
	return r;
}

/* Made under its own name by the script, and renamed: two runs at once do the work twice. */
static int find_or_make(const char *path, const struct wishes *packages, const struct wishes *programs,
			void (*note)(const char *text), struct error *err)
{
	_cleanup_free_ char *dir = xasprintf("%.*s", (int)(strrchr(path, '/') - path), path);
	int r = file_make_dirs(dir, err);

	if (r < 0)
		return r;
	if (note)
		note(packages->n ? "making a user space for the guest's programs, which takes half a minute, once"
				 : "packing the guest's programs");
	return make(path, packages, programs, err);
}

int userspace_prepare(const struct scenario *scenario, bool may_make, void (*note)(const char *text), char **ret,
		      struct error *err)
{
	struct wishes packages = { 0 }, programs = { 0 };
	_cleanup_free_ char *path = NULL;
	int r = 0;

	for (size_t g = 0; g < scenario->n_groups; g++)
		for (size_t w = 0; w < scenario->groups[g].n_workloads; w++) {
			add_words(&packages, scenario->groups[g].workloads[w].params.packages);
			add_words(&programs, scenario->groups[g].workloads[w].params.pack);
		}
	if (packages.n + programs.n > 0) {
		r = check(&packages, &programs, err);
		if (r == 0)
			r = image_path(&packages, &programs, &path, err);
		if (r == 0 && may_make && access(path, R_OK) < 0)
			r = find_or_make(path, &packages, &programs, note, err);
	}
	free_wishes(&packages);
	free_wishes(&programs);
	if (r == 0)
		*ret = TAKE_PTR(path);
	return r;
}
