/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/summary.h"

#include <sha256.h>

#include "common/util.h"
#include "results/metrics.h"
#include "results/verdict.h"
#include "results/verdict/setting.h"

/* Copies a member if the record has it. */
static void copy(json_t *to, const char *key, const json_t *record, const char *from)
{
	json_t *value = json_object_get(record, from);

	if (value)
		json_object_set(to, key, value);
}

static void copy_pages_as_bytes(json_t *to, const char *key, const json_t *record, const char *from,
				uint64_t page)
{
	uint64_t pages = record_u64(record, from, 0);

	if (json_is_integer(json_object_get(record, from)))
		json_object_set_new(to, key, json_integer((json_int_t)pages * (json_int_t)page));
}

/* Time from one member of the record to another; nothing when the later was not reached. */
static void copy_span(json_t *to, const char *key, const json_t *record, const char *until)
{
	uint64_t from = record_u64(record, "started_ns", 0), end = record_u64(record, until, 0);

	if (from > 0 && end >= from)
		json_object_set_new(to, key, json_integer((json_int_t)(end - from)));
}

/* "figure.NAME" of the record is NAME of "figures". */
static void copy_figures(json_t *to, const json_t *record)
{
	static const char prefix[] = "figure.";
	json_t *figures = json_object(), *value;
	const char *key;

	json_object_foreach ((json_t *)record, key, value)
		if (strncmp(key, prefix, strlen(prefix)) == 0)
			json_object_set(figures, key + strlen(prefix), value);
	if (json_object_size(figures) > 0)
		json_object_set(to, "figures", figures);
	json_decref(figures);
}

/* ---- the parts ---- */

static json_t *summarise_workload(const struct timeline *t, const json_t *workload)
{
	const char *name = record_text(workload, "workload", "");
	const json_t *end = timeline_find(t, "outcome", "workload", name);
	json_t *w = json_object();

	copy(w, "group", workload, "group");
	copy(w, "name", workload, "workload");
	copy(w, "kind", workload, "kind");
	copy(w, "outcome", end, "outcome");
	copy(w, "signal", end, "signal");
	copy(w, "exit", end, "exit");
	copy(w, "message", end, "message");
	copy(w, "policy", workload, "policy");
	copy(w, "nodes", workload, "nodes");
	copy(w, "size_bytes", workload, "size_bytes");
	copy_pages_as_bytes(w, "filled_bytes", end, "filled_pages", t->page_bytes);
	copy_pages_as_bytes(w, "touched_bytes", end, "touched_pages", t->page_bytes);
	copy_pages_as_bytes(w, "written_bytes", end, "written_pages", t->page_bytes);
	copy(w, "passes", end, "passes");
	copy(w, "bad_pages", end, "bad_pages");
	copy(w, "max_rss_bytes", end, "max_rss_bytes");
	copy_figures(w, end);
	copy_span(w, "fill_ns", end, "filled_ns");
	copy_span(w, "duration_ns", end, "done_ns");
	return w;
}

static json_t *summarise_workloads(const struct timeline *t)
{
	json_t *list = json_array();
	size_t pos = 0;
	const json_t *workload;

	while ((workload = timeline_next(t, "workload", &pos)))
		json_array_append_new(list, summarise_workload(t, workload));
	return list;
}

static void add_to(json_t *object, const char *key, uint64_t value)
{
	uint64_t sum = (uint64_t)json_integer_value(json_object_get(object, key)) + value;

	json_object_set_new(object, key, json_integer((json_int_t)sum));
}

/* The kill's zones, summed over each node; NULL when its report had none. */
static json_t *summarise_oom_nodes(const struct timeline *t, uint64_t t_ns)
{
	static const char *const members[] = { "free_bytes", "min_bytes", "low_bytes", "high_bytes" };
	json_t *nodes = json_array();
	size_t pos = 0;
	const json_t *zone;

	while ((zone = timeline_next(t, "oom_zone", &pos))) {
		json_t *last = json_array_get(nodes, json_array_size(nodes) - 1);
		uint64_t node = record_u64(zone, "node", 0);

		if (record_u64(zone, "t_ns", 0) != t_ns)
			continue;
		if (!last || record_u64(last, "node", 0) != node) {
			last = json_pack("{s:I}", "node", (json_int_t)node);
			json_array_append_new(nodes, last);
		}
		for (size_t i = 0; i < ARRAY_SIZE(members); i++)
			add_to(last, members[i], record_u64(zone, members[i], 0));
	}
	if (json_array_size(nodes) > 0)
		return nodes;
	json_decref(nodes);
	return NULL;
}

static json_t *summarise_oom(const struct timeline *t)
{
	static const char *const members[] = {
		"constraint",	  "global",	    "nodemask",		"cpuset",	  "mems_allowed",
		"victim",	  "victim_pid",	    "group",		"workload",	  "task_memcg",
		"oom_memcg",	  "anon_rss_bytes", "file_rss_bytes",	"shmem_rss_bytes", "total_vm_bytes",
		"oom_score_adj",  "group_kill",	    "invoker",		"gfp_flags",	  "order",
		"swap_free_bytes", "swap_total_bytes", "memcg_usage_bytes", "memcg_limit_bytes",
	};
	json_t *list = json_array();
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "oom", &pos))) {
		json_t *oom = json_object(), *nodes;
		uint64_t at = record_u64(record, "t_ns", t->begin_ns);

		json_object_set_new(oom, "at_ns",
				    json_integer(at > t->begin_ns ? (json_int_t)(at - t->begin_ns) : 0));
		for (size_t i = 0; i < ARRAY_SIZE(members); i++)
			copy(oom, members[i], record, members[i]);
		nodes = summarise_oom_nodes(t, at);
		if (nodes)
			json_object_set_new(oom, "nodes", nodes);
		json_array_append_new(list, oom);
	}
	return list;
}

static json_t *summarise_settings(const struct timeline *t)
{
	json_t *settings = json_object();
	size_t pos = 0;
	const json_t *record;

	while ((record = timeline_next(t, "tune", &pos))) {
		json_t *setting = json_object();

		copy(setting, "before", record, "before");
		copy(setting, "asked", record, "asked");
		copy(setting, "target", record, "target");
		copy(setting, "effective", record, "effective");
		json_object_set_new(settings, record_text(record, "key", "?"), setting);
	}
	pos = 0;
	while ((record = timeline_next(t, "undo", &pos)))
		copy(json_object_get(settings, record_text(record, "key", "?")), "drift", record, "drift");
	return settings;
}

static json_t *summarise_nodes(const struct timeline *t)
{
	const json_t *machine = timeline_find(t, "machine", NULL, NULL);
	json_t *list = json_array(), *node;
	size_t i;

	json_array_foreach (json_object_get(machine, "nodes"), i, node)
		json_array_append(list, node);
	return list;
}

/* Which page reclaim ran. NULL: the stream does not say. */
static const char *which_lru(const struct timeline *t)
{
	if (!timeline_find(t, "machine", NULL, NULL))
		return NULL;
	return setting_is_mglru(t) ? "mglru" : "classic";
}

/* ---- the whole ---- */

static void describe_cell(const struct timeline *t, const json_t *asked, struct summary *s)
{
	const json_t *recorded = json_object_get(timeline_find(t, "stream", NULL, NULL), "cell");
	const json_t *cell = recorded ? recorded : asked;
	const json_t *machine = timeline_find(t, "machine", NULL, NULL);

	s->scenario = xstrdup(record_text(json_object_get(cell, "scenario"), "name", ""));
	s->profile = xstrdup(record_text(json_object_get(cell, "profile"), "name", ""));
	s->seed = json_integer_value(json_object_get(cell, "seed"));
	s->clock = xstrdup(record_text(cell, "clock", ""));
	s->kernel = xstrdup(record_text(machine, "kernel", ""));
	s->lru = which_lru(t);
	s->tiers = (unsigned)record_u64(machine, "memory_tiers", 0);
}

/* A guest that could not begin has said why in the last line of its console; bytes that are no text are left out. */
static void add_last_words(json_t *reasons, const char *console)
{
	size_t end = strlen(console), start;
	_cleanup_free_ char *sentence = NULL;

	while (end > 0 && strchr("\r\n ", console[end - 1]))
		end--;
	for (start = end; start > 0 && console[start - 1] != '\n'; start--)
		;
	if (start == end)
		return;
	sentence = xasprintf("the console ends with: %.*s", (int)MIN(end - start, 200), console + start);
	json_array_append_new(reasons, json_string(sentence));
}

int summary_make(const struct summary_input *input, struct summary **ret, struct error *err)
{
	struct timeline *t;
	struct summary *s;
	int r = timeline_parse(input->stream, input->stream_len, &t, err);

	if (r < 0)
		return r;
	s = xcalloc(1, sizeof(*s));
	describe_cell(t, input->cell, s);
	s->outcome = outcome_of_cell(t, input->console, input->deadline);
	s->reasons = outcome_invalid_reasons(t, s->outcome);
	if (!t->ended && s->outcome != OUTCOME_PANICKED && input->console)
		add_last_words(s->reasons, input->console);
	s->valid = json_array_size(s->reasons) == 0;
	s->workloads = summarise_workloads(t);
	s->oom = summarise_oom(t);
	s->settings = summarise_settings(t);
	s->nodes = summarise_nodes(t);
	s->verdicts = verdicts_judge(t);
	s->metrics = metrics_compute(t);
	s->page_bytes = t->page_bytes;
	s->wall_s = input->wall_s;
	SHA256Data((const uint8_t *)input->stream, input->stream_len, s->stream_sha256);
	s->timeline = t;
	*ret = s;
	return 0;
}

void summary_free(struct summary *s)
{
	if (!s)
		return;
	free(s->scenario);
	free(s->profile);
	free(s->clock);
	free(s->kernel);
	json_decref(s->reasons);
	json_decref(s->workloads);
	json_decref(s->oom);
	json_decref(s->verdicts);
	json_decref(s->settings);
	json_decref(s->nodes);
	json_decref(s->metrics);
	timeline_free(s->timeline);
	free(s);
}

const char *summary_workload_outcome(const struct summary *s, const char *workload)
{
	size_t i;
	const json_t *w;

	json_array_foreach (s->workloads, i, w)
		if (streq(record_text(w, "name", ""), workload))
			return record_text(w, "outcome", NULL);
	return NULL;
}

/* Absent rather than empty: a stream that ended early has no kernel to tell. */
static void set_text(json_t *object, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(object, key, json_string(text));
}

json_t *summary_to_json(const struct summary *s, const char *id, json_t *expectations)
{
	json_t *cell = json_object();

	set_text(cell, "id", id);
	set_text(cell, "scenario", s->scenario);
	set_text(cell, "profile", s->profile);
	json_object_set_new(cell, "seed", json_integer(s->seed));
	set_text(cell, "kernel", s->kernel);
	set_text(cell, "clock", s->clock);
	set_text(cell, "lru", s->lru);
	if (s->tiers)
		json_object_set_new(cell, "memory_tiers", json_integer(s->tiers));
	set_text(cell, "outcome", outcome_names[s->outcome]);
	json_object_set_new(cell, "valid", json_boolean(s->valid));
	if (!s->valid)
		json_object_set(cell, "invalid_reasons", s->reasons);
	set_text(cell, "stream_sha256", s->stream_sha256);
	if (s->wall_s >= 0)
		json_object_set_new(cell, "wall_s", json_real(s->wall_s));
	if (expectations)
		json_object_set(cell, "expectations", expectations);
	json_object_set(cell, "verdicts", s->verdicts);
	json_object_set(cell, "workloads", s->workloads);
	json_object_set(cell, "oom", s->oom);
	json_object_set(cell, "metrics", s->metrics);
	json_object_set(cell, "settings", s->settings);
	json_object_set(cell, "nodes", s->nodes);
	json_object_set_new(cell, "page_bytes", json_integer((json_int_t)s->page_bytes));
	return cell;
}
