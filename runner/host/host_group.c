/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where in the tree of cgroups memrig may make its own. */
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/cgroup_entry.h"
#include "runner/apply.h"
#include "runner/host/host.h"

static char *dir_of(const char *group, const char *file)
{
	return xasprintf(HOST_CGROUP_MOUNT "%s%s%s%s", *group ? "/" : "", group, *file ? "/" : "", file);
}

static bool is_alone(const char *group)
{
	_cleanup_free_ char *path = dir_of(group, "cgroup.procs"), *text = NULL, *own = xasprintf("%ld", (long)getpid());

	return file_read_line(NULL, path, &text, NULL) < 0 || streq(text, own);
}

int host_group_find(struct host_group *ret, struct error *err)
{
	_cleanup_free_ char *own = NULL, *dir = NULL;
	int r = cgroup_own(&own, err);

	if (r == 0)
		r = cgroup_check(HOST_CGROUP_MOUNT, own, err);
	if (r < 0) {
		error_hint(err, "run it as `systemd-run --scope -p Delegate=yes memrig run ...` on a cgroup v2 host, or in the lab: "
				"--place lab");
		return r;
	}
	dir = dir_of(own, "");
	if (access(dir, W_OK) < 0) {
		r = error_set_errno(err, -errno, dir, "cannot make groups here");
		error_hint(err, "run it as root, or in the lab: --place lab");
		return r;
	}
	if (*own && !is_alone(own)) {
		error_set(err, -EBUSY, dir, "memrig is not alone in its group, which must have no other processes");
		error_hint(err, "run it as `systemd-run --scope -p Delegate=yes memrig run ...`, or in the lab: --place lab");
		return -EBUSY;
	}
	*ret = (struct host_group){ .own = TAKE_PTR(own) };
	return 0;
}

static int move(const char *group, pid_t pid, struct error *err)
{
	_cleanup_free_ char *procs = dir_of(group, "cgroup.procs"), *text = xasprintf("%ld", (long)pid);

	return file_write(NULL, procs, text, err);
}

/* The list is told first: then the guardian can leave and remove the group, whenever the runner dies. */
static void tell(const struct host_group *group, const char *moved, struct undo_list *list)
{
	snprintf(list->above, sizeof(list->above), HOST_CGROUP_MOUNT "/%s", group->own);
	snprintf(list->home, sizeof(list->home), HOST_CGROUP_MOUNT "/%s", moved);
}

/* A group other than the root cannot have both processes and children with controllers. */
int host_group_enter(struct host_group *group, pid_t guardian, struct undo_list *list, struct error *err)
{
	_cleanup_free_ char *moved = NULL, *dir = NULL, *own = dir_of(group->own, "");
	int r;

	if (!*group->own)
		return 0;
	apply_remove_homes(own);
	moved = xasprintf("%s/memrig-runner-%ld", group->own, (long)getpid());
	dir = dir_of(moved, "");
	tell(group, moved, list);
	if (mkdir(dir, 0755) < 0)
		return error_set_errno(err, -errno, dir, "cannot make a group for memrig itself");
	r = move(moved, guardian, err);
	if (r == 0)
		r = move(moved, getpid(), err);
	group->moved = TAKE_PTR(moved); /* whatever of it was done, leaving takes it back */
	return r;
}

/* Both go back first: whoever dies on the way, the guardian still knows what to leave. */
bool host_group_leave(struct host_group *group, pid_t guardian, struct undo_list *list)
{
	_cleanup_free_ char *dir = group->moved ? dir_of(group->moved, "") : NULL;

	/* Killed processes may be there for a moment more. While controllers are left on for somebody's group there is no way back. */
	for (unsigned tries = 0; dir && tries < 200 && access(dir, F_OK) == 0; tries++) {
		const struct timespec pause = { 0, 5 * (long)NSEC_PER_MSEC };

		move(group->own, guardian, NULL);
		if (move(group->own, getpid(), NULL) < 0 || rmdir(dir) < 0)
			nanosleep(&pause, NULL);
	}
	if (dir && access(dir, F_OK) == 0)
		return false;
	list->home[0] = '\0';
	return true;
}

void host_group_release(struct host_group *group)
{
	free(group->own);
	free(group->moved);
	*group = (struct host_group){ 0 };
}
