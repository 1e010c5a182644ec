/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/scenario_parts.h"

#include <errno.h>

#include "common/suggest.h"
#include "common/util.h"

/* When a workload starts, and whether all of them ever do. */

static const char start_accepted[] =
	"write \"at once\", \"at 5s\", \"after db filled\" or \"after db.0 done\"";
#define PATTERN_START                                                                                        \
	"^(at once|at [0-9]+(\\.[0-9]{1,6})?(us|ms|s|min|h)|after [a-z][a-z0-9_-]*(\\.[0-9]+)? "             \
	"(started|filled|done))$"

static int parse_after(const char *text, struct start *ret)
{
	size_t who = strcspn(text, " ");
	const char *state = text + who + (text[who] == ' ');

	if (who == 0)
		return -EINVAL;
	for (unsigned i = WORKLOAD_STARTED; i <= WORKLOAD_DONE; i++) {
		if (!streq(state, workload_state_names[i]))
			continue;
		*ret = (struct start){ .kind = START_AFTER, .who = xstrndup(text, who), .state = i };
		return 0;
	}
	return -EINVAL;
}

static int start_parse(const char *text, struct start *ret)
{
	struct start start = { 0 };

	if (strncmp(text, "after ", 6) == 0)
		return parse_after(text + 6, ret);
	if (!streq(text, "at once")) {
		start.kind = START_AT_TIME;
		if (strncmp(text, "at ", 3) != 0 || duration_parse(text + 3, &start.at_ns, NULL) < 0)
			return -EINVAL;
	}
	*ret = start;
	return 0;
}

void start_read(const struct form_value *value, void *start)
{
	const char *text = json_string_value(value->json);

	if (start_parse(text, start) < 0)
		form_fail(value, start_accepted, "not a start: '%.60s'", text);
}

json_t *start_schema(void)
{
	return json_pack("{s:s, s:s}", "pattern", PATTERN_START, "default", "at once");
}

/* Whether a start condition speaks of this workload. */
static bool speaks_of(const char *who, const struct scenario_group *group, const struct scenario_workload *w)
{
	return (group->name && streq(who, group->name)) || (w->name && streq(who, w->name));
}

static bool exists(const struct scenario *scenario, const char *who)
{
	for (size_t i = 0; i < scenario->n_groups; i++)
		for (size_t j = 0; j < scenario->groups[i].n_workloads; j++)
			if (speaks_of(who, &scenario->groups[i], &scenario->groups[i].workloads[j]))
				return true;
	return false;
}

static void unknown_who(const struct form *form, const char *path, const struct scenario *scenario,
			const char *who)
{
	struct suggestion suggestion = suggest_for(who);
	char hint[192];

	for (size_t i = 0; i < scenario->n_groups; i++) {
		if (scenario->groups[i].name)
			suggest_offer(&suggestion, scenario->groups[i].name);
		for (size_t j = 0; j < scenario->groups[i].n_workloads; j++)
			if (scenario->groups[i].workloads[j].name)
				suggest_offer(&suggestion, scenario->groups[i].workloads[j].name);
	}
	form_fail_at(form, path, suggest_hint(&suggestion, hint, sizeof(hint)),
		     "there is no workload or group '%.60s'", who);
}

/*
 * A walk along "starts after": `from` waits for whom its condition names. Each
 * workload is entered once in all walks; coming back to where this walk
 * started means that none of those on the way ever starts.
 */
struct walk {
	const struct scenario *scenario;
	const struct scenario_workload *origin;
	bool *seen; /* by number of the workload */
	char *way;  /* "db.0 after backup.0 after db.0" when a circle was found */
};

static bool leads_back(struct walk *walk, const struct scenario_workload *from)
{
	size_t number = 0;

	if (from->start.kind != START_AFTER)
		return false;
	for (size_t i = 0; i < walk->scenario->n_groups; i++) {
		const struct scenario_group *group = &walk->scenario->groups[i];

		for (size_t j = 0; j < group->n_workloads; j++, number++) {
			const struct scenario_workload *w = &group->workloads[j];
			_cleanup_free_ char *rest = NULL;

			if (!w->name || !speaks_of(from->start.who, group, w))
				continue;
			if (w == walk->origin) {
				walk->way = xasprintf("%s after %s", from->name, w->name);
				return true;
			}
			if (walk->seen[number])
				continue;
			walk->seen[number] = true;
			if (!leads_back(walk, w))
				continue;
			rest = walk->way;
			walk->way = xasprintf("%s after %s", from->name, rest);
			return true;
		}
	}
	return false;
}

static size_t count_workloads(const struct scenario *scenario)
{
	size_t n = 0;

	for (size_t i = 0; i < scenario->n_groups; i++)
		n += scenario->groups[i].n_workloads;
	return n;
}

static void check_circle(const struct form *form, const char *path, const struct scenario *scenario,
			 const struct scenario_workload *w)
{
	_cleanup_free_ bool *seen = xcalloc(count_workloads(scenario), sizeof(*seen));
	struct walk walk = { scenario, w, seen, NULL };

	if (leads_back(&walk, w))
		form_fail_at(form, path, NULL, "never starts: %s", walk.way);
	free(walk.way);
}

static void check_one(const struct form *form, const char *path, const struct scenario *scenario,
		      const struct scenario_workload *w)
{
	char at[16], limit[16];

	if (w->start.kind == START_AT_TIME && w->start.at_ns >= scenario->limit_ns)
		form_fail_at(form, path, NULL, "starts at %s, but the cell ends at its limit of %s",
			     duration_format(w->start.at_ns, at, sizeof(at)),
			     duration_format(scenario->limit_ns, limit, sizeof(limit)));
	if (w->start.kind != START_AFTER)
		return;
	if (!exists(scenario, w->start.who))
		unknown_who(form, path, scenario, w->start.who);
	else if (w->name)
		check_circle(form, path, scenario, w);
}

void start_check(const struct form_value *document, const struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->n_groups; i++) {
		const struct scenario_group *group = &scenario->groups[i];

		for (size_t j = 0; j < group->n_workloads; j++) {
			_cleanup_free_ char *path = xasprintf("groups[%zu].workloads[%zu].start", i, j);

			check_one(document->form, path, scenario, &group->workloads[j]);
		}
	}
}
