/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/watch_frame.h"

#include <math.h>
#include <time.h>

#include "results/verdict.h"
#include "results/verdict/setting.h"

/* ---- figures out of columns ---- */

struct sums {
	double now, growth;
	bool any;
};

static struct sums add_columns(const struct timeline *t, const struct watch_figure *f, const char *scope)
{
	struct sums s = { 0 };
	size_t last = t->n_samples - 1;

	for (const char *const *name = f->columns; *name; name++) {
		int column = timeline_columnf(t, "%s%s", scope, *name);

		if (column < 0)
			continue;
		s.any = true;
		s.now += (double)timeline_value(t, last, column);
		if (last > 0)
			s.growth += (double)timeline_growth(t, column, last - 1, last);
	}
	return s;
}

static void make_values(const struct timeline *t, const struct watch_figure *table, const char *scope,
			double interval_s, struct watch_values *ret)
{
	for (size_t i = 0; table[i].key; i++) {
		const struct watch_figure *f = &table[i];
		struct sums s = add_columns(t, f, scope);
		double unit = (f->scale != 0 ? f->scale : 1) * (f->pages ? (double)t->page_bytes : 1);

		ret->total[i] = s.any ? s.now * unit : NAN;
		ret->now[i] = ret->total[i];
		if (f->kind == FIGURE_RATE)
			ret->now[i] = s.any && interval_s > 0 ? s.growth * unit / interval_s : NAN;
	}
}

/* A machine whose kernel has no nodes is shown as one. */
static void make_nodes(const struct timeline *t, struct watch_frame *frame)
{
	for (unsigned n = 0; n < MAX_NODES; n++) {
		_cleanup_free_ char *scope = xasprintf("node%u.", n);
		struct watch_node *node = &frame->nodes[frame->n_nodes];

		if (timeline_columnf(t, "%smeminfo.MemFree_bytes", scope) < 0)
			continue;
		node->node = n;
		make_values(t, watch_node_figures, scope, frame->interval_s, &node->v);
		frame->n_nodes++;
	}
	if (frame->n_nodes == 0) {
		struct watch_values *v = &frame->nodes[frame->n_nodes++].v;
		struct watch_values whole;

		make_values(t, watch_node_figures, "node0.", frame->interval_s, v); /* zones there are */
		make_values(t, watch_node_figures, "", frame->interval_s, &whole);
		v->now[NODE_TOTAL] = v->total[NODE_TOTAL] = whole.now[NODE_TOTAL];
		v->now[NODE_FREE] = v->total[NODE_FREE] = whole.now[NODE_FREE];
		v->now[NODE_ANON] = v->total[NODE_ANON] = whole.now[NODE_ANON];
	}
}

/* ---- groups ---- */

/* Whole percents: what wavers below that is no order. */
static int percent(const struct watch_group *g)
{
	double some = g->v.now[GROUP_SOME];

	return isnan(some) ? 0 : (int)(some * 100);
}

static double size_of(const struct watch_group *g)
{
	double current = g->v.now[GROUP_CURRENT];

	return isnan(current) ? 0 : current;
}

static int by_pressure(const void *a, const void *b)
{
	const struct watch_group *x = a, *y = b;

	if (percent(x) != percent(y))
		return percent(x) > percent(y) ? -1 : 1;
	if (size_of(x) != size_of(y))
		return size_of(x) > size_of(y) ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void make_groups(const struct timeline *t, const struct watch_groups *groups, struct watch_frame *frame)
{
	frame->groups = xcalloc(groups->n + 1, sizeof(*frame->groups));
	for (size_t i = 0; i < groups->n; i++) {
		_cleanup_free_ char *scope = xasprintf("group.%s.", groups->names[i]);
		struct watch_group *g = &frame->groups[frame->n_groups];

		if (timeline_columnf(t, "%smemory.current_bytes", scope) < 0)
			continue; /* it went before it was sampled */
		g->name = xstrdup(groups->names[i]);
		make_values(t, watch_group_figures, scope, frame->interval_s, &g->v);
		frame->n_groups++;
	}
	if (frame->n_groups > 0)
		qsort(frame->groups, frame->n_groups, sizeof(*frame->groups), by_pressure);
}

/* ---- the frame ---- */

static double real_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void watch_frame_make(const struct timeline *t, const struct watch_groups *groups, const json_t *missing,
		      struct watch_frame *ret)
{
	const json_t *machine = timeline_find(t, "machine", NULL, NULL);
	size_t last = t->n_samples - 1;

	*ret = (struct watch_frame){
		.time_s = real_time(),
		.interval_s = last > 0 ? 1e-9 * (double)(t->times[last] - t->times[last - 1]) : 0,
		.running_s = 1e-9 * (double)(t->times[last] - MIN(t->begin_ns, t->times[last])),
		.kernel = record_text(machine, "kernel", "?"),
		.lru = setting_is_mglru(t) ? "MGLRU" : "classic LRU",
		.cgroup = record_text(machine, "cgroup", "none"),
		.verdicts = verdicts_judge(t),
		.missing = missing,
	};
	make_nodes(t, ret);
	make_values(t, watch_swap_figures, "", ret->interval_s, &ret->swap);
	make_values(t, watch_reclaim_figures, "", ret->interval_s, &ret->reclaim);
	make_values(t, watch_psi_figures, "", ret->interval_s, &ret->psi);
	make_groups(t, groups, ret);
}

void watch_frame_release(struct watch_frame *frame)
{
	for (size_t i = 0; i < frame->n_groups; i++)
		free(frame->groups[i].name);
	free(frame->groups);
	json_decref(frame->verdicts);
	*frame = (struct watch_frame){ 0 };
}

char *watch_verdict_key(const json_t *verdict)
{
	const json_t *evidence = json_object_get(verdict, "evidence"), *node = json_object_get(verdict, "node");
	_cleanup_free_ char *where = json_is_integer(node)
					     ? xasprintf(" node %d", (int)json_integer_value(node))
					     : xstrdup("");

	return xasprintf("%s%s %s %s", record_text(verdict, "name", "?"), where, record_text(verdict, "cause", ""),
			 record_text(evidence, "group", ""));
}
