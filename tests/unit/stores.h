/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TESTS_UNIT_STORES_H
#define MEMRIG_TESTS_UNIT_STORES_H

/* A store of its own for each test, and runs in it. */
#include <dirent.h>
#include <ftw.h>
#include <sys/stat.h>

#include "results/store.h"
#include "tests/unit/streams.h"

#define SOME_CELL "smoke.kernel-default.s1"

static char top[] = "/tmp/memrig-store-XXXXXX";
static struct store *store;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void set_up(void)
{
	_cleanup_free_ char *dir = NULL;

	strcpy(top, "/tmp/memrig-store-XXXXXX"); /* without forks (make valgrind) the last test's name is there */
	ck_assert_ptr_nonnull(mkdtemp(top));
	dir = xasprintf("%s/a/b", top);
	ck_assert_int_eq(store_open(dir, &store, NULL), 0);
}

static inline void tear_down(void)
{
	store_close(store);
	nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline struct run *begin(void)
{
	json_t *argv = json_pack("[s, s, s]", "memrig", "run", "smoke");
	json_t *matrix = json_pack("{s:[s]}", "scenarios", "smoke");
	struct run *run = NULL;

	ck_assert_int_eq(run_begin(store, argv, matrix, NULL, "virtual", &run, NULL), 0);
	json_decref(argv);
	json_decref(matrix);
	return run;
}

static inline int add_at(struct run *run, const char *id, size_t index, struct error *err)
{
	size_t len;
	_cleanup_free_ char *text = stream_text_of("cpuset.jsonl", &len);
	struct summary *s = summary_of("cpuset.jsonl");
	json_t *cell = json_pack("{s:s}", "schema", "memrig.cell/1"), *summary = summary_to_json(s, id, NULL);
	struct run_cell stored = { .id = id,
				   .index = index,
				   .cell = cell,
				   .stream = text,
				   .stream_len = len,
				   .console = "console\n",
				   .summary = summary };
	int r = run_add_cell(run, &stored, err);

	json_decref(cell);
	json_decref(summary);
	summary_free(s);
	return r;
}

static inline int add(struct run *run, const char *id, struct error *err)
{
	return add_at(run, id, 0, err);
}

/* A finished run of one cell; returns its id. */
static inline char *make_run(void)
{
	struct run *run = begin();
	char *id = xstrdup(run_id(run));

	ck_assert_int_eq(add(run, SOME_CELL, NULL), 0);
	ck_assert_int_eq(run_finish(run, "finished", NULL), 0);
	return id;
}

/* How many names a directory holds. */
static inline unsigned entries(const char *path)
{
	DIR *dir = opendir(path);
	unsigned n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n > 2 ? n - 2 : 0;
}

#endif
