/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a journal back. Nothing in it is believed: a key must be one the tuners know, a path one that memrig may have made. */
#include "tuners/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>

#include "common/file.h"
#include "common/util.h"
#include "tuners/journal_parts.h"

#define SCHEMA "memrig.journal/1"
#define JOURNAL_LONGEST (16ULL << 20) /* bytes; a list that is full takes less than one MiB */

struct reader {
	const char *root, *cgroup_mount;
	struct undo_list *list;
	uint64_t sum;
	char boot[64], what[JOURNAL_WHAT];
	long pid;
};

static const char *text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text ? text : "";
}

/* Whether the line, of len characters without its newline, ends with the sum over all before. */
static bool check_sum(struct reader *reader, const char *line, size_t len)
{
	char expected[64];
	size_t tail;

	tail = (size_t)snprintf(expected, sizeof(expected), ",\"sum\":\"%016" PRIx64 "\"}", UINT64_C(0));
	if (len < tail)
		return false;
	reader->sum = journal_sum(reader->sum, line, len - tail);
	snprintf(expected, sizeof(expected), ",\"sum\":\"%016" PRIx64 "\"}", reader->sum);
	return memcmp(line + len - tail, expected, tail) == 0;
}

static bool is_below_mount(const struct reader *reader, const char *path)
{
	size_t mount = strlen(reader->cgroup_mount);

	return strncmp(path, reader->cgroup_mount, mount) == 0 && path[mount] == '/';
}

/* "/sys/fs/cgroup/.../memrig-x" or "/var/.../memrig-x". */
static bool is_ours(const struct reader *reader, enum undo_kind kind, const char *path)
{
	return journal_is_ours(path) && (kind == UNDO_FILE || kind == UNDO_SWAP || is_below_mount(reader, path));
}

static bool add_value(struct reader *reader, const json_t *line, bool sysfs)
{
	struct tune tune = { .tunable = tunable_find(sysfs, text_of(line, "key")), .saved = true };
	const char *before = text_of(line, "before"), *twin = text_of(line, "twin_before");

	if (!tune.tunable || strlen(before) >= sizeof(tune.before) || strlen(twin) >= sizeof(tune.twin_before))
		return false;
	if (!*before || (*twin && !tune.tunable->twin))
		return false;
	strcpy(tune.before, before);
	strcpy(tune.twin_before, twin);
	return undo_add_value(reader->list, reader->root, &tune, NULL);
}

static bool add_path(struct reader *reader, const json_t *line, enum undo_kind kind)
{
	const char *path = text_of(line, "path");

	return is_ours(reader, kind, path) && undo_add_path(reader->list, kind, path, NULL);
}

static bool add_control(struct reader *reader, const json_t *line)
{
	static const char *const enabled[] = { "memory", "cpuset", "memory cpuset" };
	const char *path = text_of(line, "path");
	_cleanup_free_ char *group = NULL;

	if (!journal_is_control(path) || !is_below_mount(reader, path))
		return false;
	group = xasprintf("%.*s", (int)(strlen(path) - strlen(UNDO_CONTROL_FILE)), path);
	for (size_t i = 0; i < ARRAY_SIZE(enabled); i++)
		if (streq(text_of(line, "enabled"), enabled[i]))
			return undo_add_control(reader->list, group, enabled[i], NULL);
	return false;
}

static bool add_swap(struct reader *reader, const json_t *line)
{
	const char *path = text_of(line, "path"), *priority = text_of(line, "priority");

	return is_ours(reader, UNDO_SWAP, path) && *priority && strspn(priority, "0123456789") == strlen(priority) &&
	       undo_add_swap(reader->list, path, priority, NULL);
}

static bool read_entry(struct reader *reader, const json_t *line)
{
	const char *kind = text_of(line, "kind");

	if (json_integer_value(json_object_get(line, "entry")) != (json_int_t)undo_count(reader->list))
		return false;
	if (streq(kind, "sysctl") || streq(kind, "sysfs"))
		return add_value(reader, line, streq(kind, "sysfs"));
	if (streq(kind, "group"))
		return add_path(reader, line, UNDO_GROUP);
	if (streq(kind, "controllers"))
		return add_control(reader, line);
	if (streq(kind, "swap"))
		return add_swap(reader, line);
	return streq(kind, "file") && add_path(reader, line, UNDO_FILE);
}

static bool read_state(struct reader *reader, const json_t *line)
{
	json_int_t index = json_integer_value(json_object_get(line, "entry"));
	const char *effective = text_of(line, "effective");
	struct undo *undo;

	if (index < 0 || index >= (json_int_t)undo_count(reader->list) || strlen(effective) >= UNDO_TEXT)
		return false;
	undo = &reader->list->list[index];
	for (uint32_t i = 0; journal_states[i]; i++) {
		if (!streq(journal_states[i], text_of(line, "state")))
			continue;
		undo->state = i;
		strcpy(undo->effective, effective);
		return true;
	}
	return false;
}

static bool read_header(struct reader *reader, const json_t *line)
{
	snprintf(reader->boot, sizeof(reader->boot), "%s", text_of(line, "boot"));
	snprintf(reader->what, sizeof(reader->what), "%s", text_of(line, "what"));
	reader->pid = (long)json_integer_value(json_object_get(line, "pid"));
	return streq(text_of(line, "journal"), SCHEMA);
}

static bool read_line(struct reader *reader, const char *text, size_t len, bool first)
{
	json_t *line = check_sum(reader, text, len) ? json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	bool good = false;

	if (json_is_object(line))
		good = first ? read_header(reader, line)
			     : json_object_get(line, "kind") ? read_entry(reader, line) : read_state(reader, line);
	json_decref(line);
	return good;
}

/* A last line without its end was being written when the power went or the process died. */
static int read_lines(struct reader *reader, const char *path, const char *text, size_t len, bool *ret_torn,
		      struct error *err)
{
	unsigned n = 0;

	for (size_t at = 0; at < len; n++) {
		const char *end = memchr(text + at, '\n', len - at);

		if (!end && n > 0) {
			*ret_torn = true;
			return 0;
		}
		if (!end || !read_line(reader, text + at, (size_t)(end - text) - at, n == 0))
			break;
		at = (size_t)(end - text) + 1;
		if (at == len)
			return 0;
	}
	error_set(err, -EBADMSG, path, "line %u is not as memrig wrote it; nothing was changed", n + 1);
	error_hint(err, "read the file, put its 'before' values back by hand, then remove it");
	return -EBADMSG;
}

int journal_load(const char *dir, const char *root, const char *cgroup_mount, struct journal_found *ret,
		 struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/" JOURNAL_NAME, dir), *text = NULL, *boot = NULL;
	struct reader reader = { .root = root, .cgroup_mount = cgroup_mount };
	struct journal_found found = { 0 };
	size_t len;
	int r = file_read_beneath(dir, JOURNAL_NAME, JOURNAL_LONGEST, &text, &len, err);

	if (r == 0)
		r = file_read_line(root, "/proc/sys/kernel/random/boot_id", &boot, err);
	if (r != 0)
		return r;
	reader.list = undo_list_new();
	if (!reader.list)
		return error_set(err, -ENOMEM, path, "no memory for what it lists");
	r = read_lines(&reader, path, text, len, &found.torn, err);
	if (r < 0) {
		undo_list_free(reader.list);
		return r;
	}
	found.list = reader.list;
	found.pid = reader.pid;
	memcpy(found.what, reader.what, sizeof(found.what));
	found.same_boot = streq(reader.boot, boot);
	*ret = found;
	return 0;
}
