/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An init that boots and parks as the guest's own does, and then misuses the
 * channel and the console: the cell's seed says how (tests/lab/hostile_guest.sh).
 */
#include <jansson.h>
#include <sys/io.h>

#include "common/rng.h"
#include "common/util.h"
#include "runner/lab/guest_setup.h"

#define ROOM	 (CHANNEL_BYTES - CHANNEL_OUT)
#define COM1	 0x3f8
#define BEGIN	 "{\"type\":\"stream\",\"schema\":\"memrig.stream/1\",\"cell\":{}}\n{\"type\":\"begin\",\"t_ns\":1}\n"
#define END	 "{\"type\":\"end\",\"t_ns\":9,\"outcome\":\"completed\"}\n"
#define ESCAPE	 "\\u001b]0;owned\\u0007\\u009b2J"
#define WORKLOAD "{\"type\":\"workload\",\"t_ns\":1,\"group\":\"%s\",\"workload\":\"%s\",\"kind\":\"anon\",\"policy\":\"default\",\"size_bytes\":1}\n" \
		 "{\"type\":\"outcome\",\"t_ns\":2,\"group\":\"%s\",\"workload\":\"%s\",\"outcome\":\"completed\",\"passes\":1}\n"

static struct channel channel;

static void say(const char *text)
{
	size_t len = strlen(text), at = channel.header->out_len;

	if (at + len > ROOM)
		return;
	memcpy(channel.base + CHANNEL_OUT + at, text, len);
	channel.header->out_len = at + len;
	channel.header->beats++;
}

static void say_workload(const char *group, const char *name)
{
	_cleanup_free_ char *text = xasprintf(WORKLOAD, group, name, group, name);

	say(text);
}

static void fill(int byte)
{
	memset(channel.base + CHANNEL_OUT + channel.header->out_len, byte, ROOM - channel.header->out_len);
	channel.header->out_len = ROOM;
}

/* 4 MiB of it. */
static void say_random(void)
{
	struct rng rng = { 1 };
	char *out = channel.base + CHANNEL_OUT + channel.header->out_len;

	for (size_t i = 0; i < 4 << 20; i += sizeof(uint64_t)) {
		uint64_t word = rng_next(&rng);

		memcpy(out + i, &word, sizeof(word));
	}
	channel.header->out_len += 4 << 20;
}

static void rubbish(void)
{
	say_random();
}

static void rubbish_after_hello(void)
{
	say(BEGIN);
	say_random();
}

static void no_newline(void)
{
	say(BEGIN);
	fill('[');
}

/* Valid, of all the channel. */
static void one_long_record(void)
{
	say(BEGIN "{\"type\":\"note\",\"text\":\"");
	fill('x');
	memcpy(channel.base + CHANNEL_BYTES - 3, "\"}\n", 3);
}

static void ends_twice(void)
{
	say(BEGIN);
	say(END);
	say(END);
	say("{\"type\":\"begin\",\"t_ns\":9}\n");
	say(END);
}

static void other_groups(void)
{
	say(BEGIN);
	say_workload("no-such-group", "no-such-group.0");
	say_workload("db", "backup.0");
	say(END);
}

static void names(void)
{
	say("{ \"type\": \"stream\", \"schema\": \"memrig.stream/1\", \"cell\": { \"scenario\": { \"name\": \"../../../x\" },"
	    " \"profile\": { \"name\": \"" ESCAPE "\" }, \"seed\": 1, \"clock\": \"virtual\" } }\n"
	    "{\"type\":\"begin\",\"t_ns\":1}\n");
	say("{\"type\":\"machine\",\"t_ns\":1,\"kernel\":\"" ESCAPE "\",\"page_bytes\":4096,\"nodes\":[{\"node\":0}]}\n");
	say_workload("../../../etc", "../../../etc/x");
	say_workload(ESCAPE, ESCAPE ".0");
	say("{\"type\":\"problem\",\"t_ns\":2,\"where\":\"" ESCAPE "\",\"what\":\"$(touch /tmp/pwned)\",\"fatal\":true}\n");
	say("{\"type\":\"columns\",\"names\":[\"" ESCAPE "\",\"group.../../x.memory.current_bytes\"]}\n"
	    "{\"type\":\"sample\",\"t_ns\":3,\"set\":[0,1,1,2]}\n");
	fprintf(stderr, "\033]0;owned\007\033[2J the last line \033[31m\n");
	say(END);
}

/* As many bytes as there is room for, in records, and more on the console than is taken. */
static void flood(void)
{
	say(BEGIN);
	while (channel.header->out_len + 16 < ROOM)
		say("{\"type\":\"x\"}\n");
	if (ioperm(COM1, 1, 1) == 0)
		for (size_t i = 0; i < 5 << 20; i++)
			outb(i % 64 ? 'x' : '\n', COM1);
}

/* What is outside of the channel's file, said and taken back for as long as somebody looks. */
static void lies_about_length(void)
{
	static const uint64_t lengths[] = { 1, UINT64_MAX, ROOM + 1, 0, 1ULL << 63, ROOM };

	for (size_t i = 0; i < 200000000; i++)
		channel.header->out_len = lengths[i % ARRAY_SIZE(lengths)];
	channel.header->out_len = UINT64_MAX;
}

/* A million columns, and rows of them that take a few bytes each. */
static void wide_rows(void)
{
	say(BEGIN "{\"type\":\"columns\",\"names\":[\"a\"");
	for (size_t i = 0; i < 1000000; i++)
		say(",\"b\"");
	say("]}\n");
	while (channel.header->out_len + 64 < ROOM)
		say("{\"type\":\"sample\",\"t_ns\":1,\"set\":[]}\n");
}

/* Alive by its own account, and without a word. */
static void counts(void)
{
	for (;;) {
		channel.header->beats++;
		channel.header->state = CHANNEL_RUNNING + channel.header->beats % 2;
	}
}

static void (*const modes[])(void) = {
	NULL, rubbish, rubbish_after_hello, no_newline, one_long_record, ends_twice, other_groups, names, flood, lies_about_length,
	wide_rows, counts,
};

int main(void)
{
	struct error err;
	json_t *cell;
	uint64_t seed;

	guest_mount_all();
	if (channel_attach(&channel, &err) < 0)
		guest_die(&err);
	channel.header->state = CHANNEL_READY;
	if (channel.header->park)
		guest_park(&channel);
	cell = json_loadb(channel_in(&channel), channel.header->in_len, 0, NULL);
	seed = (uint64_t)json_integer_value(json_object_get(cell, "seed"));
	channel.header->state = CHANNEL_RUNNING;
	if (seed > 0 && seed < ARRAY_SIZE(modes))
		modes[seed]();
	channel.header->state = CHANNEL_ENDED;
	guest_leave();
}
