/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <pthread.h>
#include <sys/mman.h>

#include "common/util.h"
#include "runner/lab/output.h"

/* The host's side of the channel, with a guest that is not what it was. */
#define ROOM (CHANNEL_BYTES - CHANNEL_OUT)
#define CELL "{\"scenario\":{\"name\":\"asked\"}}"

static struct channel channel;

static void set_up(void)
{
	static const struct machine machine;
	int fd = memfd_create("channel", 0);

	ck_assert_int_eq(channel_create(fd, &machine, false, NULL, false, &channel, NULL), 0);
	close(fd);
}

static void tear_down(void)
{
	channel_unmap(&channel);
}

static void say(const char *text)
{
	memcpy(channel.base + CHANNEL_OUT + channel.header->out_len, text, strlen(text));
	channel.header->out_len += strlen(text);
}

START_TEST(a_length_is_within_the_channel)
{
	static const uint64_t lengths[] = { 0, 5, ROOM, ROOM + 1, UINT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		channel.header->out_len = lengths[i];
		ck_assert_uint_eq(output_len(&channel), MIN(lengths[i], ROOM));
	}
}
END_TEST

static _Atomic bool stop;

static void *lie(void *unused)
{
	while (!stop) {
		channel.header->out_len = 1;
		channel.header->out_len = UINT64_MAX;
	}
	return unused;
}

/* Until the two have been at it side by side for a while; on one CPU they hardly ever are. */
START_TEST(a_length_is_looked_at_once)
{
	size_t last = 0, largest = 0;
	unsigned changes = 0;
	pthread_t guest;

	ck_assert_int_eq(pthread_create(&guest, NULL, lie, NULL), 0);
	for (unsigned looks = 0; changes < 20000 && looks < 100000000; looks++) {
		size_t len = output_len(&channel);

		changes += len != last;
		last = len;
		largest = MAX(largest, len);
	}
	stop = true;
	pthread_join(guest, NULL);
	ck_assert_uint_le(largest, ROOM);
}
END_TEST

START_TEST(the_beginning_is_found_however_it_comes)
{
	size_t scanned = 0;

	say("{\"type\":\"stream\"}\n{\"type\":\"be");
	ck_assert(!output_has_begun(&channel, &scanned));
	say("gin\",\"t_ns\":1}\n");
	ck_assert(output_has_begun(&channel, &scanned));
	channel.header->out_len = 3; /* shorter than what was seen */
	scanned = 10;
	ck_assert(!output_has_begun(&channel, &scanned));
}
END_TEST

static const struct {
	const char *said, *taken; /* NULL: as it was said */
} streams[] = {
	{ "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",\"cell\":{}}\nmore\n",
	  "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",\"cell\":" CELL "}\nmore\n" },
	{ "{ \"type\": \"stream\", \"cell\": {\"scenario\":{\"name\":\"another\"}} }\nmore\n",
	  "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",\"cell\":" CELL "}\nmore\n" },
	{ "{\"type\":\"str\\u0065am\",\"cell\":{\"scenario\":{\"name\":\"another\"}}}",
	  "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",\"cell\":" CELL "}" },
	{ "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",\"ce", NULL },
	{ "{\"type\":\"begin\"}\n", NULL },
	{ "rubbish\n", NULL },
	{ "", NULL },
	{ "\033[2J\"\\u001b\"\n", "?[2J\"\\ufffd\"\n" },
};

START_TEST(the_cell_is_the_one_that_was_asked_for)
{
	json_t *cell = json_loads(CELL, 0, NULL);
	_cleanup_free_ char *taken = NULL;
	size_t len;

	say(streams[_i].said);
	taken = output_take(&channel, cell, &len);
	ck_assert_str_eq(taken, streams[_i].taken ? streams[_i].taken : streams[_i].said);
	ck_assert_uint_eq(len, strlen(taken));
	json_decref(cell);
}
END_TEST

START_TEST(a_full_channel_is_taken)
{
	_cleanup_free_ char *taken = NULL;
	size_t len;

	channel.header->out_len = UINT64_MAX;
	taken = output_take(&channel, NULL, &len);
	ck_assert_uint_eq(len, ROOM);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("output");
	TCase *tcase = tcase_create("channel");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_length_is_within_the_channel);
	tcase_add_test(tcase, a_length_is_looked_at_once);
	tcase_add_test(tcase, the_beginning_is_found_however_it_comes);
	tcase_add_loop_test(tcase, the_cell_is_the_one_that_was_asked_for, 0, ARRAY_SIZE(streams));
	tcase_add_test(tcase, a_full_channel_is_taken);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
