/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/store_sums.h"

#include <errno.h>
#include <fts.h>
#include <jansson.h>
#include <sha256.h>
#include <stdbool.h>

#include "common/file.h"
#include "common/util.h"

#define LIST "SHA256SUMS"
#define LIST_LONGEST (64ULL << 20) /* bytes */
#define DIGEST_LEN (SHA256_DIGEST_STRING_LENGTH - 1)

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* {path: digest}, sorted by path, of all files but the list itself. */
static int sum_files(const char *dir, json_t **ret, struct error *err)
{
	char *const paths[] = { (char *)dir, NULL };
	json_t *sums = json_object();
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name); /* last, for its errno */
	size_t skip = strlen(dir) + 1;
	FTSENT *entry;
	int r = 0;

	/* At the end, fts_read() leaves errno 0; a tree that is read in part has no sums. */
	while (r == 0 && tree && (errno = 0, entry = fts_read(tree))) {
		char digest[SHA256_DIGEST_STRING_LENGTH];

		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP || streq(entry->fts_path + skip, LIST))
			continue;
		if (entry->fts_info != FTS_F)
			r = error_set_errno(err, entry->fts_errno ? -entry->fts_errno : -EBADMSG, entry->fts_path, "cannot be summed");
		else if (!SHA256File(entry->fts_path, digest))
			r = error_set_errno(err, -errno, entry->fts_path, "cannot be read");
		else
			json_object_set_new(sums, entry->fts_path + skip, json_string(digest));
	}
	if (r == 0 && errno != 0)
		r = error_set_errno(err, -errno, dir, "cannot be read");
	if (r == -ENOMEM)
		out_of_memory(); /* no finding about the run */
	if (tree)
		fts_close(tree);
	if (r < 0)
		json_decref(sums);
	else
		*ret = sums;
	return r;
}

int store_sums_write(const char *dir, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/" LIST, dir), *text = NULL;
	json_t *sums, *digest;
	const char *name;
	FILE *out;
	size_t len;
	int r = sum_files(dir, &sums, err);

	if (r < 0)
		return r;
	out = xmemstream(&text, &len);
	json_object_foreach (sums, name, digest)
		fprintf(out, "%s  %s\n", json_string_value(digest), name);
	xmemclose(out, &text);
	json_decref(sums);
	return file_write_atomic(path, text, len, err);
}

/* ---- check ---- */

/* One line of the list against the files; what has been looked at is taken out of `sums`. Cuts the line up. */
static void check_line(const char *dir, char *line, json_t *sums, store_finding_fn found, void *opaque)
{
	const char *name = strlen(line) > DIGEST_LEN + 2 ? line + DIGEST_LEN + 2 : NULL;
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name ? name : LIST);
	const char *digest = name ? json_string_value(json_object_get(sums, name)) : NULL;

	line[name ? DIGEST_LEN : 0] = '\0';
	if (!name)
		found(opaque, path, "has a line that is no checksum");
	else if (!digest)
		found(opaque, path, "is missing");
	else if (!streq(digest, line))
		found(opaque, path, "is not what was written: its SHA-256 differs");
	if (digest)
		json_object_del(sums, name);
}

int store_sums_check(const char *dir, store_finding_fn found, void *opaque, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/" LIST, dir), *text = NULL;
	json_t *sums, *digest;
	const char *name;
	char *rest, *line;
	int r;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return -ENODATA;
	r = file_read_beneath(dir, LIST, LIST_LONGEST, &text, NULL, err);
	if (r == 0)
		r = sum_files(dir, &sums, err);
	if (r != 0)
		return r;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			check_line(dir, line, sums, found, opaque);
	json_object_foreach (sums, name, digest) {
		_cleanup_free_ char *added = xasprintf("%s/%s", dir, name);

		found(opaque, added, "was not written with the run");
	}
	json_decref(sums);
	return 0;
}
