/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as what a guest has left in its channel, from there to the run document: the cell stays the one that was asked
 * for, and nothing that a terminal obeys gets through. The first byte says what the guest says of the length. */
#include <sys/mman.h>

#include "common/file.h"
#include "runner/cell.h"
#include "runner/expect.h"
#include "runner/lab/output.h"
#include "tests/fuzz/fuzz.h"

#define CELL "tests/fuzz/corpus/fuzz_cell/smoke"

static struct cell_description *the_cell(void)
{
	static struct cell_description cell;
	_cleanup_free_ char *text = NULL;

	if (cell.json)
		return &cell;
	if (file_read(NULL, CELL, &text, NULL, NULL) < 0 || cell_description_parse(json_loads(text, 0, NULL), &cell, NULL) < 0)
		abort(); /* not started at the top of the tree */
	return &cell;
}

static struct channel *the_channel(void)
{
	static struct channel channel;
	int fd;

	if (channel.base)
		return &channel;
	fd = memfd_create("channel", 0);
	if (channel_create(fd, &the_cell()->scenario->machine, false, NULL, false, &channel, NULL) < 0)
		abort();
	close(fd);
	return &channel;
}

/* jansson writes control characters as escapes. */
static void check_text(const char *text)
{
	for (; *text; text++) {
		if (*text == 0x7f || (text[0] == '\xc2' && ((unsigned char)text[1] & 0xe0) == 0x80))
			abort();
		if (*text == '\\' && strchr("ubfr", *++text))
			abort();
	}
}

static void check_result(const struct channel *channel)
{
	struct cell_description *cell = the_cell();
	_cleanup_free_ char *stream = NULL, *text = NULL;
	struct summary_input input = { .console = "", .cell = cell->json };
	struct summary *summary = NULL;
	json_t *expectations, *json;

	stream = output_take(channel, cell->json, &input.stream_len);
	input.stream = stream;
	if (summary_make(&input, &summary, NULL) < 0)
		return;
	if (!streq(summary->scenario, cell->scenario->name) || !streq(summary->profile, cell->profile->name))
		abort();
	expectations = expect_evaluate(cell->scenario, summary);
	json = summary_to_json(summary, "cell", expectations);
	text = json_dumps(json, 0);
	if (text)
		check_text(text);
	json_decref(expectations);
	json_decref(json);
	summary_free(summary);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct channel *channel = the_channel();
	char *out = channel->base + CHANNEL_OUT;
	size_t scanned = 0;

	if (size == 0)
		return 0;
	memcpy(out, data + 1, size - 1);
	channel->header->out_len = data[0] == 0xff ? UINT64_MAX : size - 1;
	output_has_begun(channel, &scanned);
	if (data[0] != 0xff) /* that length is copied once in a test of its own */
		check_result(channel);
	memset(out, 0, size - 1);
	return 0;
}
