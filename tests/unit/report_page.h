/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TESTS_REPORT_PAGE_H
#define MEMRIG_TESTS_REPORT_PAGE_H

#include <inttypes.h>
#include <math.h>

#include "common/util.h"
#include "results/report/report.h"
#include "results/summary.h"

/* Runs made up for the report's tests: two nodes, a group, a kill, latencies, and names that mean harm. */
#define HOSTILE_PROFILE "a\"><script>window.harm=1</script>&amp;'"
#define HOSTILE_GROUP	"db</script><img src=x onerror=harm>"

struct made_run {
	json_t *document;
	struct summary **summaries;
	char **streams;
	size_t n;
};

static const char made_columns[] =
	"[\"vmstat.pswpout\",\"vmstat.pswpin\",\"vmstat.pgsteal_kswapd\",\"vmstat.pgsteal_direct\",\"psi.memory.some_us\","
	"\"psi.memory.full_us\",\"node0.DMA32.free_pages\",\"node0.DMA32.min_pages\",\"node0.DMA32.low_pages\","
	"\"node0.DMA32.high_pages\",\"node1.Normal.free_pages\",\"node1.Normal.low_pages\",\"node0.meminfo.MemFree_bytes\","
	"\"node1.Normal.min_pages\",\"node1.Normal.high_pages\",\"node0.reclaim.anon_reclaimed_pages\","
	"\"node0.reclaim.file_reclaimed_pages\",\"node1.reclaim.anon_reclaimed_pages\",\"node1.reclaim.file_reclaimed_pages\","
	"\"group.db.memory.current_bytes\",\"group.db.memory.swap.current_bytes\",\"group." HOSTILE_GROUP ".memory.current_bytes\"]";

/* Its values at sample i of n; `seed` moves them a little. */
static inline void make_sample(FILE *out, size_t i, size_t n, unsigned seed)
{
	double share = (double)i / (double)n, wave = 1 + sin(share * 30 + seed);
	unsigned long out_pages = (unsigned long)(share * 90000 + wave * 100 + 100), free_pages = 900 + (unsigned long)(80000 * (1 - share) * wave / 2);

	fprintf(out,
		"{\"type\":\"sample\",\"t_ns\":%zu,\"set\":[0,%lu,1,%lu,2,%lu,3,%lu,4,%lu,5,%lu,6,%lu,7,700,8,900,9,1100,10,%lu,11,800,12,%lu,"
		"13,650,14,1000,15,%lu,16,%lu,17,%lu,18,%lu,19,%lu,20,%lu,21,%lu]}\n",
		1000000000 + i * 100000000, out_pages, out_pages / 3, out_pages * 2, out_pages / 2, out_pages * 10, out_pages * 4,
		free_pages, 70000 + free_pages / 10, free_pages * 4096, out_pages, out_pages * 2, out_pages / 3, out_pages / 5,
		free_pages * 2048, out_pages * 1024, free_pages * 1024);
}

static inline char *make_stream(size_t n, unsigned seed, const char *profile, const char *outcome)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	json_t *first = json_pack("{s:s, s:s, s:{s:s, s:s, s:i, s:{s:s}, s:{s:s}}}", "type", "stream", "schema", "memrig.stream/1",
				  "cell", "schema", "memrig.cell/1", "clock", "virtual", "seed", (int)seed, "scenario", "name",
				  "made-up", "profile", "name", profile);
	json_t *group = json_pack("{s:s, s:i, s:s, s:{}}", "type", "group", "t_ns", 1, "group", HOSTILE_GROUP, "knobs");

	json_dumpf(first, out, JSON_COMPACT);
	fputs("\n{\"type\":\"machine\",\"t_ns\":1,\"kernel\":\"6.1\",\"page_bytes\":4096,\"nodes\":[{\"node\":0,\"total_bytes\":400000000},"
	      "{\"node\":1,\"total_bytes\":400000000}]}\n"
	      "{\"type\":\"tune\",\"t_ns\":2,\"key\":\"vm.swappiness\",\"before\":\"60\",\"asked\":\"<b>1\",\"target\":\"1\",\"effective\":\"2\"}\n",
	      out);
	json_dumpf(group, out, JSON_COMPACT);
	fprintf(out, "\n{\"type\":\"group\",\"t_ns\":2,\"group\":\"db\",\"knobs\":{}}\n{\"type\":\"workload\",\"t_ns\":3,\"workload\":\"db.0\",\"group\":\"db\",\"kind\":\"anon\",\"size_bytes\":4096}\n"
		     "{\"type\":\"columns\",\"t_ns\":4,\"names\":%s}\n{\"type\":\"begin\",\"t_ns\":1000000000}\n", made_columns);
	for (size_t i = 0; i < n; i++) {
		make_sample(out, i, n, seed);
		if (i == n / 4)
			fprintf(out, "{\"type\":\"event\",\"t_ns\":%zu,\"workload\":\"db.0\",\"state\":\"filled\"}\n", 1000000000 + i * 100000000);
		if (i == n / 2 && streq(outcome, "oom_killed"))
			fprintf(out, "{\"type\":\"oom\",\"t_ns\":%zu,\"constraint\":\"memcg\",\"global\":false,\"workload\":\"db.0\",\"victim\":\"x\"}\n",
				1000000000 + i * 100000000);
	}
	fprintf(out, "{\"type\":\"outcome\",\"t_ns\":%zu,\"workload\":\"db.0\",\"outcome\":\"%s\"}\n"
		     "{\"type\":\"latency\",\"t_ns\":%zu,\"what\":\"direct_reclaim\",\"count\":12,\"total_ns\":90000000,\"p50_ns\":1000000,"
		     "\"p99_ns\":30000000,\"max_ns\":31000000,\"buckets\":[]}\n{\"type\":\"end\",\"t_ns\":%zu,\"outcome\":\"%s\"}\n",
		1000000000 + n * 100000000, outcome, 1000000000 + n * 100000000, 1000000000 + n * 100000000, outcome);
	fclose(out);
	json_decref(first);
	json_decref(group);
	return text;
}

/* Two profiles of n_seeds cells each, n_samples a cell; the last cell was killed. */
static inline struct made_run make_run(size_t n_seeds, size_t n_samples)
{
	static const char *const profiles[] = { "kernel-default", HOSTILE_PROFILE };
	struct made_run run = { .n = 2 * n_seeds };
	json_t *cells = json_array();

	run.summaries = xcalloc(run.n, sizeof(*run.summaries));
	run.streams = xcalloc(run.n, sizeof(*run.streams));
	for (size_t i = 0; i < run.n; i++) {
		const char *outcome = i + 1 == run.n ? "oom_killed" : "completed";
		struct summary_input input = { .wall_s = 1 };
		_cleanup_free_ char *id = xasprintf("made-up.%s.s%zu", i < n_seeds ? "a" : "b", i % n_seeds + 1);

		run.streams[i] = make_stream(n_samples, (unsigned)(i % n_seeds + 1 + i / n_seeds), profiles[i / n_seeds], outcome);
		input.stream = run.streams[i];
		input.stream_len = strlen(run.streams[i]);
		if (summary_make(&input, &run.summaries[i], NULL) < 0)
			abort();
		json_array_append_new(cells, summary_to_json(run.summaries[i], id, NULL));
	}
	run.document = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "schema", "memrig.run/1", "run", "20260101T000000Z-\"><b>", "status",
				 "finished", "clock", "virtual", "started", "2026-01-01T00:00:00Z", "cells", cells);
	return run;
}

static inline void made_run_release(struct made_run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		summary_free(run->summaries[i]);
		free(run->streams[i]);
	}
	free(run->summaries);
	free(run->streams);
	json_decref(run->document);
}

static inline struct timeline *made_course(void *context, const json_t *document, const char *cell)
{
	struct made_run *run = context;
	struct timeline *t = NULL;
	size_t i;
	const json_t *entry;

	json_array_foreach (json_object_get(document, "cells"), i, entry)
		if (streq(record_text(entry, "id", ""), cell) &&
		    timeline_parse(run->streams[i], strlen(run->streams[i]), &t, NULL) < 0)
			abort();
	return t;
}

/* The page of that run told `times` times, which are as many groups with the same names; the caller frees it. */
static inline char *made_page_of(size_t times, size_t n_seeds, size_t n_samples, size_t *ret_len)
{
	struct made_run run = make_run(n_seeds, n_samples);
	const json_t *documents[] = { run.document, run.document, run.document };
	struct report_source source = { documents, times, "test", made_course, &run };
	char *page = NULL;
	FILE *out = open_memstream(&page, ret_len);

	if (times > ARRAY_SIZE(documents) || report_write(out, &source) < 0)
		abort();
	fclose(out);
	made_run_release(&run);
	return page;
}

static inline char *made_page(size_t n_seeds, size_t n_samples, size_t *ret_len)
{
	return made_page_of(1, n_seeds, n_samples, ret_len);
}

#endif
