/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/snapshot.h"

#include <errno.h>
#include <fcntl.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/lab/parts.h"
#include "runner/lab/scratch.h"

void snapshot_close(struct snapshot *s)
{
	for (unsigned i = 0; i < s->n_nodes; i++)
		close(s->memory_fds[i]);
	if (s->state_fd >= 0)
		close(s->state_fd);
	if (s->swap_fd >= 0)
		close(s->swap_fd);
	if (s->disk_fd >= 0)
		close(s->disk_fd);
	*s = (struct snapshot)SNAPSHOT_NONE;
}

int snapshot_create(const struct machine *machine, const char *dir, struct snapshot *ret, struct error *err)
{
	struct snapshot s = SNAPSHOT_NONE;
	int r = 0;

	for (unsigned i = 0; i < machine->n_nodes && r >= 0; i++) {
		r = s.memory_fds[i] = scratch_blank(dir, machine->nodes[i].memory_bytes, err);
		if (r >= 0)
			s.n_nodes++;
	}
	if (r >= 0)
		r = s.state_fd = scratch_open(dir, err);
	if (r >= 0)
		r = part_swap(machine, dir, &s.swap_fd, err);
	if (r >= 0)
		r = part_disk(machine, dir, &s.disk_fd, err);
	if (r < 0)
		snapshot_close(&s);
	else
		*ret = s;
	return r < 0 ? r : 0;
}

/* ---- saving ---- */

/* "migrated", as QEMU calls it: shared memory stays where it is, and its events tell when it is done. */
static int send_capabilities(struct qmp *qmp, struct error *err)
{
	int r = qmp_send(qmp, "qmp_capabilities", NULL, -1, err);

	if (r < 0)
		return r;
	return qmp_send(qmp, "migrate-set-capabilities",
			json_pack("{s:[{s:s, s:b}, {s:s, s:b}]}", "capabilities", "capability", "x-ignore-shared",
				  "state", true, "capability", "events", "state", true),
			-1, err);
}

/* 1 when the migration is complete, 0 not yet, a negative errno when it failed. */
static int migration_state(const json_t *message, struct error *err)
{
	const char *status = "";

	if (qmp_is_error(message, err))
		return -EIO;
	if (!streq(qmp_event(message), "MIGRATION"))
		return 0;
	json_unpack((json_t *)message, "{s:{s:s}}", "data", "status", &status);
	if (streq(status, "failed"))
		return error_set(err, -EIO, "QEMU", "cannot save or restore the guest");
	return streq(status, "completed");
}

/* The guest's last words, for one that never got to the end. */
static int boot_failed(const struct guest *guest, int r, struct error *err)
{
	_cleanup_free_ char *console = guest_serial(guest);
	_cleanup_free_ char *log = guest_log(guest);
	char *line;

	while (*console && strchr("\r\n \t", console[strlen(console) - 1]))
		console[strlen(console) - 1] = '\0';
	line = strrchr(console, '\n');
	line = line ? line + 1 : console;
	if (guest->channel.header->state == CHANNEL_EMPTY && !*line && *log) /* QEMU itself did not start */
		return error_set(err, -EIO, "QEMU", "%.*s", (int)strcspn(log, "\n"), log);
	if (r == -ETIMEDOUT)
		error_set(err, r, "guest", "did not boot in time; the last line of its console: %s", line);
	else
		error_set(err, r, "guest", "cannot boot: %s", *line ? line : "QEMU ended without a word");
	return r;
}

static int wait_parked(struct guest *guest, unsigned limit_s, struct error *err)
{
	double until = now_s() + limit_s;
	json_t *message;
	int r;

	while ((r = qmp_wait(&guest->qmp, MAX(1, (int)((until - now_s()) * 1000)), &message)) > 0) {
		bool stopped = streq(qmp_event(message), "STOP"), failed = qmp_is_error(message, err);

		json_decref(message);
		if (failed)
			return -EIO;
		if (stopped && guest->channel.header->state == CHANNEL_PARKED)
			return 0;
		if (stopped)
			break; /* another panic */
	}
	return boot_failed(guest, r == -ETIMEDOUT ? r : -EPROTO, err);
}

static int save(struct guest *guest, int state_fd, struct error *err)
{
	json_t *message;
	int r = qmp_send(&guest->qmp, "getfd", json_pack("{s:s}", "fdname", "state"), state_fd, err);

	if (r == 0)
		r = qmp_send(&guest->qmp, "migrate", json_pack("{s:s}", "uri", "fd:state"), -1, err);
	while (r == 0) {
		r = qmp_wait(&guest->qmp, 60000, &message);
		if (r < 0)
			return error_set_errno(err, r, "QEMU", "cannot save the guest");
		r = migration_state(message, err);
		json_decref(message);
	}
	return r < 0 ? r : 0;
}

/* For whoever wanted to run there. */
static void keep_console(const struct guest *guest, int fd)
{
	_cleanup_free_ char *console = guest_console(guest);

	if (fd >= 0 && write(fd, console, strlen(console)) < 0)
		return; /* then without it */
}

int snapshot_boot(struct snapshot *s, const struct snapshot_spec *spec, unsigned limit_s, int console_fd,
		  struct error *err)
{
	_cleanup_close_ int initramfs = part_initramfs(spec->machine, spec->kernel, NULL, err);
	struct guest_spec parent = { .machine = spec->machine, .kernel = spec->kernel, .clock = CLOCK_VIRTUAL,
				     .initramfs_fd = initramfs, .memory_fds = s->memory_fds, .state_fd = -1,
				     .swap_fd = s->swap_fd, .disk_fd = s->disk_fd, .userspace = spec->userspace, .in = spec->data, .park = true };
	struct guest guest;
	int r = initramfs < 0 ? initramfs : guest_start(&parent, &guest, err);

	if (r < 0)
		return r;
	r = send_capabilities(&guest.qmp, err);
	if (r == 0)
		r = qmp_send(&guest.qmp, "cont", NULL, -1, err);
	if (r == 0)
		r = wait_parked(&guest, limit_s, err);
	if (r == -EPROTO)
		keep_console(&guest, console_fd);
	if (r == 0)
		r = guest_check_preload(&guest, err);
	if (r == 0)
		r = save(&guest, s->state_fd, err);
	guest_release(&guest);
	return r;
}

/* ---- clones ---- */

/* Sent at once, taken in order. Announcing the guest on its network would take host timers into the guest's run. */
static int send_restore(struct qmp *qmp, int state_fd, struct error *err)
{
	_cleanup_free_ char *uri = xasprintf("fd:%d", state_fd);
	int r = send_capabilities(qmp, err);

	if (r == 0)
		r = qmp_send(qmp, "migrate-set-parameters",
			     json_pack("{s:i, s:i, s:i}", "announce-rounds", 0, "announce-initial", 0, "announce-max", 0),
			     -1, err);
	if (r == 0)
		r = qmp_send(qmp, "migrate-incoming", json_pack("{s:s}", "uri", uri), -1, err);
	return r;
}

/* A swap that the clone may fill is its own file; its disk, which it mostly reads, is mapped copy-on-write like its
 * memory. The clone has its own place in the state's file. All for QEMU alone. */
static int start_clone(const struct snapshot *s, struct guest_spec *spec, struct guest *guest, struct error *err)
{
	char path[SCRATCH_PATH_ROOM];
	int r = 0;

	if (s->swap_fd >= 0)
		r = spec->swap_fd = scratch_copy(NULL, s->swap_fd, err);
	if (r >= 0) {
		spec->state_fd = open(scratch_path(s->state_fd, path), O_RDONLY | O_CLOEXEC);
		r = spec->state_fd < 0 ? error_set_errno(err, -errno, "snapshot", "cannot open the state") : 0;
	}
	if (r >= 0)
		r = guest_start(spec, guest, err);
	if (r >= 0) {
		r = send_restore(&guest->qmp, spec->state_fd, err);
		if (r < 0)
			guest_release(guest);
	}
	return r;
}

int snapshot_clone(const struct snapshot *s, const struct snapshot_spec *spec, const char *cell, struct guest *ret,
		   struct error *err)
{
	struct guest_spec clone = { .machine = spec->machine, .kernel = spec->kernel, .clock = CLOCK_VIRTUAL,
				    .initramfs_fd = -1, .memory_fds = s->memory_fds, .swap_fd = -1,
				    .disk_fd = s->disk_fd, .userspace = spec->userspace, .state_fd = -1, .in = cell };
	int r = start_clone(s, &clone, ret, err);

	if (clone.swap_fd >= 0)
		close(clone.swap_fd);
	if (clone.state_fd >= 0)
		close(clone.state_fd);
	return r;
}

int snapshot_resume(struct guest *guest, struct error *err)
{
	json_t *message;
	int r;

	while ((r = qmp_next(&guest->qmp, &message)) > 0) {
		r = migration_state(message, err);
		json_decref(message);
		if (r > 0)
			r = guest_check_preload(guest, err) < 0 || qmp_send(&guest->qmp, "cont", NULL, -1, err) < 0 ? -EIO : 1;
		if (r != 0)
			return r;
	}
	return r < 0 ? error_set_errno(err, r, "QEMU", "ended before the guest went on") : 0;
}
