/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/floor.h"

#include <fcntl.h>
#include <stdbool.h>

#define WINDOW_NS  NSEC_PER_SEC
#define FULL_SHARE 2 /* half of the time */

static int open_below(const char *root, const char *path)
{
	_cleanup_free_ char *full = xasprintf("%s%s", root, path);

	return open(full, O_RDONLY | O_CLOEXEC);
}

void floor_open(const char *root, uint64_t bytes, struct floor *ret)
{
	*ret = (struct floor){ .meminfo_fd = open_below(root, "/proc/meminfo"),
			       .pressure_fd = open_below(root, "/proc/pressure/memory"),
			       .bytes = bytes };
}

void floor_close(struct floor *floor)
{
	if (floor->meminfo_fd >= 0)
		close(floor->meminfo_fd);
	if (floor->pressure_fd >= 0)
		close(floor->pressure_fd);
	*floor = FLOOR_NONE;
}

/* The number after `key` in the file's first 4 KiB, behind `word` when there is one. */
static bool read_number(int fd, const char *key, const char *word, uint64_t *ret)
{
	char text[4096];
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
	const char *at;

	if (n < 0)
		return false;
	text[n] = '\0';
	at = strstr(text, key);
	if (at && word)
		at = strstr(at, word);
	if (!at)
		return false;
	*ret = strtoull(at + strlen(word ? word : key), NULL, 10);
	return true;
}

static bool is_short(const struct floor *floor)
{
	uint64_t kib;

	return floor->bytes > 0 && read_number(floor->meminfo_fd, "MemAvailable:", NULL, &kib) && kib * KIB < floor->bytes;
}

/* One second after the other, each as a whole: in between the share jumps. */
static void look_at_pressure(struct floor *floor, uint64_t now)
{
	uint64_t full_us, waited_ns;

	if (now - floor->window_ns < WINDOW_NS || !read_number(floor->pressure_fd, "full ", "total=", &full_us))
		return;
	waited_ns = (full_us - floor->full_us) * 1000;
	if (floor->window_ns == 0 || full_us < floor->full_us || waited_ns * FULL_SHARE < now - floor->window_ns)
		floor->stalled_since_ns = 0;
	else if (floor->stalled_since_ns == 0)
		floor->stalled_since_ns = floor->window_ns;
	floor->window_ns = now;
	floor->full_us = full_us;
}

/* There is nothing more to be seen. */
static enum floor_state end(struct floor *floor, enum floor_state state)
{
	floor->next_ns = UINT64_MAX;
	return state;
}

enum floor_state floor_look(struct floor *floor, uint64_t now)
{
	bool first = floor->short_since_ns == 0;

	if (now < floor->next_ns)
		return FLOOR_FINE;
	floor->next_ns = now + FLOOR_LOOK_NS;
	look_at_pressure(floor, now);
	if (floor->stalled_since_ns && now - floor->stalled_since_ns >= FLOOR_STALLED_NS)
		return end(floor, FLOOR_STALLED);
	if (!is_short(floor)) {
		floor->short_since_ns = 0;
		return FLOOR_FINE;
	}
	if (first)
		floor->short_since_ns = now;
	if (now - floor->short_since_ns >= FLOOR_STARVED_NS)
		return end(floor, FLOOR_STARVED);
	return first ? FLOOR_SHORT : FLOOR_FINE;
}
