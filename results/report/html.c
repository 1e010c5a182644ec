/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/report/html.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>

#include "common/size.h"
#include "common/util.h"

static const char *entity(unsigned char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return (c < ' ' && c != '\n' && c != '\t') || c == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		const char *instead = entity((unsigned char)*text);

		if (instead)
			fputs(instead, out);
		else
			fputc(*text, out);
	}
}

/* A number with a precision of one digit, 6 when none is given, and with its sign where the format has a plus. */
static void put_double(FILE *out, const char *spec, double value)
{
	const char *dot = strchr(spec, '.');
	int precision = dot ? dot[1] - '0' : 6;

	if (spec[strlen(spec) - 1] == 'g')
		fprintf(out, "%.*g", precision, value);
	else if (spec[1] == '+')
		fprintf(out, "%+.*f", precision, value);
	else
		fprintf(out, "%.*f", precision, value);
}

/* One conversion that is none of %s; takes its argument. */
static void convert(FILE *out, const char *spec, va_list *args)
{
	switch (spec[strlen(spec) - 1]) {
	case 'f':
	case 'g':
		put_double(out, spec, va_arg(*args, double));
		break;
	case 'u':
		if (strchr(spec, 'z'))
			fprintf(out, "%zu", va_arg(*args, size_t));
		else
			fprintf(out, "%u", va_arg(*args, unsigned));
		break;
	case 'c':
		html_text(out, (char[2]){ (char)va_arg(*args, int), '\0' });
		break;
	default:
		fprintf(out, "%d", va_arg(*args, int));
	}
}

void html(FILE *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	while (*format) {
		size_t plain = strcspn(format, "%"), len;
		char spec[16];

		fwrite(format, 1, plain, out);
		format += plain;
		if (!*format)
			break;
		len = 1 + strcspn(format + 1, "sducfg%") + 1;
		if (format[len - 1] == 's') {
			html_text(out, va_arg(args, const char *));
		} else if (format[len - 1] == '%') {
			fputc('%', out);
		} else {
			snprintf(spec, sizeof(spec), "%.*s", (int)len, format);
			convert(out, spec, &args);
		}
		format += len;
	}
	va_end(args);
}

void html_json(FILE *out, const json_t *json)
{
	_cleanup_free_ char *text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(5));

	for (const char *p = text ? text : "null"; *p; p++) {
		if (strchr("<>&", *p))
			fprintf(out, "\\u%04x", (unsigned)*p);
		else
			fputc(*p, out);
	}
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && streq(name + n - m, end);
}

char *html_value(const char *name, double value, uint64_t page_bytes, char *buf, size_t room)
{
	uint64_t whole = value > 0 ? (uint64_t)llround(value) : 0;

	if (!isfinite(value))
		snprintf(buf, room, "–");
	else if (ends_with(name, "_bytes"))
		size_format(whole, buf, room);
	else if (ends_with(name, "_pages"))
		size_format(whole * page_bytes, buf, room);
	else if (ends_with(name, "_ns"))
		duration_format(whole, buf, room);
	else if (ends_with(name, "_us"))
		duration_format(whole * 1000, buf, room);
	else
		snprintf(buf, room, "%.4g", value);
	return buf;
}
