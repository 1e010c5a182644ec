/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/zones.h"

#include <errno.h>

#include "common/util.h"

/* The node's next "zone" record: the watermarks as they were after the settings were applied. */
static const json_t *next_zone(const struct timeline *t, unsigned node, size_t *pos)
{
	const json_t *zone;

	while ((zone = timeline_next(t, "zone", pos)))
		if (record_u64(zone, "node", MAX_NODES) == node)
			return zone;
	return NULL;
}

int zones_watermarks(const struct timeline *t, unsigned node, struct watermarks *ret)
{
	struct watermarks sum = { 0 };
	size_t pos = 0;
	bool any = false;
	const json_t *zone;

	while ((zone = next_zone(t, node, &pos))) {
		sum.min_bytes += record_u64(zone, "min_pages", 0) * t->page_bytes;
		sum.low_bytes += record_u64(zone, "low_pages", 0) * t->page_bytes;
		sum.high_bytes += record_u64(zone, "high_pages", 0) * t->page_bytes;
		any = true;
	}
	if (!any)
		return -ENOENT;
	*ret = sum;
	return 0;
}

static int free_column(const struct timeline *t, unsigned node, const json_t *zone)
{
	return timeline_columnf(t, "node%u.%s.free_pages", node, record_text(zone, "zone", ""));
}

struct zones_spare zones_spare_of(const struct timeline *t, unsigned node)
{
	struct zones_spare spare = { .n = 0 };
	size_t pos = 0;
	const json_t *zone;

	while ((zone = next_zone(t, node, &pos))) {
		int column = free_column(t, node, zone);

		if (column < 0 || spare.n == ARRAY_SIZE(spare.zones))
			return (struct zones_spare){ .n = 0 };
		spare.zones[spare.n].column = column;
		spare.zones[spare.n++].kept_pages =
			record_u64(zone, "high_pages", 0) + record_u64(zone, "protection_pages", 0);
	}
	return spare;
}

uint64_t zones_spare_bytes(const struct timeline *t, const struct zones_spare *spare, size_t sample)
{
	uint64_t pages = 0;

	for (size_t i = 0; i < spare->n; i++) {
		uint64_t free_pages = timeline_value(t, sample, spare->zones[i].column);

		if (free_pages > spare->zones[i].kept_pages)
			pages += free_pages - spare->zones[i].kept_pages;
	}
	return pages * t->page_bytes;
}

/* Returns 1 when a zone is below that watermark, 0 when none is, -ENOENT when none was sampled. */
static int is_below(const struct timeline *t, unsigned node, const char *mark, size_t sample)
{
	size_t pos = 0;
	int result = -ENOENT;
	const json_t *zone;

	while ((zone = next_zone(t, node, &pos))) {
		int column = free_column(t, node, zone);

		if (column < 0)
			continue;
		if (timeline_value(t, sample, column) < record_u64(zone, mark, 0))
			return 1;
		result = 0;
	}
	return result;
}

int zones_below_ns(const struct timeline *t, unsigned node, const char *mark, uint64_t *ret)
{
	uint64_t ns = 0;

	for (size_t i = 0; i < t->n_samples; i++) {
		int r = is_below(t, node, mark, i);

		if (r < 0)
			return r;
		if (r > 0 && i > 0 && t->times[i] > t->times[i - 1])
			ns += t->times[i] - t->times[i - 1];
	}
	if (t->n_samples == 0)
		return -ENOENT;
	*ret = ns;
	return 0;
}

int zones_below_low_ns(const struct timeline *t, unsigned node, uint64_t *ret)
{
	return zones_below_ns(t, node, "low_pages", ret);
}
