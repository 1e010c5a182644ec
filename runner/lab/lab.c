/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/lab.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/cell.h"
#include "runner/lab/output.h"
#include "runner/lab/parts.h"

/* A guest that boots slowly on a busy machine needs a minute; one that is alive writes a sample every few seconds. */
#define STALL_LIMIT_S 180

struct lab_cell {
	json_t *description; /* as it was asked for */
	struct guest guest;
	bool cloned, restoring; /* a clone, which is loading its snapshot */
	uint64_t progress; /* the furthest seen */
	double started_s, progress_s, begin_s, stall_s;
	double seen_s, parts_s[LAB_PARTS];
	size_t scanned; /* how much of the stream was searched for its begin record */
	bool deadline;
	struct error failure; /* of the restoring */
};

const char *const lab_part_names[LAB_PARTS] = {
	[LAB_START] = "start",	     [LAB_SET_UP] = "set-up",	  [LAB_WORK] = "work",
	[LAB_SAMPLING] = "sampling", [LAB_TEARDOWN] = "teardown", [LAB_EXIT] = "exit",
};

/* A real clock cannot stand still in a snapshot: such a guest boots. */
static int boot(const struct lab_request *request, struct guest_spec *spec, struct guest *ret, struct error *err)
{
	int r = spec->initramfs_fd = part_initramfs(request->machine, request->kernel, NULL, err);

	if (r >= 0)
		r = part_swap(request->machine, NULL, &spec->swap_fd, err);
	if (r >= 0)
		r = part_disk(request->machine, NULL, &spec->disk_fd, err);
	if (r >= 0)
		r = guest_start(spec, ret, err);
	if (spec->initramfs_fd >= 0)
		close(spec->initramfs_fd);
	if (spec->swap_fd >= 0)
		close(spec->swap_fd);
	if (spec->disk_fd >= 0)
		close(spec->disk_fd);
	return r;
}

static int start(const struct lab_request *request, struct guest *ret, struct error *err)
{
	json_t *bare = cell_description_bare(request->cell);
	_cleanup_free_ char *text = json_dumps(bare, JSON_COMPACT);
	struct guest_spec spec = { .machine = request->machine, .kernel = request->kernel, .clock = request->clock,
				   .initramfs_fd = -1, .swap_fd = -1, .disk_fd = -1, .state_fd = -1, .userspace = request->userspace, .in = text };
	struct snapshot_spec guest = { request->machine, request->kernel, NULL, request->userspace };
	int r = part_check_room(request->machine, err);

	json_decref(bare);
	if (r < 0)
		return r;
	if (request->snapshot)
		return snapshot_clone(request->snapshot, &guest, text, ret, err);
	return boot(request, &spec, ret, err);
}

int lab_start(const struct lab_request *request, struct lab_cell **ret, struct error *err)
{
	struct lab_cell *cell = xcalloc(1, sizeof(*cell));
	int r;

	cell->started_s = cell->progress_s = cell->seen_s = now_s();
	cell->stall_s = request->stall_s ? request->stall_s : STALL_LIMIT_S;
	cell->cloned = cell->restoring = request->snapshot != NULL;
	r = start(request, &cell->guest, err);
	if (r < 0) {
		free(cell);
		return r;
	}
	cell->description = json_incref(request->cell);
	*ret = cell;
	return 0;
}

char **lab_describe(const struct lab_request *request)
{
	struct guest_spec spec = { .machine = request->machine, .kernel = request->kernel, .clock = request->clock,
				   .userspace = request->userspace };

	return guest_describe(&spec);
}

int lab_pidfd(const struct lab_cell *cell)
{
	return cell->guest.pidfd;
}

int lab_control_fd(const struct lab_cell *cell)
{
	return cell->restoring ? cell->guest.qmp.fd : -1;
}

/* A clone that cannot be restored ends here; lab_finish() tells why. */
static void restore(struct lab_cell *cell)
{
	int r = snapshot_resume(&cell->guest, &cell->failure);

	if (r != 0)
		cell->restoring = false;
	if (r < 0)
		kill(cell->guest.pid, SIGKILL);
}

static enum lab_part current_part(const struct lab_cell *cell)
{
	static const enum lab_part parts[] = { [CELL_SETS_UP] = LAB_SET_UP, [CELL_WORKS] = LAB_WORK,
					       [CELL_SAMPLES] = LAB_SAMPLING, [CELL_TEARS_DOWN] = LAB_TEARDOWN };
	const struct channel_header *header = cell->guest.channel.header;
	uint32_t phase = header->phase;

	if (cell->restoring || (header->state == CHANNEL_EMPTY && !cell->cloned))
		return LAB_START;
	if (header->state >= CHANNEL_ENDED)
		return LAB_EXIT;
	return phase < ARRAY_SIZE(parts) ? parts[phase] : LAB_WORK;
}

/* How far it has got: grows with every sample, and has an end, whatever a guest does to look alive. */
static uint64_t progress(const struct lab_cell *cell)
{
	uint32_t state = cell->guest.channel.header->state;

	return output_len(&cell->guest.channel) + MIN(state, CHANNEL_ENDED);
}

void lab_watch(struct lab_cell *cell)
{
	uint64_t reached = progress(cell);
	double now = now_s();

	cell->parts_s[current_part(cell)] += now - cell->seen_s;
	cell->seen_s = now;
	if (cell->restoring)
		restore(cell);
	if (cell->begin_s == 0 && output_has_begun(&cell->guest.channel, &cell->scanned))
		cell->begin_s = now - cell->started_s;
	if (reached > cell->progress) {
		cell->progress = reached;
		cell->progress_s = now;
	} else if (now - cell->progress_s > cell->stall_s && !cell->deadline) {
		cell->deadline = true;
		kill(cell->guest.pid, SIGKILL);
	}
}

/* QEMU that ended before the guest came up has said why. */
static int check_start(const struct lab_cell *cell, int status, struct error *err)
{
	_cleanup_free_ char *log = NULL;

	if (cell->guest.channel.header->state != CHANNEL_EMPTY || cell->deadline)
		return 0;
	log = guest_log(&cell->guest);
	log[strcspn(log, "\n")] = '\0';
	if (WIFEXITED(status) && (WEXITSTATUS(status) == QEMU_GUEST_EXIT || (!*log && !cell->failure.what[0])))
		return 0;
	if (*log)
		return error_set(err, -EIO, "QEMU", "%s", log);
	if (cell->failure.what[0])
		return error_set(err, -EIO, cell->failure.where, "%s", cell->failure.what);
	return error_set(err, -EIO, "QEMU", "ended by signal %d before the guest was up", WTERMSIG(status));
}

int lab_finish(struct lab_cell *cell, struct lab_result *ret, struct error *err)
{
	struct lab_result result = { .deadline = cell->deadline };
	int status, r;

	lab_watch(cell);
	status = guest_reap(&cell->guest);
	r = check_start(cell, status, err);
	if (r < 0 && cell->cloned)
		r = -ESTALE;
	if (r == 0) {
		result.stream = output_take(&cell->guest.channel, cell->description, &result.stream_len);
		result.console = guest_console(&cell->guest);
		result.wall_s = now_s() - cell->started_s;
		result.begin_s = cell->begin_s;
		memcpy(result.parts_s, cell->parts_s, sizeof(result.parts_s));
		*ret = result;
	}
	guest_release(&cell->guest);
	json_decref(cell->description);
	free(cell);
	return r;
}

void lab_kill(struct lab_cell *cell)
{
	if (!cell)
		return;
	guest_release(&cell->guest);
	json_decref(cell->description);
	free(cell);
}

void lab_result_release(struct lab_result *result)
{
	free(result->stream);
	free(result->console);
	*result = (struct lab_result){ 0 };
}
