/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cell on a machine that others use: what was there is on disk before anything is changed, and the cell ends when the rest of
 * the system runs short. */
#include <errno.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/cell_run.h"

/* Before the cell's group in the list: taken back when that is gone. */
static int list_controllers(struct cell_run *run, struct error *err)
{
	_cleanup_free_ char *above = NULL, *missing = NULL;
	int r = cgroup_missing(run->place->cgroup_mount, run->place->cgroup_name, &above, &missing, err);

	if (r < 0 || !*missing)
		return r;
	return undo_add_control(run->place->safety->list, above, missing, err) ? 0 : -ENOSPC;
}

/* They are turned on while the groups are made. */
static int announce_controllers(struct cell_run *run, struct error *err)
{
	struct undo_list *list = run->place->safety->list;
	int r = 0;

	for (unsigned i = 0; i < undo_count(list) && r == 0; i++)
		if (list->list[i].kind == UNDO_CONTROL) {
			list->list[i].state = UNDO_INTENDED;
			r = journal_record(&run->journal, list, &list->list[i], err);
		}
	return r;
}

static int list_paths(struct cell_run *run, struct error *err)
{
	struct undo_list *list = run->place->safety->list;
	_cleanup_free_ char *group = xasprintf("%s/%s", run->place->cgroup_mount, run->place->cgroup_name);

	int r = cell_swap_list(run, err);

	if (r < 0)
		return r;
	/* Undoing removes it: it must be ours. */
	if (access(group, F_OK) == 0)
		return error_set(err, -EEXIST, group, "there is such a group already");
	if (!undo_add_path(list, UNDO_GROUP, group, err))
		return -ENOSPC;
	if (!*run->place->data_dir)
		return 0;
	if (access(run->place->data_dir, F_OK) == 0)
		return error_set(err, -EEXIST, run->place->data_dir, "there is such a directory already");
	return undo_add_path(list, UNDO_FILE, run->place->data_dir, err) ? 0 : -ENOSPC;
}

int cell_safety_begin(struct cell_run *run, struct error *err)
{
	const struct cell_safety *safety = run->place->safety;
	int r;

	if (!safety)
		return 0;
	floor_open("", safety->floor_bytes, &run->floor);
	undo_list_begin(safety->list);
	r = changes_save("", run->tunes, run->n_tunes, safety->list, err);
	if (r == 0)
		r = list_controllers(run, err);
	if (r == 0)
		r = list_paths(run, err);
	if (r == 0)
		r = journal_create(safety->state_dir, "", safety->what, safety->list, &run->journal, err);
	if (r == 0)
		r = announce_controllers(run, err);
	if (r == 0 && *run->place->data_dir && mkdir(run->place->data_dir, 0700) < 0)
		r = error_set_errno(err, -errno, run->place->data_dir, "cannot make the directory for data files");
	return r == 0 ? cell_swap_add(run, err) : r;
}

/* As it reads before it is undone, for the record of it. */
static void read_drift(const struct undo *undo, char *text, size_t room)
{
	text[0] = '\0';
	if (undo->kind == UNDO_VALUE && undo->state == UNDO_CHANGED &&
	    (tune_read("", undo->tunable, text, room, NULL) < 0 || streq(text, undo->effective)))
		text[0] = '\0';
}

static void record_undo(struct cell_run *run, const struct undo *undo, const char *drift)
{
	char after[UNDO_TEXT];

	if (undo->kind != UNDO_VALUE || !*undo->effective || tune_read("", undo->tunable, after, sizeof(after), NULL) < 0)
		return;
	stream_begin(&run->out, "undo", now_ns());
	stream_text(&run->out, "key", undo->tunable->key);
	if (*drift)
		stream_text(&run->out, "drift", drift);
	stream_text(&run->out, "after", after);
	stream_end(&run->out);
}

/* Returns how many entries are not back. */
static unsigned undo_and_record(struct cell_run *run)
{
	struct undo_list *list = run->place->safety->list;
	struct undo_options options = { .deadline_ms = 10000 };
	char drifts[UNDO_MOST][UNDO_TEXT];
	unsigned missing;

	for (unsigned i = 0; i < undo_count(list); i++)
		read_drift(&list->list[i], drifts[i], sizeof(drifts[i]));
	missing = undo_all(list, &options);
	for (unsigned i = undo_count(list); i-- > 0;)
		record_undo(run, &list->list[i], drifts[i]);
	return missing;
}

static void report_missing(struct cell_run *run, const struct undo *undo)
{
	struct error err = { 0 };
	const char *name = undo_name(undo);

	if (undo->state == UNDO_LEFT && undo->kind == UNDO_CONTROL)
		error_set(&err, -EBUSY, name, "a group that is not memrig's uses %s by now: left turned on", undo->before);
	else if (undo->state == UNDO_LEFT)
		error_set(&err, -EBUSY, name, "somebody else has changed it meanwhile; it was '%s' and is left as it is",
			  undo->before);
	else
		error_set_errno(&err, undo->error, name, "cannot be put back");
	cell_problem(run, undo->error ? undo->error : -EBUSY, &err, false);
}

void cell_safety_finish(struct cell_run *run)
{
	const struct cell_safety *safety = run->place->safety;

	if (!safety)
		return;
	floor_close(&run->floor);
	/* No journal: nothing was changed. */
	if (run->journal.fd >= 0 && undo_and_record(run) > 0) {
		for (unsigned i = 0; i < undo_count(safety->list); i++)
			if (safety->list->list[i].state != UNDO_BACK)
				report_missing(run, &safety->list->list[i]);
		journal_close(&run->journal);
		return; /* the guardian tries once more, and the journal stays for `memrig restore` */
	}
	if (run->journal.fd >= 0 && journal_remove(&run->journal, NULL) < 0)
		return;
	undo_list_finish(safety->list);
}

/* A cell that was ended for the others' sake is no measurement: not valid. */
bool cell_safety_starved(struct cell_run *run, uint64_t now)
{
	enum floor_state state = floor_look(&run->floor, now);
	unsigned long long mib = run->floor.bytes / MIB;
	struct error err = { 0 };

	if (state == FLOOR_SHORT) {
		error_set(&err, -ENOMEM, "MemAvailable", "less than %llu MiB are left for the rest of the system", mib);
		cell_problem(run, -ENOMEM, &err, false);
	}
	if (state == FLOOR_STARVED) {
		error_set(&err, -ENOMEM, "MemAvailable", "for %llu s less than %llu MiB were left for the rest of the system: the "
			  "cell was ended", (unsigned long long)(FLOOR_STARVED_NS / NSEC_PER_SEC), mib);
		cell_problem(run, -ENOMEM, &err, true);
	}
	if (state == FLOOR_STALLED) {
		error_set(&err, -ENOMEM, "/proc/pressure/memory", "for %llu s the whole system has waited for memory at least half "
			  "of the time: the cell was ended", (unsigned long long)(FLOOR_STALLED_NS / NSEC_PER_SEC));
		cell_problem(run, -ENOMEM, &err, true);
	}
	return state == FLOOR_STARVED || state == FLOOR_STALLED;
}
