/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/size.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>

static const char size_accepted[] = "bytes with K, M, G or T as \"64M\", or a share as \"120% of node 0\", "
				    "\"50% of ram\", \"80% of limit\"";
static const char duration_accepted[] = "a number with us, ms, s, min or h, as \"100ms\" or \"1.5s\"";

enum { PERMYRIAD_MAX = 100 * 100 * 100 /* 10000 % */ };

/*
 * Reads digits and, with up to `decimals` of them, a fraction; the result is
 * in units of 10^-decimals. Moves *text behind it. No sign, no exponent.
 */
static int parse_decimal(const char **text, unsigned decimals, uint64_t *ret)
{
	const char *p = *text;
	uint64_t value = 0;
	bool fraction = false;

	if (!isdigit((unsigned char)*p))
		return -EINVAL;
	for (;; p++) {
		if (*p == '.' && !fraction && decimals > 0 && isdigit((unsigned char)p[1])) {
			fraction = true;
			continue;
		}
		if (!isdigit((unsigned char)*p))
			break;
		if (fraction && decimals-- == 0)
			return -EINVAL;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
			return -ERANGE;
	}
	for (; decimals > 0; decimals--)
		if (__builtin_mul_overflow(value, 10, &value))
			return -ERANGE;
	*text = p;
	*ret = value;
	return 0;
}

static int size_error(struct error *err, int code, const char *text)
{
	if (code == -ERANGE)
		return error_set(err, code, "", "the size '%.60s' is too large", text);
	error_set(err, code, "", "not a size: '%.60s'", text);
	error_hint(err, "write %s", size_accepted);
	return code;
}

/* The bits to shift by for a suffix, -1 when there is no such suffix. */
static int suffix_shift(const char *suffix)
{
	static const char letters[] = "KMGT";
	const char *at;

	if (!*suffix)
		return 0;
	at = strchr(letters, *suffix);
	return at && !suffix[1] ? 10 * (int)(at - letters + 1) : -1;
}

static int parse_absolute(const char *text, struct size *ret, struct error *err)
{
	const char *p = text;
	uint64_t value;
	int shift, r = parse_decimal(&p, 0, &value);

	if (r < 0)
		return size_error(err, r, text);
	shift = suffix_shift(p);
	if (shift < 0)
		return size_error(err, -EINVAL, text);
	if (value > (uint64_t)INT64_MAX >> shift)
		return size_error(err, -ERANGE, text);
	*ret = (struct size){ .base = SIZE_ABSOLUTE, .bytes = value << shift };
	return 0;
}

/* " of node 3", " of ram", " of limit" */
static int parse_base(const char *p, struct size *size)
{
	static const char node[] = " of node ";
	uint64_t n;

	if (streq(p, " of ram")) {
		size->base = SIZE_OF_RAM;
	} else if (streq(p, " of limit")) {
		size->base = SIZE_OF_LIMIT;
	} else if (strncmp(p, node, sizeof(node) - 1) == 0) {
		p += sizeof(node) - 1;
		if (parse_decimal(&p, 0, &n) < 0 || *p)
			return -EINVAL;
		if (n >= MAX_NODES)
			return -ERANGE;
		size->base = SIZE_OF_NODE;
		size->node = (unsigned)n;
	} else {
		return -EINVAL;
	}
	return 0;
}

static int parse_share(const char *text, struct size *ret, struct error *err)
{
	struct size size = { 0 };
	const char *p = text;
	uint64_t share;
	int r = parse_decimal(&p, 2, &share);

	if (r < 0 || *p != '%')
		return size_error(err, r < 0 ? r : -EINVAL, text);
	r = parse_base(p + 1, &size);
	if (r == -ERANGE)
		return error_set(err, r, "", "'%.60s': nodes are numbered from 0 to %d", text, MAX_NODES - 1);
	if (r < 0)
		return size_error(err, r, text);
	if (share == 0 || share > PERMYRIAD_MAX)
		return error_set(err, -ERANGE, "", "'%.60s': a share is above 0%% and at most %d%%", text,
				 PERMYRIAD_MAX / 100);
	size.permyriad = (uint32_t)share;
	*ret = size;
	return 0;
}

int size_parse(const char *text, struct size *ret, struct error *err)
{
	return strchr(text, '%') ? parse_share(text, ret, err) : parse_absolute(text, ret, err);
}

int size_resolve(const struct size *size, const struct size_env *env, uint64_t *ret, struct error *err)
{
	uint64_t base = 0, bytes;

	switch (size->base) {
	case SIZE_ABSOLUTE:
		*ret = size->bytes & ~(uint64_t)4095;
		return 0;
	case SIZE_OF_NODE:
		if (size->node >= env->n_nodes)
			return error_set(err, -EINVAL, "", "there is no node %u, the machine has %u",
					 size->node, env->n_nodes);
		base = env->node_bytes[size->node];
		break;
	case SIZE_OF_RAM:
		base = env->ram_bytes;
		break;
	case SIZE_OF_LIMIT:
		if (!env->limit_bytes)
			return error_set(err, -EINVAL, "", "the group has no memory.max or memory.high");
		base = env->limit_bytes;
		break;
	}
	bytes = (uint64_t)((unsigned __int128)base * size->permyriad / 10000);
	*ret = bytes & ~(uint64_t)4095;
	return 0;
}

int duration_parse(const char *text, uint64_t *ret_ns, struct error *err)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "us", 1000 },
		{ "ms", NSEC_PER_MSEC },
		{ "s", NSEC_PER_SEC },
		{ "min", 60 * NSEC_PER_SEC },
		{ "h", 3600 * NSEC_PER_SEC },
	};
	const char *p = text;
	uint64_t millionths;
	int r = parse_decimal(&p, 6, &millionths);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(units); i++) {
		unsigned __int128 ns = (unsigned __int128)millionths * units[i].ns / 1000000;

		if (!streq(p, units[i].name))
			continue;
		if (ns > INT64_MAX)
			return error_set(err, -ERANGE, "", "the time '%.60s' is too long", text);
		*ret_ns = (uint64_t)ns;
		return 0;
	}
	if (r == -ERANGE)
		return error_set(err, r, "", "the time '%.60s' is too long", text);
	error_set(err, -EINVAL, "", "not a time: '%.60s'", text);
	error_hint(err, "write %s", duration_accepted);
	return -EINVAL;
}

char *size_format(uint64_t bytes, char *buf, size_t room)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes == 0)
		snprintf(buf, room, "0");
	else if (bytes < KIB)
		snprintf(buf, room, "%" PRIu64 " B", bytes);
	if (bytes < KIB)
		return buf;
	/* 1023.95 would print as 1024.0 of the smaller unit. */
	while (value >= 1023.95 && unit + 1 < ARRAY_SIZE(units)) {
		value /= 1024;
		unit++;
	}
	snprintf(buf, room, "%.1f %s", value, units[unit]);
	return buf;
}

char *duration_format(uint64_t ns, char *buf, size_t room)
{
	if (ns == 0)
		snprintf(buf, room, "0 s");
	else if (ns < 1000)
		snprintf(buf, room, "%" PRIu64 " ns", ns);
	else if (ns < NSEC_PER_MSEC)
		snprintf(buf, room, "%" PRIu64 " us", ns / 1000);
	else if (ns < NSEC_PER_SEC)
		snprintf(buf, room, "%" PRIu64 " ms", ns / 1000000);
	else if (ns < 120 * NSEC_PER_SEC)
		snprintf(buf, room, "%.1f s", (double)ns / NSEC_PER_SEC);
	else
		snprintf(buf, room, "%.1f min", (double)ns / (60 * NSEC_PER_SEC));
	return buf;
}

int idlist_parse(const char *text, uint64_t *ret_mask)
{
	uint64_t mask = 0, first, last;
	const char *p = text;

	for (;;) {
		if (parse_decimal(&p, 0, &first) < 0)
			return -EINVAL;
		last = first;
		if (*p == '-') {
			p++;
			if (parse_decimal(&p, 0, &last) < 0)
				return -EINVAL;
		}
		if (last > 63 || first > last)
			return -EINVAL;
		mask |= (last == 63 ? 0 : 1ULL << (last + 1)) - (1ULL << first);
		if (*p == '\0')
			break;
		if (*p++ != ',')
			return -EINVAL;
	}
	*ret_mask = mask;
	return 0;
}

char *idlist_format(uint64_t mask, char *buf, size_t room)
{
	size_t used = 0;

	if (room)
		buf[0] = '\0';
	for (unsigned first = 0; first < 64; first++) {
		unsigned last = first;

		if (!(mask >> first & 1))
			continue;
		while (last < 63 && (mask >> (last + 1) & 1))
			last++;
		if (used < room)
			used += (size_t)snprintf(buf + used, room - used, used ? ",%u" : "%u", first);
		if (last > first && used < room)
			used += (size_t)snprintf(buf + used, room - used, "-%u", last);
		first = last;
	}
	return buf;
}
