/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "common/file.h"
#include "common/util.h"
#include "tests/unit/streams.h"
#include "tuners/guardian.h"
#include "tuners/journal_parts.h"
#include "tuners/changes.h"

/* A machine of files below a root of our own. */
static char root[] = "/tmp/memrig-undo-XXXXXX";
static struct undo_list *list;

static char *path_of(const char *path)
{
	return xasprintf("%s%s", root, path);
}

static void put(const char *path, const char *content)
{
	_cleanup_free_ char *full = path_of(path), *dir = xstrdup(full);

	*strrchr(dir, '/') = '\0';
	ck_assert_int_eq(file_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(file_write_atomic(full, content, strlen(content), NULL), 0);
}

static void check_is(const char *path, const char *wanted)
{
	_cleanup_free_ char *got = NULL;

	ck_assert_int_eq(file_read_line(root, path, &got, NULL), 0);
	ck_assert_msg(streq(got, wanted), "%s is '%s', expected '%s'", path, got, wanted);
}

static bool is_there(const char *path)
{
	_cleanup_free_ char *full = path_of(path);

	return access(full, F_OK) == 0;
}

#define SWAPPINESS "/proc/sys/vm/swappiness"
#define MIN_FREE   "/proc/sys/vm/min_free_kbytes"
#define THP_KEY    "kernel/mm/transparent_hugepage/enabled"
#define THP        "/sys/" THP_KEY
#define STATE      "/state"
#define JOURNAL    STATE "/" JOURNAL_NAME

static void set_up(void)
{
	snprintf(root, sizeof(root), "/tmp/memrig-undo-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	put(SWAPPINESS, "60\n");
	put(MIN_FREE, "8192\n");
	put(THP, "always [madvise] never\n");
	put("/proc/sys/kernel/random/boot_id", "11111111-2222\n");
	put(STATE "/keep", "");
	list = undo_list_new();
	ck_assert_ptr_nonnull(list);
	undo_list_begin(list);
}

static void tear_down(void)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", root);

	undo_list_free(list);
	ck_assert_int_eq(system(command), 0);
}

static struct undo *add(bool sysfs, const char *key)
{
	struct tune tune = { .tunable = tunable_find(sysfs, key) };
	struct undo *undo;

	ck_assert_int_eq(tune_save(root, &tune, NULL), 0);
	undo = undo_add_value(list, root, &tune, NULL);
	ck_assert_ptr_nonnull(undo);
	return undo;
}

static void change(struct undo *undo, const char *path, const char *value)
{
	put(path, value);
	snprintf(undo->effective, sizeof(undo->effective), "%s", value);
	undo->state = UNDO_CHANGED;
}

static unsigned undo(bool force)
{
	struct undo_options options = { .force = force, .deadline_ms = 100 };

	return undo_all(list, &options);
}

/* ---- undo ---- */

START_TEST(a_changed_value_goes_back)
{
	struct undo *u = add(false, "vm.swappiness");

	change(u, SWAPPINESS, "1");
	ck_assert_uint_eq(undo(false), 0);
	ck_assert_uint_eq(u->state, UNDO_BACK);
	check_is(SWAPPINESS, "60");
}
END_TEST

START_TEST(what_was_meant_but_not_recorded_goes_back)
{
	struct undo *u = add(false, "vm.swappiness");

	put(SWAPPINESS, "1\n");
	u->state = UNDO_INTENDED;
	ck_assert_uint_eq(undo(false), 0);
	check_is(SWAPPINESS, "60");
}
END_TEST

START_TEST(what_was_never_touched_is_left_as_it_is)
{
	add(false, "vm.swappiness");
	put(SWAPPINESS, "30\n");
	ck_assert_uint_eq(undo(false), 0);
	check_is(SWAPPINESS, "30");
}
END_TEST

START_TEST(a_value_changed_by_somebody_else_is_left_unless_forced)
{
	struct undo *u = add(false, "vm.swappiness");

	change(u, SWAPPINESS, "1");
	put(SWAPPINESS, "30\n");
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(undo(false), 1);
		ck_assert_uint_eq(u->state, UNDO_LEFT);
		check_is(SWAPPINESS, "30");
	}
	ck_assert_uint_eq(undo(true), 0);
	check_is(SWAPPINESS, "60");
}
END_TEST

/* Enabling huge pages raises min_free_kbytes; so what is first in the list is put back last. */
START_TEST(the_first_goes_back_last)
{
	struct undo *first = add(false, "vm.swappiness"), *again = add(false, "vm.swappiness");

	strcpy(first->before, "11"); /* a file of the test is not cut when it is written */
	first->state = again->state = UNDO_INTENDED;
	put(SWAPPINESS, "77\n");
	ck_assert_uint_eq(undo(false), 0);
	check_is(SWAPPINESS, "11");
}
END_TEST

START_TEST(a_value_that_cannot_be_written_is_reported_and_the_rest_goes_back)
{
	struct undo *first = add(false, "vm.swappiness"), *second = add(false, "vm.min_free_kbytes");
	_cleanup_free_ char *path = path_of(MIN_FREE);

	change(first, SWAPPINESS, "1");
	change(second, MIN_FREE, "9");
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_uint_eq(undo(false), 1);
	ck_assert_int_eq(second->error, -ENOENT);
	check_is(SWAPPINESS, "60");
}
END_TEST

START_TEST(groups_and_files_are_removed_and_a_second_time_is_no_mistake)
{
	_cleanup_free_ char *group = path_of("/cg/memrig-x"), *child = path_of("/cg/memrig-x/db"),
			    *file = path_of("/data/memrig-f");

	put("/data/memrig-f/db.0/deep/file", "x");
	put("/data/memrig-f/other", "x");
	ck_assert_int_eq(file_make_dirs(child, NULL), 0);
	ck_assert_ptr_nonnull(undo_add_path(list, UNDO_GROUP, group, NULL));
	ck_assert_ptr_nonnull(undo_add_path(list, UNDO_FILE, file, NULL));
	ck_assert_uint_eq(undo(false), 0);
	ck_assert(!is_there("/cg/memrig-x"));
	ck_assert(!is_there("/data/memrig-f"));
	ck_assert(is_there("/cg"));
	ck_assert_uint_eq(undo(false), 0);
}
END_TEST

/* None of these is a swap area now: what is taken from the kernel is tried in tests/lab/host/swap.sh. */
START_TEST(a_swap_file_is_removed)
{
	_cleanup_free_ char *file = path_of("/memrig-swap-1");

	put("/memrig-swap-1", "x");
	ck_assert_ptr_nonnull(undo_add_swap(list, file, "32767", NULL));
	ck_assert_uint_eq(undo(false), 0);
	ck_assert(!is_there("/memrig-swap-1"));
	ck_assert_uint_eq(undo(false), 0);
}
END_TEST

START_TEST(what_is_no_file_of_memrigs_alone_is_not_taken_for_its_swap)
{
	_cleanup_free_ char *link_path = path_of("/memrig-swap-2"), *target = path_of("/disk"), *twice = path_of("/memrig-swap-3");

	put("/disk", "x");
	ck_assert_int_eq(symlink(target, link_path), 0);
	ck_assert_int_eq(link(target, twice), 0);
	ck_assert_ptr_nonnull(undo_add_swap(list, link_path, "1", NULL));
	ck_assert_ptr_nonnull(undo_add_swap(list, twice, "1", NULL));
	ck_assert_uint_eq(undo(false), 2);
	ck_assert_int_eq(list->list[0].error, -EPERM);
	ck_assert_int_eq(list->list[1].error, -EPERM);
	ck_assert(is_there("/memrig-swap-2"));
	ck_assert(is_there("/memrig-swap-3"));
}
END_TEST

START_TEST(a_group_that_does_not_go_is_reported)
{
	_cleanup_free_ char *group = path_of("/cg/memrig-x");

	put("/cg/memrig-x/cgroup.procs", "");
	ck_assert_ptr_nonnull(undo_add_path(list, UNDO_GROUP, group, NULL));
	ck_assert_uint_eq(undo(false), 1);
	ck_assert_int_eq(list->list[0].error, -EBUSY);
}
END_TEST

/* ---- controllers ---- */

#define CONTROL "/cg/cgroup.subtree_control"

static struct undo *add_control(const char *enabled, const char *controllers)
{
	_cleanup_free_ char *group = path_of("/cg");
	struct undo *undo = undo_add_control(list, group, controllers, NULL);

	ck_assert_ptr_nonnull(undo);
	put(CONTROL, enabled);
	undo->state = UNDO_INTENDED;
	return undo;
}

/* A file keeps what is beyond the words that were written to it. */
START_TEST(only_the_controllers_that_were_turned_on_are_turned_off)
{
	add_control("cpuset memory pids", "cpuset");
	ck_assert_uint_eq(undo(false), 0);
	check_is(CONTROL, "-cpusetmemory pids");
	ck_assert_uint_eq(list->list[0].state, UNDO_BACK);
}
END_TEST

START_TEST(controllers_that_were_never_turned_on_are_left)
{
	add_control("memory pids", "memory")->state = UNDO_SAVED;
	ck_assert_uint_eq(undo(false), 0);
	check_is(CONTROL, "memory pids");
}
END_TEST

START_TEST(controllers_that_are_off_already_are_no_mistake)
{
	add_control("pids", "memory cpuset");
	ck_assert_uint_eq(undo(false), 0);
	check_is(CONTROL, "pids");
}
END_TEST

START_TEST(a_controller_that_somebody_elses_group_uses_is_left_unless_forced)
{
	static const char *const uses[][2] = { { "/cg/other/memory.max", "4096\n" },
					       { "/cg/other/memory.low", "4096\n" },
					       { "/cg/other/cgroup.subtree_control", "pids memory\n" } };

	for (size_t i = 0; i < ARRAY_SIZE(uses); i++) {
		_cleanup_free_ char *used = path_of(uses[i][0]);
		struct undo *u;

		undo_list_begin(list);
		u = add_control("memory pids", "memory");
		put(uses[i][0], uses[i][1]);
		ck_assert_uint_eq(undo(false), 1);
		ck_assert_uint_eq(u->state, UNDO_LEFT);
		check_is(CONTROL, "memory pids");
		/* The other one has gone, or nobody asks. */
		if (i == 0)
			ck_assert_int_eq(unlink(used), 0);
		ck_assert_uint_eq(undo(i > 0), 0);
		check_is(CONTROL, "-memorypids");
		unlink(used);
	}
}
END_TEST

START_TEST(a_group_that_sets_nothing_uses_no_controller)
{
	add_control("memory cpuset", "memory cpuset");
	put("/cg/other/memory.max", "max\n");
	put("/cg/other/memory.min", "0\n");
	put("/cg/other/cpuset.mems", "\n");
	put("/cg/other/cpuset.cpus.partition", "member\n");
	put("/cg/other/cgroup.subtree_control", "\n");
	put("/cg/memrig-runner-1/memory.max", "1\n");
	ck_assert_uint_eq(undo(false), 0);
}
END_TEST

START_TEST(a_full_list_takes_no_more)
{
	struct error err = { 0 };

	for (unsigned i = 0; i < UNDO_MOST; i++)
		ck_assert_ptr_nonnull(undo_add_path(list, UNDO_FILE, "/memrig-f", NULL));
	ck_assert_ptr_null(undo_add_path(list, UNDO_FILE, "/memrig-f", &err));
	ck_assert_uint_eq(undo_count(list), UNDO_MOST);
	ck_assert_msg(strstr(err.what, "192"), "%s", err.what);
}
END_TEST

/* ---- journal ---- */

static struct journal create(void)
{
	_cleanup_free_ char *dir = path_of(STATE);
	struct journal journal;
	struct error err = { 0 };
	int r = journal_create(dir, root, "a test", list, &journal, &err);

	ck_assert_msg(r == 0, "%s: %s", err.where, err.what);
	return journal;
}

static int load(struct journal_found *ret)
{
	_cleanup_free_ char *dir = path_of(STATE);
	_cleanup_free_ char *mount = path_of("/cg");

	return journal_load(dir, root, mount, ret, NULL);
}

/* A journal of a value and a group, the value changed; returns its text. */
static char *written(void)
{
	_cleanup_free_ char *group = path_of("/cg/memrig-x");
	struct undo *u = add(false, "vm.swappiness");
	struct journal journal;
	char *text = NULL;

	undo_add_path(list, UNDO_GROUP, group, NULL);
	journal = create();
	change(u, SWAPPINESS, "1");
	ck_assert_int_eq(journal_record(&journal, list, u, NULL), 0);
	journal_close(&journal);
	ck_assert_int_eq(file_read(root, JOURNAL, &text, NULL, NULL), 0);
	return text;
}

START_TEST(what_was_written_is_read)
{
	_cleanup_free_ char *text = written();
	struct journal_found found;

	ck_assert_int_eq(load(&found), 0);
	ck_assert(found.same_boot);
	ck_assert(!found.torn);
	ck_assert_int_eq(found.pid, getpid());
	ck_assert_str_eq(found.what, "a test");
	ck_assert_uint_eq(undo_count(found.list), 2);
	ck_assert_str_eq(found.list->list[0].before, "60");
	ck_assert_str_eq(found.list->list[0].effective, "1");
	ck_assert_uint_eq(found.list->list[0].state, UNDO_CHANGED);
	ck_assert_uint_eq(found.list->list[1].kind, UNDO_GROUP);
	ck_assert_uint_eq(found.list->list[1].state, UNDO_SAVED);
	undo_list_free(found.list);
}
END_TEST

START_TEST(controllers_are_written_and_read)
{
	struct journal journal;
	struct journal_found found;

	add_control("memory cpuset", "memory cpuset");
	journal = create();
	ck_assert_int_eq(journal_record(&journal, list, &list->list[0], NULL), 0);
	journal_close(&journal);
	ck_assert_int_eq(load(&found), 0);
	ck_assert_uint_eq(found.list->list[0].kind, UNDO_CONTROL);
	ck_assert_uint_eq(found.list->list[0].state, UNDO_INTENDED);
	ck_assert_str_eq(found.list->list[0].path, list->list[0].path);
	ck_assert_str_eq(found.list->list[0].before, "memory cpuset");
	undo_list_free(found.list);
}
END_TEST

START_TEST(swap_files_are_written_and_read)
{
	struct journal journal;
	struct journal_found found;

	ck_assert_ptr_nonnull(undo_add_swap(list, "/data/memrig-swap-1", "32767", NULL));
	journal = create();
	journal_close(&journal);
	ck_assert_int_eq(load(&found), 0);
	ck_assert_uint_eq(found.list->list[0].kind, UNDO_SWAP);
	ck_assert_str_eq(found.list->list[0].path, "/data/memrig-swap-1");
	ck_assert_str_eq(found.list->list[0].before, "32767");
	undo_list_free(found.list);
}
END_TEST

START_TEST(nothing_to_undo_is_enoent)
{
	struct journal_found found;

	ck_assert_int_eq(load(&found), -ENOENT);
}
END_TEST

START_TEST(another_boot_is_told)
{
	_cleanup_free_ char *text = written();
	struct journal_found found;

	put("/proc/sys/kernel/random/boot_id", "other\n");
	ck_assert_int_eq(load(&found), 0);
	ck_assert(!found.same_boot);
	undo_list_free(found.list);
}
END_TEST

START_TEST(a_journal_in_the_way_is_not_overwritten)
{
	_cleanup_free_ char *text = written(), *dir = path_of(STATE);
	struct journal journal;

	ck_assert_int_eq(journal_create(dir, root, "a test", list, &journal, NULL), -EEXIST);
	check_is(SWAPPINESS, "1");
}
END_TEST

START_TEST(a_journal_of_another_boot_is_in_the_way_and_said_to_be)
{
	_cleanup_free_ char *text = written(), *dir = path_of(STATE);
	struct journal journal;
	struct error err = { 0 };

	ck_assert_int_eq(journal_create(dir, root, "a test", list, &journal, &err), -EEXIST);
	ck_assert_msg(strstr(err.what, "changed already"), "%s", err.what);
	put("/proc/sys/kernel/random/boot_id", "other\n");
	ck_assert_int_eq(journal_create(dir, root, "a test", list, &journal, &err), -EEXIST);
	ck_assert_msg(strstr(err.what, "before this machine was booted"), "%s", err.what);
	ck_assert_msg(strstr(err.hint, "memrig restore"), "%s", err.hint);
	put(JOURNAL, "no journal at all\n");
	ck_assert_int_eq(journal_create(dir, root, "a test", list, &journal, &err), -EEXIST);
	ck_assert_msg(strstr(err.what, "changed already"), "%s", err.what);
}
END_TEST

/* However far it came: all that was complete counts. */
START_TEST(a_cut_journal_is_read_up_to_the_cut_or_refused)
{
	_cleanup_free_ char *text = written();
	size_t len = strlen(text), header = strcspn(text, "\n") + 1;

	for (size_t cut = 0; cut < len; cut++) {
		_cleanup_free_ char *part = xasprintf("%.*s", (int)cut, text);
		struct journal_found found;
		int r;

		put(JOURNAL, part);
		r = load(&found);
		if (cut < header) {
			ck_assert_msg(r == -EBADMSG, "cut at %zu: %d", cut, r);
			continue;
		}
		ck_assert_msg(r == 0, "cut at %zu: %d", cut, r);
		ck_assert_int_eq(found.torn, text[cut - 1] != '\n');
		undo_list_free(found.list);
	}
}
END_TEST

START_TEST(an_edited_journal_is_refused)
{
	_cleanup_free_ char *text = written();
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		_cleanup_free_ char *edited = xstrdup(text);
		struct journal_found found;
		int r;

		edited[i] = (char)(edited[i] ^ 1);
		put(JOURNAL, edited);
		r = load(&found);
		/* The newline of the last line makes it a cut one. */
		if (r == 0 && found.torn)
			undo_list_free(found.list);
		else
			ck_assert_msg(r == -EBADMSG, "character %zu, '%c': %d", i, text[i], r);
	}
}
END_TEST

/* A journal whose sums are right but that asks for what memrig never does. */
START_TEST(a_forged_journal_leads_nowhere)
{
	static const char *const paths[] = { "/etc/passwd", "/cg/../etc/memrig-x", "/cg/other", "relative/memrig-x",
					     "/cg/memrig-x/", "/cg//memrig-x", "/cg/./memrig-x", "/cg/memrig-x/cgroup.procs",
					     "/etc/cgroup.subtree_control", "/cg/../cgroup.subtree_control" };
	static const char *const kinds[] = { "group", "file", "controllers" };

	for (size_t i = 0; i < ARRAY_SIZE(paths) * ARRAY_SIZE(kinds); i++) {
		const char *path = paths[i / ARRAY_SIZE(kinds)];
		_cleanup_free_ char *head = xasprintf("{\"journal\":\"memrig.journal/1\",\"boot\":\"1\",\"pid\":1,\"what\":\"x\"");
		_cleanup_free_ char *entry = xasprintf("{\"entry\":0,\"kind\":\"%s\",\"path\":\"%s%s\",\"enabled\":\"memory\"",
						       kinds[i % ARRAY_SIZE(kinds)], path[0] == '/' ? root : "", path);
		uint64_t first = journal_sum(0, head, strlen(head)), second = journal_sum(first, entry, strlen(entry));
		_cleanup_free_ char *text = xasprintf("%s,\"sum\":\"%016" PRIx64 "\"}\n%s,\"sum\":\"%016" PRIx64 "\"}\n", head, first,
						      entry, second);
		struct journal_found found;

		put(JOURNAL, text);
		ck_assert_msg(load(&found) == -EBADMSG, "%s", entry);
	}
}
END_TEST

START_TEST(what_could_not_be_undone_is_not_begun)
{
	static const char *const paths[] = { "/cg//memrig-x", "/cg/other", "/cg/memrig-\xff", "cg/memrig-x" };
	_cleanup_free_ char *dir = path_of(STATE);
	struct journal journal;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		undo_list_begin(list);
		undo_add_path(list, UNDO_FILE, paths[i], NULL);
		ck_assert_int_eq(journal_create(dir, root, "a test", list, &journal, NULL), -EINVAL);
	}
}
END_TEST

START_TEST(a_directory_that_others_may_write_to_is_not_believed)
{
	_cleanup_free_ char *dir = path_of(STATE);
	int fd;

	ck_assert_int_eq(chmod(dir, 0777), 0);
	ck_assert_int_eq(journal_lock(dir, &fd, NULL), -EPERM);
}
END_TEST

START_TEST(one_at_a_time_has_the_lock)
{
	_cleanup_free_ char *dir = path_of(STATE);
	int first, second;

	ck_assert_int_eq(journal_lock(dir, &first, NULL), 0);
	ck_assert_int_eq(journal_lock(dir, &second, NULL), -EBUSY);
	close(first);
	ck_assert_int_eq(journal_lock(dir, &second, NULL), 0);
	close(second);
}
END_TEST

/* Who wrote it may be killed the moment it is there. */
START_TEST(whoever_survives_removes_the_journal_that_was_just_written)
{
	_cleanup_free_ char *dir = path_of(STATE);
	struct journal journal = create();

	journal_close(&journal);
	ck_assert_int_eq(journal_finish(dir, list), 0);
	ck_assert(!is_there(JOURNAL));
	ck_assert_uint_eq(list->finished, 1);
}
END_TEST

START_TEST(whoever_survives_removes_a_journal_that_was_begun)
{
	_cleanup_free_ char *dir = path_of(STATE);

	put(STATE "/" JOURNAL_NEW, "{");
	ck_assert_int_eq(journal_finish(dir, list), 0);
	ck_assert(!is_there(STATE "/" JOURNAL_NEW));
}
END_TEST

START_TEST(whoever_survives_leaves_a_journal_that_was_in_the_way)
{
	_cleanup_free_ char *dir = path_of(STATE);
	struct journal journal = create(), second;

	journal_close(&journal);
	undo_list_begin(list);
	ck_assert_int_eq(journal_create(dir, root, "a test", list, &second, NULL), -EEXIST);
	ck_assert_int_eq(journal_finish(dir, list), 0);
	ck_assert(is_there(JOURNAL));
}
END_TEST

/* ---- changes ---- */

START_TEST(huge_pages_bring_min_free_kbytes_along_to_be_put_back_last)
{
	struct tune tunes[] = { { .tunable = tunable_find(true, THP_KEY), .asked = "always" },
				{ .tunable = tunable_find(false, "vm.swappiness"), .asked = "11" } };
	struct journal journal;

	ck_assert_int_eq(changes_save(root, tunes, ARRAY_SIZE(tunes), list, NULL), 0);
	ck_assert_uint_eq(undo_count(list), 3);
	ck_assert_str_eq(list->list[0].before, "8192");
	journal = create();
	for (size_t i = 0; i < ARRAY_SIZE(tunes); i++)
		ck_assert_int_eq(changes_set(root, &tunes[i], 0, list, &journal, NULL), 0);
	journal_close(&journal);
	ck_assert_uint_eq(list->list[0].state, UNDO_INTENDED);
	ck_assert_uint_eq(list->list[2].state, UNDO_CHANGED);
	ck_assert_str_eq(list->list[2].effective, "11");
	put(MIN_FREE, "9999\n");
	put(THP, "[always] madvise never\n");
	undo(false);
	check_is(MIN_FREE, "8192");
	check_is(SWAPPINESS, "60");
}
END_TEST

/* Once all are set it is known what the kernel made of it; another value is somebody else's. */
START_TEST(min_free_kbytes_of_somebody_else_is_left_though_huge_pages_were_set)
{
	struct tune tunes[] = { { .tunable = tunable_find(true, THP_KEY), .asked = "always" } };
	struct journal journal;

	ck_assert_int_eq(changes_save(root, tunes, ARRAY_SIZE(tunes), list, NULL), 0);
	journal = create();
	ck_assert_int_eq(changes_set(root, &tunes[0], 0, list, &journal, NULL), 0);
	ck_assert_int_eq(changes_settled_all(list, root, &journal, NULL), 0);
	journal_close(&journal);
	ck_assert_uint_eq(list->list[0].state, UNDO_CHANGED);
	put(MIN_FREE, "9000\n");
	undo(false);
	ck_assert_uint_eq(list->list[0].state, UNDO_LEFT);
	check_is(MIN_FREE, "9000");
}
END_TEST

START_TEST(a_setting_the_kernel_lacks_stops_before_anything_is_changed)
{
	struct tune tunes[] = { { .tunable = tunable_find(false, "vm.swappiness"), .asked = "11" },
				{ .tunable = tunable_find(false, "vm.zone_reclaim_mode"), .asked = "0" } };

	ck_assert_int_eq(changes_save(root, tunes, ARRAY_SIZE(tunes), list, NULL), -ENOENT);
	check_is(SWAPPINESS, "60");
}
END_TEST

/* ---- guardian ---- */

/* A process that changes a value and then dies by a signal, or ends with the list finished. */
static void run_guarded(bool finish)
{
	_cleanup_free_ char *dir = path_of(STATE);
	struct undo *u = add(false, "vm.swappiness");
	struct journal journal = create();
	struct guardian guardian;
	pid_t pid;

	ck_assert_int_eq(guardian_start(list, dir, -1, &guardian, NULL), 0);
	pid = fork();
	if (pid == 0) {
		change(u, SWAPPINESS, "1");
		list->finished = finish;
		if (finish)
			_exit(0);
		raise(SIGKILL);
	}
	guardian_let_go(&guardian);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(guardian_wait(&guardian), 0);
	journal_close(&journal);
}

START_TEST(the_guardian_undoes_what_a_killed_process_has_changed)
{
	run_guarded(false);
	check_is(SWAPPINESS, "60");
	ck_assert(!is_there(JOURNAL));
	ck_assert_uint_eq(list->finished, 1);
}
END_TEST

START_TEST(the_guardian_leaves_alone_what_is_finished)
{
	run_guarded(true);
	check_is(SWAPPINESS, "1");
}
END_TEST

START_TEST(what_the_guardian_cannot_undo_stays_in_the_journal)
{
	_cleanup_free_ char *dir = path_of(STATE), *value = path_of(SWAPPINESS);
	struct undo *u = add(false, "vm.swappiness");
	struct journal journal = create();
	struct guardian guardian;

	change(u, SWAPPINESS, "1");
	ck_assert_int_eq(unlink(value), 0);
	ck_assert_int_eq(guardian_start(list, dir, -1, &guardian, NULL), 0);
	guardian_let_go(&guardian);
	ck_assert_int_eq(guardian_wait(&guardian), -EIO);
	ck_assert(is_there(JOURNAL));
	journal_close(&journal);
}
END_TEST

START_TEST(a_killed_guardian_is_told_from_one_that_did_its_work)
{
	struct guardian guardian;

	ck_assert_int_eq(guardian_start(list, NULL, -1, &guardian, NULL), 0);
	ck_assert_int_eq(kill(guardian.pid, SIGKILL), 0);
	ck_assert_int_eq(guardian_wait(&guardian), -ECHILD);
	guardian_let_go(&guardian);
}
END_TEST

START_TEST(signals_do_not_end_the_guardian)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGSEGV, SIGPIPE };
	struct guardian guardian;
	struct undo *u = add(false, "vm.swappiness");

	ck_assert_int_eq(guardian_start(list, NULL, -1, &guardian, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		ck_assert_int_eq(kill(guardian.pid, signals[i]), 0);
	change(u, SWAPPINESS, "1");
	guardian_let_go(&guardian);
	ck_assert_int_eq(guardian_wait(&guardian), 0);
	check_is(SWAPPINESS, "60");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("undo");
	TCase *tcase = tcase_create("undo");

	tcase_set_timeout(tcase, 60); /* each record is on disk when it returns, and a busy disk takes its time */
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 60); /* fsync is slow on a busy disk */
	tcase_add_test(tcase, a_changed_value_goes_back);
	tcase_add_test(tcase, what_was_meant_but_not_recorded_goes_back);
	tcase_add_test(tcase, what_was_never_touched_is_left_as_it_is);
	tcase_add_test(tcase, a_value_changed_by_somebody_else_is_left_unless_forced);
	tcase_add_test(tcase, the_first_goes_back_last);
	tcase_add_test(tcase, a_value_that_cannot_be_written_is_reported_and_the_rest_goes_back);
	tcase_add_test(tcase, groups_and_files_are_removed_and_a_second_time_is_no_mistake);
	tcase_add_test(tcase, a_swap_file_is_removed);
	tcase_add_test(tcase, what_is_no_file_of_memrigs_alone_is_not_taken_for_its_swap);
	tcase_add_test(tcase, a_group_that_does_not_go_is_reported);
	tcase_add_test(tcase, only_the_controllers_that_were_turned_on_are_turned_off);
	tcase_add_test(tcase, controllers_that_were_never_turned_on_are_left);
	tcase_add_test(tcase, controllers_that_are_off_already_are_no_mistake);
	tcase_add_test(tcase, a_controller_that_somebody_elses_group_uses_is_left_unless_forced);
	tcase_add_test(tcase, a_group_that_sets_nothing_uses_no_controller);
	tcase_add_test(tcase, a_full_list_takes_no_more);
	tcase_add_test(tcase, what_was_written_is_read);
	tcase_add_test(tcase, controllers_are_written_and_read);
	tcase_add_test(tcase, swap_files_are_written_and_read);
	tcase_add_test(tcase, nothing_to_undo_is_enoent);
	tcase_add_test(tcase, another_boot_is_told);
	tcase_add_test(tcase, a_journal_in_the_way_is_not_overwritten);
	tcase_add_test(tcase, a_journal_of_another_boot_is_in_the_way_and_said_to_be);
	tcase_add_test(tcase, a_cut_journal_is_read_up_to_the_cut_or_refused);
	tcase_add_test(tcase, an_edited_journal_is_refused);
	tcase_add_test(tcase, a_forged_journal_leads_nowhere);
	tcase_add_test(tcase, what_could_not_be_undone_is_not_begun);
	tcase_add_test(tcase, a_directory_that_others_may_write_to_is_not_believed);
	tcase_add_test(tcase, one_at_a_time_has_the_lock);
	tcase_add_test(tcase, whoever_survives_removes_the_journal_that_was_just_written);
	tcase_add_test(tcase, whoever_survives_removes_a_journal_that_was_begun);
	tcase_add_test(tcase, whoever_survives_leaves_a_journal_that_was_in_the_way);
	tcase_add_test(tcase, huge_pages_bring_min_free_kbytes_along_to_be_put_back_last);
	tcase_add_test(tcase, min_free_kbytes_of_somebody_else_is_left_though_huge_pages_were_set);
	tcase_add_test(tcase, a_setting_the_kernel_lacks_stops_before_anything_is_changed);
	tcase_add_test(tcase, the_guardian_undoes_what_a_killed_process_has_changed);
	tcase_add_test(tcase, the_guardian_leaves_alone_what_is_finished);
	tcase_add_test(tcase, what_the_guardian_cannot_undo_stays_in_the_journal);
	tcase_add_test(tcase, a_killed_guardian_is_told_from_one_that_did_its_work);
	tcase_add_test(tcase, signals_do_not_end_the_guardian);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
