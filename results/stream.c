/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/stream.h"

#include <errno.h>
#include <math.h>

#include "common/util.h"

/*
 * The longest records are "columns" and the first "sample" of a large machine:
 * 8 nodes and 20 groups make about 7,000 columns of 45 characters.
 */
#define LINE_BYTES (512 * KIB)

int stream_writer_init(struct stream_writer *w, struct stream_sink sink, struct error *err)
{
	return stream_writer_init_room(w, sink, LINE_BYTES, err);
}

int stream_writer_init_room(struct stream_writer *w, struct stream_sink sink, size_t room, struct error *err)
{
	char *line = malloc(room);

	if (!line)
		return error_set_errno(err, -ENOMEM, "stream", "no memory for the writer's buffer");
	/* Not zero: malloc() and memset(0) become calloc(), whose pages fault on their first use. */
	memset(line, ' ', room);
	*w = (struct stream_writer){ .sink = sink, .line = line, .room = room };
	return 0;
}

void stream_writer_release(struct stream_writer *w)
{
	free(w->line);
	*w = (struct stream_writer){ 0 };
}

static void fail(struct stream_writer *w, int error)
{
	if (!w->error)
		w->error = error;
}

static int flush(struct stream_writer *w)
{
	if (!w->error)
		fail(w, w->sink.write(w->sink.opaque, w->line, w->len));
	w->len = 0;
	return w->error;
}

static void put(struct stream_writer *w, const char *text, size_t len)
{
	if (w->error)
		return;
	if (len > w->room - w->len) {
		fail(w, -E2BIG);
		return;
	}
	memcpy(w->line + w->len, text, len);
	w->len += len;
}

static void put_char(struct stream_writer *w, char c)
{
	put(w, &c, 1);
}

static void put_u64(struct stream_writer *w, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	put(w, digits + at, sizeof(digits) - at);
}

/* Bytes of the UTF-8 sequence at s (RFC 3629, section 4); 0 when it is not one. */
static size_t utf8_length(const unsigned char *s)
{
	/* Of the second byte, which tells overlong forms, surrogates and what is beyond U+10FFFF. */
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++) /* a NUL ends the loop: it is no continuation byte */
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static void put_control(struct stream_writer *w, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char letters[] = "\bb\ff\nn\rr\tt";
	const char *letter = NULL;

	for (const char *p = letters; *p && !letter; p += 2)
		if ((unsigned char)*p == c)
			letter = p + 1;
	if (letter) {
		put_char(w, '\\');
		put_char(w, *letter);
	} else {
		put(w, "\\u00", 4);
		put_char(w, hex[c >> 4]);
		put_char(w, hex[c & 15]);
	}
}

static void put_string(struct stream_writer *w, const char *value)
{
	const unsigned char *s = (const unsigned char *)value;

	put_char(w, '"');
	while (*s) {
		size_t n = utf8_length(s);

		if (n == 0) {
			put(w, "\xef\xbf\xbd", 3); /* U+FFFD, the replacement character */
			n = 1;
		} else if (*s < 0x20) {
			put_control(w, *s);
		} else {
			if (*s == '"' || *s == '\\')
				put_char(w, '\\');
			put(w, (const char *)s, n);
		}
		s += n;
	}
	put_char(w, '"');
}

static void put_key(struct stream_writer *w, const char *key)
{
	put(w, ",\"", 2);
	put(w, key, strlen(key));
	put(w, "\":", 2);
}

int stream_write_json(struct stream_writer *w, json_t *record)
{
	size_t len;

	if (!record)
		fail(w, -ENOMEM);
	if (w->error) {
		json_decref(record);
		return w->error;
	}
	/* Returns the length there would be; writes only what fits. */
	len = json_dumpb(record, w->line, w->room, JSON_COMPACT);
	json_decref(record);
	w->len = MIN(len, w->room);
	if (len == 0)
		fail(w, -EINVAL);
	else
		put_char(w, '\n');
	return flush(w);
}

void stream_begin(struct stream_writer *w, const char *type, uint64_t t_ns)
{
	w->len = 0;
	put(w, "{\"type\":", 8);
	put_string(w, type);
	stream_u64(w, "t_ns", t_ns);
}

void stream_text(struct stream_writer *w, const char *key, const char *value)
{
	put_key(w, key);
	put_string(w, value);
}

void stream_u64(struct stream_writer *w, const char *key, uint64_t value)
{
	put_key(w, key);
	put_u64(w, value);
}

void stream_number(struct stream_writer *w, const char *key, double value)
{
	char text[40];

	if (value >= 0 && value < 0x1p63 && value == (double)(uint64_t)value) {
		stream_u64(w, key, (uint64_t)value);
		return;
	}
	snprintf(text, sizeof(text), "%.9g", isfinite(value) ? value : 0);
	put_key(w, key);
	put(w, text, strlen(text));
}

void stream_bool(struct stream_writer *w, const char *key, bool value)
{
	put_key(w, key);
	for (const char *c = value ? "true" : "false"; *c; c++)
		put_char(w, *c);
}

void stream_i64(struct stream_writer *w, const char *key, int64_t value)
{
	put_key(w, key);
	if (value < 0)
		put_char(w, '-');
	put_u64(w, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void stream_array_begin(struct stream_writer *w, const char *key)
{
	put_key(w, key);
	put_char(w, '[');
}

static void put_separator(struct stream_writer *w)
{
	if (!w->error && w->line[w->len - 1] != '[')
		put_char(w, ',');
}

void stream_array_u64(struct stream_writer *w, uint64_t value)
{
	put_separator(w);
	put_u64(w, value);
}

void stream_array_text(struct stream_writer *w, const char *value)
{
	put_separator(w);
	put_string(w, value);
}

void stream_array_end(struct stream_writer *w)
{
	put_char(w, ']');
}

int stream_end(struct stream_writer *w)
{
	put(w, "}\n", 2);
	return flush(w);
}
