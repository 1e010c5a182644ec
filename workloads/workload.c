/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/workload.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>

#include "common/clock.h"
#include "common/suggest.h"
#include "common/util.h"
#include "workloads/pick.h"

extern const struct workload_kind workload_anon, workload_block_read, workload_churn, workload_exec, workload_file_map,
	workload_file_read, workload_file_write, workload_fork_cow, workload_fragment, workload_heap,
	workload_huge, workload_latency, workload_locked, workload_page_tables, workload_shm,
	workload_slab, workload_stack;

const struct workload_kind *const workload_kinds[] = {
	&workload_anon,
	&workload_block_read,
	&workload_churn,
	&workload_exec,
	&workload_file_map,
	&workload_file_read,
	&workload_file_write,
	&workload_fork_cow,
	&workload_fragment,
	&workload_heap,
	&workload_huge,
	&workload_latency,
	&workload_locked,
	&workload_page_tables,
	&workload_shm,
	&workload_slab,
	&workload_stack,
	NULL,
};

enum { FILENAME_LENGTH_MAX = 64, SIZE_MIN = 4096 };

static const char *const pattern_choices[] = { "sequential", "random", "zipf", "hot-cold", NULL };
static const char *const thp_choices[] = { "default", "always", "never", NULL };

#define AT(member) .offset = offsetof(struct workload_params, member)

const struct workload_option workload_common_options[] = {
	{ "size", OPTION_SIZE, AT(size), .doc = "how much memory, or how much of the file" },
	{ "pattern", OPTION_CHOICE, AT(pattern), .fallback = "sequential", .choices = pattern_choices,
	  .doc = "which page comes next, after every page was touched once in order" },
	{ "zipf_skew", OPTION_RATIO, AT(zipf_skew), .fallback = "0.99", .min = 0.01, .max = 5,
	  .doc = "zipf: the page of rank k is accessed k^-skew as often as the first" },
	{ "hot_share", OPTION_RATIO, AT(hot_share), .fallback = "0.1", .min = 0.001, .max = 0.999,
	  .doc = "hot-cold: share of the pages that is hot" },
	{ "hot_access", OPTION_RATIO, AT(hot_access), .fallback = "0.9", .min = 0.001, .max = 0.999,
	  .doc = "hot-cold: share of the accesses that goes to the hot pages" },
	{ "compressibility", OPTION_RATIO, AT(compressibility), .fallback = "0.5", .min = 0, .max = 0.95,
	  .doc = "share of each page that compresses away" },
	{ "work", OPTION_WORK, AT(work), .fallback = "1 pass",
	  .doc = "what to do after the fill: \"3 passes\", \"20s\", or \"0 passes\" for the fill alone" },
	{ "rate", OPTION_RATE, AT(rate_pages_per_s), .fallback = "0",
	  .doc = "most to access in a second, the fill included: \"64M/s\", or a number of pages; 0 is no limit" },
	{ "hold", OPTION_BOOL, AT(hold), .fallback = "false",
	  .doc = "keep the memory until every workload without hold has ended" },
	{ "threads", OPTION_COUNT, AT(threads), .fallback = "1", .min = 1, .max = WORKLOAD_THREADS_MAX,
	  .needs = TRAIT_WALK, .doc = "threads that share the memory: each fills its part, then has a pattern of its own" },
	{ "verify", OPTION_BOOL, AT(verify), .fallback = "false", .needs = TRAIT_WALK,
	  .doc = "check every word of every page, and name the first that is damaged" },
	{ "latency", OPTION_BOOL, AT(latency), .fallback = "false", .needs = TRAIT_WALK,
	  .doc = "measure each access: median, 99th percentile and longest" },
	{ "thp", OPTION_CHOICE, AT(thp), .fallback = "default", .choices = thp_choices, .needs = TRAIT_PRIVATE,
	  .doc = "transparent huge pages: the system's default, MADV_HUGEPAGE or MADV_NOHUGEPAGE" },
	{ "mlock", OPTION_BOOL, AT(mlock), .fallback = "false", .needs = TRAIT_PRIVATE,
	  .doc = "lock each page in memory as it is touched" },
	{ .name = NULL },
};

const struct workload_kind *workload_find(const char *name)
{
	for (const struct workload_kind *const *kind = workload_kinds; *kind; kind++)
		if (streq((*kind)->name, name))
			return *kind;
	return NULL;
}

static const struct workload_option *find_in(const struct workload_option *options, const char *name)
{
	for (; options && options->name; options++)
		if (streq(options->name, name))
			return options;
	return NULL;
}

/* A kind may lack the trait, go without a common option, or have one of that name itself. */
static bool has_common(const struct workload_kind *kind, const struct workload_option *option)
{
	if (option->needs & ~kind->traits)
		return false;
	for (const char *const *without = kind->without; without && *without; without++)
		if (streq(*without, option->name))
			return false;
	return !find_in(kind->options, option->name);
}

const struct workload_option *workload_nth_option(const struct workload_kind *kind, size_t n)
{
	const struct workload_option *option;

	for (option = workload_common_options; option->name; option++)
		if (has_common(kind, option) && n-- == 0)
			return option;
	for (option = kind->options; option && option->name; option++)
		if (n-- == 0)
			return option;
	return NULL;
}

const struct workload_option *workload_find_option(const struct workload_kind *kind, const char *name)
{
	const struct workload_option *option;

	for (size_t i = 0; (option = workload_nth_option(kind, i)); i++)
		if (streq(option->name, name))
			return option;
	return NULL;
}

/*
 * One reader for each type: strict, the whole text or nothing. `into` is the
 * option's member.
 */
static int set_size(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	struct size size;
	int r = size_parse(text, &size, err);

	if (r < 0)
		return r;
	if (size.base == SIZE_ABSOLUTE && size.bytes < SIZE_MIN)
		return error_set(err, -ERANGE, option->name, "'%.60s' is less than a page of %d bytes", text,
				 SIZE_MIN);
	*(struct size *)into = size;
	return 0;
}

static int set_ratio(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	char *end = NULL;
	double value = 0;
	bool plain = isdigit((unsigned char)text[text[0] == '-']) &&
		     strspn(text, "0123456789.eE+-") == strlen(text);

	/* strtod() would take white space, "inf", "nan" and hexadecimal too. */
	if (plain)
		value = strtod(text, &end);
	if (!plain || *end)
		return error_set(err, -EINVAL, option->name, "not a number from %g to %g: '%.60s'",
				 option->min, option->max, text);
	if (!(value >= option->min && value <= option->max))
		return error_set(err, -ERANGE, option->name, "'%.60s' is not from %g to %g", text,
				 option->min, option->max);
	*(double *)into = value;
	return 0;
}

/* Decimal digits up to the first other character. */
static int read_digits(const char *text, const char **ret_end, uint64_t *ret)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
			return -ERANGE;
	*ret_end = text;
	*ret = value;
	return 0;
}

static int set_count(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	const char *end = text;
	uint64_t value = 0;
	int r = read_digits(text, &end, &value);

	if (r == 0 && *end)
		r = -EINVAL;
	if (r == 0 && (value < (uint64_t)option->min || value > (uint64_t)option->max))
		r = -ERANGE;
	if (r < 0)
		return error_set(err, r, option->name, "not a whole number from %.0f to %.0f: '%.60s'",
				 option->min, option->max, text);
	*(uint64_t *)into = value;
	return 0;
}

static int set_choice(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	struct word_miss miss;
	int index = word_find(text, option->choices, &miss);

	if (index < 0)
		return error_set(err, -EINVAL, option->name, "not one of %s: '%.60s'", miss.accepted, text);
	*(unsigned *)into = (unsigned)index;
	return 0;
}

static int set_work(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	static const char accepted[] =
		"\"3 passes\" (at most 1000000), or a time above 0 as \"20s\" or \"500ms\"";
	enum { PASSES_MAX = 1000000 };
	struct work work = { 0 };
	const char *unit = text;
	int r = read_digits(text, &unit, &work.passes);

	if (r == 0 && (streq(unit, " passes") || streq(unit, " pass"))) {
		r = work.passes > PASSES_MAX ? -ERANGE : 0;
	} else {
		work.passes = 0;
		r = duration_parse(text, &work.time_ns, NULL);
		if (r == 0 && work.time_ns == 0)
			r = -ERANGE; /* it would read as "0 passes" */
	}
	if (r < 0)
		return error_set(err, r, option->name, "not an amount of work: '%.60s'; write %s", text,
				 accepted);
	*(struct work *)into = work;
	return 0;
}

static int set_bool(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	if (!streq(text, "true") && !streq(text, "false"))
		return error_set(err, -EINVAL, option->name, "not true or false: '%.60s'", text);
	*(bool *)into = streq(text, "true");
	return 0;
}

static int set_filename(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t length = strlen(text);

	/* A leading dot would let "." and ".." through. */
	if (length == 0 || length > FILENAME_LENGTH_MAX || text[0] == '.' || strspn(text, allowed) != length)
		return error_set(err, -EINVAL, option->name,
				 "not 1 to %d letters, digits, '.', '_' and '-', with no dot first: '%.80s'",
				 FILENAME_LENGTH_MAX, text);
	free(*(char **)into);
	*(char **)into = xstrdup(text);
	return 0;
}

static int set_bytes(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	struct size size;
	char least[32], most[32];
	int r = size_parse(text, &size, err);

	if (r == 0 && (size.base != SIZE_ABSOLUTE || size.bytes < (uint64_t)option->min ||
		       size.bytes > (uint64_t)option->max))
		r = error_set(err, -ERANGE, option->name, "'%.60s' is not from %s to %s", text,
			      size_format((uint64_t)option->min, least, sizeof(least)),
			      size_format((uint64_t)option->max, most, sizeof(most)));
	if (r == 0)
		*(uint64_t *)into = size.bytes;
	return r;
}

static int set_time(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	char least[32], most[32];
	uint64_t ns;
	int r = duration_parse(text, &ns, err);

	if (r == 0 && (ns < (uint64_t)option->min || ns > (uint64_t)option->max))
		r = error_set(err, -ERANGE, option->name, "'%.60s' is not from %s to %s", text,
			      duration_format((uint64_t)option->min, least, sizeof(least)),
			      duration_format((uint64_t)option->max, most, sizeof(most)));
	if (r == 0)
		*(uint64_t *)into = ns;
	return r;
}

static int set_rate(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	static const struct workload_option pages = { .name = "rate", .min = 0, .max = 1e9 };
	size_t length = strlen(text);
	_cleanup_free_ char *bytes = length > 2 ? xasprintf("%.*s", (int)length - 2, text) : NULL;
	struct size size;

	if (!bytes || !streq(text + length - 2, "/s"))
		return set_count(&pages, text, into, err);
	if (size_parse(bytes, &size, NULL) < 0 || size.base != SIZE_ABSOLUTE || size.bytes < SIZE_MIN)
		return error_set(err, -EINVAL, option->name, "not a rate: '%.60s'; write \"64M/s\", or a number of pages a second",
				 text);
	*(uint64_t *)into = size.bytes / SIZE_MIN;
	return 0;
}

static int set_text(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	enum { TEXT_LENGTH_MAX = 4000 };

	if (strlen(text) > TEXT_LENGTH_MAX)
		return error_set(err, -ERANGE, option->name, "more than %d characters", TEXT_LENGTH_MAX);
	free(*(char **)into);
	*(char **)into = xstrdup(text);
	return 0;
}

/* Its names become metrics. */
static bool good_figure_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < sizeof(((struct workload_figure *)0)->name) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static int set_map(const struct workload_option *option, const char *text, void *into, struct error *err)
{
	json_t *map = json_loads(text, 0, NULL), *where;
	const char *name;
	int r = json_is_object(map) ? 0 : error_set(err, -EINVAL, option->name, "not an object of names and places");

	json_object_foreach (map, name, where) {
		if (r == 0 && !good_figure_name(name))
			r = error_set(err, -EINVAL, option->name, "'%.60s' is no name: at most 39 of a-z, 0-9 and _", name);
		if (r == 0 && !json_is_string(where))
			r = error_set(err, -EINVAL, option->name, "'%.60s' must be a text", name);
		if (r == 0)
			r = pick_check(json_string_value(where), err);
	}
	json_decref(map);
	return r < 0 ? r : set_text(option, text, into, err);
}

int workload_set_option(const struct workload_option *option, const char *text,
			struct workload_params *params, struct error *err)
{
	static int (*const setters[])(const struct workload_option *option, const char *text, void *into,
				      struct error *err) = {
		[OPTION_SIZE] = set_size,
		[OPTION_RATIO] = set_ratio,
		[OPTION_CHOICE] = set_choice,
		[OPTION_WORK] = set_work,
		[OPTION_COUNT] = set_count,
		[OPTION_BOOL] = set_bool,
		[OPTION_FILENAME] = set_filename,
		[OPTION_BYTES] = set_bytes,
		[OPTION_TIME] = set_time,
		[OPTION_RATE] = set_rate,
		[OPTION_TEXT] = set_text,
		[OPTION_MAP] = set_map,
	};

	return setters[option->type](option, text, (char *)params + option->offset, err);
}

/* An empty fallback leaves the member as it is: a file of the workload's own. */
static void set_fallbacks(const struct workload_option *options, struct workload_params *params)
{
	for (; options && options->name; options++)
		if (options->fallback && *options->fallback &&
		    workload_set_option(options, options->fallback, params, NULL) < 0)
			abort(); /* a mistake in a table of ours; the unit tests run them all */
}

/* The common ones too where the kind goes without: what they say is then plain. */
void workload_params_init(const struct workload_kind *kind, struct workload_params *params)
{
	*params = (struct workload_params){ .kind = kind };
	set_fallbacks(workload_common_options, params);
	set_fallbacks(kind->options, params);
}

void workload_params_release(struct workload_params *params)
{
	const struct workload_option *option;

	for (size_t i = 0; params->kind && (option = workload_nth_option(params->kind, i)); i++)
		if (option->type == OPTION_FILENAME || option->type == OPTION_TEXT || option->type == OPTION_MAP)
			free(*(char **)((char *)params + option->offset));
	*params = (struct workload_params){ 0 };
}

void workload_reached(const struct workload_env *env, enum workload_state state)
{
	struct workload_report *report = env->report;
	uint64_t one = 1;

	/* The time first: who sees the state finds its time there. */
	if (state == WORKLOAD_STARTED)
		report->started_ns = now_ns();
	else if (state == WORKLOAD_FILLED)
		report->filled_ns = now_ns();
	else if (state == WORKLOAD_DONE)
		report->done_ns = now_ns();
	report->state = state;
	/* It can fail only when the executor is gone, and then nobody needs to be woken. */
	if (write(env->event_fd, &one, sizeof(one)) < 0)
		return;
}

struct workload_counts workload_sum(const struct workload_report *report)
{
	struct workload_counts sum = { report->touched_pages, report->written_pages, report->filled_pages };

	for (size_t i = 0; i < ARRAY_SIZE(report->more); i++) {
		sum.touched_pages += report->more[i].touched_pages;
		sum.written_pages += report->more[i].written_pages;
		sum.filled_pages += report->more[i].filled_pages;
	}
	return sum;
}

void workload_set_figure(const struct workload_env *env, const char *name, double value)
{
	struct workload_report *report = env->report;
	uint32_t i = 0;

	while (i < report->n_figures && !streq(report->figures[i].name, name))
		i++;
	if (i == ARRAY_SIZE(report->figures))
		return;
	snprintf(report->figures[i].name, sizeof(report->figures[i].name), "%s", name);
	report->figures[i].value = value;
	if (i == report->n_figures)
		report->n_figures = i + 1;
}

void workload_hold(const struct workload_env *env)
{
	char byte;
	ssize_t n;

	if (!env->params->hold)
		return;
	do
		n = read(env->release_fd, &byte, 1);
	while (n > 0 || (n < 0 && errno == EINTR));
}
