/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tuners/tuner.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>

#include "common/size.h"
#include "common/suggest.h"
#include "common/util.h"
#include "tuners/families.h"

/*
 * The order matters: THP raises min_free_kbytes, so it comes first and the
 * watermarks late; zone reclaim and swappiness act on the result.
 */
const struct tuner *const tuners[] = {
	&tuner_thp, &tuner_lru_gen,   &tuner_numa,      &tuner_ksm,          &tuner_zswap, &tuner_commit,
	&tuner_oom, &tuner_writeback, &tuner_watermark, &tuner_zone_reclaim, &tuner_swap,  NULL,
};

const struct tunable *tunable_find(bool sysfs, const char *key)
{
	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++)
			if (t->sysfs == sysfs && streq(t->key, key))
				return t;
	return NULL;
}

int tunable_order(const struct tunable *wanted)
{
	int order = 0;

	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++, order++)
			if (t == wanted)
				return order;
	return -1;
}

const char *tunable_suggest(bool sysfs, const char *key)
{
	struct suggestion suggestion = suggest_for(key);

	for (const struct tuner *const *tuner = tuners; *tuner; tuner++)
		for (const struct tunable *t = (*tuner)->tunables; t->key; t++)
			if (t->sysfs == sysfs)
				suggest_offer(&suggestion, t->key);
	return suggestion.best;
}

/* "6.1.0-56-cloud-amd64" is 6001; what is no release counts as the newest. */
static int release_number(const char *kernel)
{
	int major, minor;

	if (!kernel || sscanf(kernel, "%d.%d", &major, &minor) != 2)
		return INT32_MAX;
	return major * 1000 + minor;
}

static int64_t max_for(const struct tunable *t, const char *kernel)
{
	return t->max_since && release_number(kernel) < t->max_since ? t->max_before : t->max;
}

/* Decimal digits with at most a minus before them, and nothing else. */
static int parse_int(const char *text, int64_t *ret)
{
	char *end;
	long long value;

	if (!isdigit((unsigned char)text[text[0] == '-']))
		return -EINVAL;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno)
		return -ERANGE;
	*ret = value;
	return 0;
}

static int range_error(const struct tunable *t, const char *value, int64_t max, const char *kernel,
		       struct error *err)
{
	int code = error_set(err, -ERANGE, t->key,
			     "%.60s is out of range, %" PRId64 " to %" PRId64 " is accepted", value, t->min,
			     max);

	if (max != t->max)
		error_hint(err, "%" PRId64 " since Linux %d.%d, checked for %.60s", t->max,
			   t->max_since / 1000, t->max_since % 1000, kernel);
	return code;
}

static int check_int(const struct tunable *t, const char *value, const char *kernel, struct error *err)
{
	int64_t number, max = max_for(t, kernel);
	int r = parse_int(value, &number);

	if (r == -EINVAL)
		return error_set(err, -EINVAL, t->key,
				 "not a whole number: '%.60s', %" PRId64 " to %" PRId64 " is accepted", value,
				 t->min, max);
	if (r < 0 || number < t->min || number > max)
		return range_error(t, value, max, kernel, err);
	return 0;
}

/* "2.5%" to 250; the whole text must be used up. */
static int parse_percent(const char *text, uint64_t *ret_permyriad)
{
	_cleanup_free_ char *share = xasprintf("%s of ram", text);
	struct size size;
	int r = size_parse(share, &size, NULL);

	if (r < 0)
		return r;
	*ret_permyriad = size.permyriad;
	return 0;
}

#define AT_MOST " at most "

static uint64_t unit_of(const struct tunable *t)
{
	return t->type == TUNABLE_KBYTES ? KIB : 1;
}

/* Memory kept free beyond this share breaks the machine; of dirty memory any share is taken. */
static uint64_t share_max(const struct tunable *t)
{
	return t->type == TUNABLE_KBYTES ? TUNABLE_KBYTES_SHARE : 100;
}

static int check_share(const struct tunable *t, const char *value, uint64_t permyriad, struct error *err)
{
	if (permyriad > share_max(t) * 100)
		return error_set(err, -ERANGE, t->key, "%.60s is too much, at most %" PRIu64 "%% of RAM is accepted",
				 value, share_max(t));
	return 0;
}

static int no_size(const struct tunable *t, const char *value, struct error *err)
{
	bool kib = t->type == TUNABLE_KBYTES;

	return error_set(err, -EINVAL, t->key, "not a number of %s: '%.60s', \"%s\", \"64M\" or \"1%%\" is accepted",
			 kib ? "KiB" : "bytes", value, kib ? "65536" : "67108864");
}

static int check_size(const struct tunable *t, const char *value, const char *kernel, struct error *err)
{
	uint64_t permyriad, unit = unit_of(t);
	struct size size;
	int r;

	if (isdigit((unsigned char)*value) && strchr(value, '%') && parse_percent(value, &permyriad) == 0)
		return check_share(t, value, permyriad, err);
	if (*value && strchr("KMGT", value[strlen(value) - 1]) && size_parse(value, &size, NULL) == 0) {
		if (size.bytes / unit < (uint64_t)t->min || size.bytes / unit > (uint64_t)t->max)
			return error_set(err, -ERANGE, t->key,
					 "%.60s is out of range, %" PRId64 "%s to %" PRId64 "%s is accepted", value,
					 t->min, unit > 1 ? "K" : "", t->max, unit > 1 ? "K" : "");
		return 0;
	}
	r = check_int(t, value, kernel, err);
	return r == -EINVAL ? no_size(t, value, err) : r;
}

/* "1280M at most 5%": what a source says, and the share of a small machine that it must not pass. */
static int check_bounded(const struct tunable *t, const char *value, const char *kernel, struct error *err)
{
	const char *at = strstr(value, AT_MOST), *share = at ? at + strlen(AT_MOST) : NULL;
	_cleanup_free_ char *size = NULL;
	uint64_t permyriad;
	int r;

	if (!at)
		return check_size(t, value, kernel, err);
	size = xasprintf("%.*s", (int)(at - value), value);
	if (strchr(size, '%') || !strchr(share, '%') || parse_percent(share, &permyriad) < 0)
		return error_set(err, -EINVAL, t->key, "not a size and a share: '%.60s', \"512M at most 5%%\" is accepted",
				 value);
	r = check_share(t, share, permyriad, err);
	return r < 0 ? r : check_size(t, size, kernel, err);
}

static int check_word(const struct tunable *t, const char *value, struct error *err)
{
	struct word_miss miss;

	if (word_find(value, t->words, &miss) >= 0)
		return 0;
	error_set(err, -EINVAL, t->key, "'%.60s' is not one of %s", value, miss.accepted);
	if (miss.hint)
		error_hint(err, "%s", miss.hint);
	return -EINVAL;
}

static int check_hex(const struct tunable *t, const char *value, struct error *err)
{
	char *end;
	unsigned long long number;

	if (streq(value, "y") || streq(value, "n"))
		return 0;
	errno = 0;
	number = strtoull(value, &end, 0);
	if (!isdigit((unsigned char)*value) || *end)
		return error_set(err, -EINVAL, t->key,
				 "not a number: '%.60s', y, n or 0 to 0x%04" PRIx64 " is accepted", value,
				 (uint64_t)t->max);
	if (errno || number > (unsigned long long)t->max)
		return error_set(err, -ERANGE, t->key,
				 "%.60s is out of range, y, n or 0 to 0x%04" PRIx64 " is accepted", value,
				 (uint64_t)t->max);
	return 0;
}

int tunable_check(const struct tunable *t, const char *value, const char *kernel, struct error *err)
{
	switch (t->type) {
	case TUNABLE_INT:
		return check_int(t, value, kernel, err);
	case TUNABLE_KBYTES:
	case TUNABLE_BYTES:
		return check_bounded(t, value, kernel, err);
	case TUNABLE_WORD:
		return check_word(t, value, err);
	case TUNABLE_HEX:
		return check_hex(t, value, err);
	}
	return error_set(err, -EINVAL, t->key, "a setting of unknown type");
}

/* In the setting's unit. A number without a suffix is in it already. */
static int resolve_size(const struct tunable *t, const char *value, uint64_t ram_bytes, uint64_t *ret)
{
	uint64_t permyriad, unit = unit_of(t);
	struct size size;

	if (strchr(value, '%') && parse_percent(value, &permyriad) == 0)
		*ret = MAX((uint64_t)t->min, ram_bytes / unit * permyriad / 10000);
	else if (size_parse(value, &size, NULL) == 0)
		*ret = isdigit((unsigned char)value[strlen(value) - 1]) ? size.bytes : size.bytes / unit;
	else
		return -EINVAL;
	return 0;
}

static int resolve_bounded(const struct tunable *t, const char *value, uint64_t ram_bytes, uint64_t *ret)
{
	const char *at = strstr(value, AT_MOST);
	_cleanup_free_ char *size = at ? xasprintf("%.*s", (int)(at - value), value) : NULL;
	uint64_t number, bound = UINT64_MAX;
	int r = resolve_size(t, at ? size : value, ram_bytes, &number);

	if (r == 0 && at)
		r = resolve_size(t, at + strlen(AT_MOST), ram_bytes, &bound);
	if (r == 0)
		*ret = MIN(number, bound);
	return r;
}

int tunable_resolve(const struct tunable *t, const char *value, uint64_t ram_bytes, char *text, size_t room,
		    struct error *err)
{
	uint64_t number = 0;

	if (t->type != TUNABLE_KBYTES && t->type != TUNABLE_BYTES) {
		snprintf(text, room, "%s", value);
		return 0;
	}
	if (resolve_bounded(t, value, ram_bytes, &number) < 0)
		return no_size(t, value, err);
	if (t->type == TUNABLE_KBYTES && number > ram_bytes / KIB * TUNABLE_KBYTES_SHARE / 100)
		return error_set(err, -ERANGE, t->key,
				 "%" PRIu64 " KiB are more than %d%% of this machine's %" PRIu64 " KiB", number,
				 TUNABLE_KBYTES_SHARE, (uint64_t)(ram_bytes / KIB));
	snprintf(text, room, "%" PRIu64, number);
	return 0;
}
