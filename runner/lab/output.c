/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/output.h"

#include "common/json.h"
#include "common/util.h"
#include "results/timeline.h"

size_t output_len(const struct channel *channel)
{
	uint64_t len = channel->header->out_len; /* once: it may be another one the next time */

	return MIN(len, CHANNEL_BYTES - CHANNEL_OUT);
}

bool output_has_begun(const struct channel *channel, size_t *scanned)
{
	static const char record[] = "{\"type\":\"begin\"";
	const char *out = channel_out(channel);
	size_t len = output_len(channel);

	if (len < *scanned)
		return false;
	if (memmem(out + *scanned, len - *scanned, record, strlen(record)))
		return true;
	*scanned = len > sizeof(record) ? len - sizeof(record) : 0;
	return false;
}

/* Whether the line is the record that a reader takes for a stream's beginning, however it is written; one that was cut is none. */
static bool begins_stream(const char *line, size_t len, bool whole)
{
	static const char usual[] = "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",";
	json_t *record;
	bool begins;

	if (whole && len >= strlen(usual) && memcmp(line, usual, strlen(usual)) == 0)
		return true;
	record = len <= TIMELINE_TEXT_MAX ? json_loadb(line, len, 0, NULL) : NULL;
	begins = streq(record_text(record, "type", ""), "stream");
	json_decref(record);
	return begins;
}

static char *tell_whole(char *stream, size_t *len, json_t *description)
{
	const char *newline = memchr(stream, '\n', *len), *end = newline ? newline : stream + *len;
	_cleanup_free_ char *line = NULL;
	json_t *record;
	char *whole;
	size_t head, rest;

	if (!begins_stream(stream, (size_t)(end - stream), newline))
		return stream;
	record = json_pack("{s:s, s:s, s:O}", "type", "stream", "schema", "memrig.stream/1", "cell", description);
	line = json_dumps(record, JSON_COMPACT);
	json_decref(record);
	head = strlen(line);
	rest = *len - (size_t)(end - stream);
	whole = xcalloc(1, head + rest + 1);
	memcpy(whole, line, head);
	memcpy(whole + head, end, rest);
	free(stream);
	*len = head + rest;
	return whole;
}

char *output_take(const struct channel *channel, json_t *description, size_t *ret_len)
{
	size_t len = output_len(channel);
	char *stream = xcalloc(1, len + 1);

	memcpy(stream, channel_out(channel), len);
	json_text_disarm(stream, len);
	stream = tell_whole(stream, &len, description);
	*ret_len = len;
	return stream;
}
