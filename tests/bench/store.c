/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store of 10,000 cells, 500 runs of 20, made from one captured summary: how long list and history take (the questions
 * that these verbs ask), how many cells a second are indexed, and how many MB a second of a stream are decoded.
 */
#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <time.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/util.h"
#include "results/history.h"
#include "results/store.h"
#include "results/store_index.h"
#include "results/summary.h"
#include "results/timeline.h"
#include "tests/bench/median.h"

enum { RUNS = 500, CELLS = 20, TIMES = 5 };

static char top[] = "/tmp/memrig-bench-store-XXXXXX";

static int failed(const struct error *err)
{
	fprintf(stderr, "%s: %s\n", err->where, err->what);
	return 1;
}

/* ---- the store ---- */

static int write_text(const char *dir, const char *name, const char *text, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		return error_set_errno(err, -EIO, path, "cannot write");
	return 0;
}

static int make_cell(const char *run, const char *id, json_t *summary, double shift, struct error *err)
{
	_cleanup_free_ char *dir = xasprintf("%s/cells/%s", run, id), *text = NULL;
	json_t *metrics = json_object_get(summary, "metrics");

	json_object_set_new(summary, "id", json_string(id));
	json_object_set_new(metrics, "swap.out_bytes", json_integer((json_int_t)(4096 * (100000 + shift))));
	text = json_dumps(summary, JSON_INDENT(1));
	return file_make_dirs(dir, err) ?: write_text(dir, "summary.json", text, err);
}

/* Not by way of results/store.h: fsync is not what is measured. */
static int make_run(unsigned n, json_t *summary, struct error *err)
{
	_cleanup_free_ char *name = xasprintf("2026%02u%02uT%02u0000Z-%04x", 1 + n / 280, 1 + n / 10 % 28, n % 10, n);
	_cleanup_free_ char *dir = xasprintf("%s/%s", top, name), *text = NULL;
	json_t *cells = json_array(), *run;
	int r = 0;

	for (unsigned i = 0; i < CELLS && r == 0; i++) {
		_cleanup_free_ char *id = xasprintf("mixed.profile-%u.s%u", i % 4, i / 4), *profile = xasprintf("profile-%u", i % 4);

		json_object_set_new(summary, "scenario", json_string("mixed"));
		json_object_set_new(summary, "profile", json_string(profile));
		json_object_set_new(summary, "seed", json_integer(i / 4));
		json_array_append_new(cells, json_string(id));
		r = make_cell(dir, id, summary, (n > 250 ? 1000 : 0) + i % 4, err);
	}
	run = json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:[s], s:[s]}, s:{s:s}, s:o}", "schema", "memrig.run/1", "run", name, "status",
			"finished", "clock", "virtual", "started", "2026-01-01T00:00:00Z", "matrix", "scenarios", "mixed", "profiles",
			"profile-0", "provenance", "memrig", "bench", "cells", cells);
	text = json_dumps(run, JSON_INDENT(1));
	json_decref(run);
	return r < 0 ? r : write_text(dir, "run.json", text, err);
}

static int make_store(const char *stream, struct error *err)
{
	struct summary_input input = { .stream = stream, .stream_len = strlen(stream) };
	struct summary *summary;
	json_t *json;
	int r = summary_make(&input, &summary, err);

	if (r < 0)
		return r;
	json = summary_to_json(summary, "cell", NULL);
	summary_free(summary);
	for (unsigned n = 0; n < RUNS && r == 0; n++)
		r = make_run(n, json, err);
	json_decref(json);
	return r;
}

/* ---- what is measured ---- */

static int measure_rebuild(const struct store *store, struct error *err)
{
	struct index *index;
	double began = now_s(), wall;
	int r = index_rebuild(store, &index, err);

	if (r < 0)
		return r;
	wall = now_s() - began;
	index_close(index);
	printf("index rebuilt          %8.0f cells/s (at least 1,000)\n", RUNS * CELLS / wall);
	return 0;
}

static int list_once(const struct store *store, struct error *err)
{
	struct index_runs runs = { 0 };
	struct index *index;
	int r = index_open(store, &index, err);

	if (r == 0) {
		r = index_find_runs(index, &(struct index_filter){ 0 }, &runs, err);
		index_close(index);
	}
	if (r == 0 && runs.n != RUNS)
		r = error_set(err, -EIO, store->dir, "%zu runs instead of %d", runs.n, RUNS);
	index_runs_release(&runs);
	return r;
}

static int history_once(const struct store *store, struct error *err)
{
	struct history_filter filter = { .metric = "swap.out_bytes" };
	struct history_cells cells = { 0 };
	json_t *history;
	int r = history_read(store, &filter, &cells, err);

	if (r < 0)
		return r;
	history = history_make(&cells, &filter, &trend_defaults);
	if (json_array_size(json_object_get(history, "series")) != 4)
		r = error_set(err, -EIO, store->dir, "not four series");
	json_decref(history);
	history_cells_release(&cells);
	return r;
}

static int measure(const char *what, int (*once)(const struct store *, struct error *), const struct store *store, struct error *err)
{
	double ms[TIMES];

	for (int i = 0; i < TIMES; i++) {
		double began = now_s();
		int r = once(store, err);

		if (r < 0)
			return r;
		ms[i] = 1e3 * (now_s() - began);
	}
	printf("%-22s %8.1f ms (at most 200)\n", what, median(ms, TIMES));
	return 0;
}

/* A stream as that of a small guest: 700 columns, 60 of which change from sample to sample. */
static char *make_stream(size_t *ret_len)
{
	enum { COLUMNS = 700, CHANGES = 60, SAMPLES = 20000 };
	uint64_t state = 1;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fputs("{\"type\":\"stream\",\"schema\":\"memrig.stream/1\"}\n{\"type\":\"columns\",\"t_ns\":1,\"names\":[", out);
	for (int i = 0; i < COLUMNS; i++)
		fprintf(out, "%s\"vmstat.counter_%d\"", i ? "," : "", i);
	fputs("]}\n", out);
	for (int n = 0; n < SAMPLES; n++) {
		fprintf(out, "{\"type\":\"sample\",\"t_ns\":%lld,\"set\":[", 100000000LL * (n + 1));
		for (int i = 0; i < (n ? CHANGES : COLUMNS); i++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			fprintf(out, "%s%d,%llu", i ? "," : "", n ? i * (COLUMNS / CHANGES) : i,
				(unsigned long long)(state >> 32 >> (state & 31)));
		}
		fputs("]}\n", out);
	}
	fclose(out);
	*ret_len = len;
	return text;
}

/* Decoding waits for nothing: time of the CPU tells the same on a machine that others use too. */
static double cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int measure_decoding(struct error *err)
{
	size_t len;
	_cleanup_free_ char *text = make_stream(&len);
	double mb_s[TIMES];

	for (int i = 0; i < TIMES; i++) {
		struct timeline *t;
		double began = cpu_s();
		int r = timeline_parse(text, len, &t, err);

		if (r < 0)
			return r;
		mb_s[i] = (double)len / 1e6 / (cpu_s() - began);
		timeline_free(t);
	}
	printf("stream of %5.1f MB      %8.0f MB/s of CPU time decoded (at least 200)\n", (double)len / 1e6, median(mb_s, TIMES));
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int main(void)
{
	_cleanup_free_ char *stream = NULL;
	struct store *store = NULL;
	struct error err = { 0 };
	int r = file_read(NULL, "tests/data/streams/cpuset.jsonl", &stream, NULL, &err);

	if (r == 0 && !mkdtemp(top))
		r = error_set_errno(&err, -errno, top, "cannot make a directory");
	if (r == 0)
		r = make_store(stream, &err);
	if (r == 0)
		r = store_open(top, &store, &err);
	if (r == 0)
		r = measure_rebuild(store, &err);
	if (r == 0)
		r = measure("list", list_once, store, &err);
	if (r == 0)
		r = measure("history", history_once, store, &err);
	if (r == 0)
		r = measure_decoding(&err);
	store_close(store);
	nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return r < 0 ? failed(&err) : 0;
}
