/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/probe/probe.h"

#include "common/util.h"

static void grow(struct probe_columns *columns)
{
	columns->room = columns->room ? columns->room * 2 : 512;
	columns->list = xrealloc(columns->list, columns->room * sizeof(*columns->list));
	columns->values = xrealloc(columns->values, columns->room * sizeof(*columns->values));
}

static void add(struct probe_cursor *c, struct span context, struct span key, const char *suffix,
		uint64_t value)
{
	struct probe_columns *columns = c->columns;
	struct probe_column *column;
	size_t at = strlen(c->prefix);

	if (columns->n == columns->room)
		grow(columns);
	column = &columns->list[columns->n];
	column->name = xasprintf("%s%.*s%s%.*s%s", c->prefix, (int)context.len, context.at,
				 context.len ? "." : "", (int)key.len, key.at, suffix);
	column->context = (struct span){ column->name + at, context.len };
	at += context.len ? context.len + 1 : 0;
	column->key = (struct span){ column->name + at, key.len };
	columns->values[columns->n] = value;
	c->next = c->end = ++columns->n;
}

static bool search(struct probe_cursor *c, size_t from, size_t to, struct span context, struct span key,
		   uint64_t value)
{
	for (size_t i = from; i < to; i++) {
		if (!probe_column_is(&c->columns->list[i], context, key))
			continue;
		c->columns->values[i] = value;
		c->next = i + 1;
		return true;
	}
	return false;
}

void probe_put_slow(struct probe_cursor *c, struct span context, struct span key, const char *suffix,
		    uint64_t value)
{
	/* Ahead first: that is where a line is after one before it has gone. */
	if (search(c, c->next, c->end, context, key, value) ||
	    search(c, c->first, c->next, context, key, value))
		return;
	if (c->prefix)
		add(c, context, key, suffix, value);
}

void probe_columns_release(struct probe_columns *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		free(columns->list[i].name);
	free(columns->list);
	free(columns->values);
	*columns = (struct probe_columns){ 0 };
}
