/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <libcgroup.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "common/file.h"
#include "common/util.h"

static const char *const controllers[] = { "memory", "cpuset" };

/* An empty cgroup stays busy for a moment after its last task has gone. */
#define REMOVE_TRIES	 50
#define EMPTY_TIMEOUT_MS 5000

static char *group_path(const struct cgroup_tree *tree, const char *group, const char *file)
{
	return xasprintf("%s/%s%s%s%s%s", tree->mount, tree->parent, group ? "/" : "", group ? group : "",
			 file ? "/" : "", file ? file : "");
}

char *cgroup_tree_dir(const struct cgroup_tree *tree)
{
	return group_path(tree, NULL, NULL);
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
			return true;
	return false;
}

int cgroup_check(const char *mount, const char *under, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s%scgroup.controllers", mount, under, *under ? "/" : "");
	_cleanup_free_ char *text = NULL;
	struct statfs fs;
	int r;

	if (statfs(mount, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC) {
		r = error_set(err, -EOPNOTSUPP, mount, "this is not a cgroup v2 hierarchy");
		error_hint(err, "boot with cgroup_no_v1=all, or run in the lab: --place lab");
		return r;
	}
	r = file_read_line(NULL, path, &text, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
		if (!has_word(text, controllers[i])) {
			r = error_set(err, -EOPNOTSUPP, path, "the %s controller is not available", controllers[i]);
			error_hint(err, "boot with cgroup_no_v1=%s, or run in the lab: --place lab", controllers[i]);
			return r;
		}
	return 0;
}

/* libcgroup's default logger prints to stdout, where results go. */
static void drop_message(void *userdata, int loglevel, const char *format, va_list args)
{
	(void)userdata;
	(void)loglevel;
	(void)format;
	(void)args;
}

static int library_init(struct error *err)
{
	static bool done;
	int r;

	if (done)
		return 0;
	cgroup_set_logger(drop_message, CGROUP_LOG_ERROR, NULL);
	r = cgroup_init();
	if (r)
		return error_set(err, -EOPNOTSUPP, "libcgroup", "cannot start: %s", cgroup_strerror(r));
	done = true;
	return 0;
}

/* The errno is valid only with ECGOTHER; other codes have texts of their own. */
static int library_error(int code, const char *name, const char *what, struct error *err)
{
	if (code == ECGOTHER && cgroup_get_last_errno() > 0)
		return error_set_errno(err, -cgroup_get_last_errno(), name, "%s", what);
	return error_set(err, -EIO, name, "%s: %s", what, cgroup_strerror(code));
}

static const struct cgroup_value *find_value(const struct cgroup_value *values, size_t n, const char *prefix, size_t *at)
{
	for (; *at < n; ++*at)
		if (strncmp(values[*at].file, prefix, strlen(prefix)) == 0 && values[*at].file[strlen(prefix)] == '.')
			return &values[(*at)++];
	return NULL;
}

/* The directory is made here first: libcgroup would report a foreign group of the same name as success. */
static int create_group(const char *mount, const char *name, const struct cgroup_value *values, size_t n,
			struct error *err)
{
	_cleanup_free_ char *dir = xasprintf("%s/%s", mount, name);
	struct cgroup *group;
	int r;

	if (mkdir(dir, 0755) < 0)
		return error_set_errno(err, -errno, dir, "cannot make the cgroup");
	group = cgroup_new_cgroup(name);
	for (size_t c = 0; group && c < ARRAY_SIZE(controllers); c++) {
		struct cgroup_controller *controller = cgroup_add_controller(group, controllers[c]);
		const struct cgroup_value *value;
		size_t at = 0;

		while (controller && (value = find_value(values, n, controllers[c], &at)))
			cgroup_add_value_string(controller, value->file, value->value);
	}
	r = group ? cgroup_create_cgroup(group, 1) : ECGFAIL;
	cgroup_free(&group);
	if (r) {
		r = library_error(r, name, "cannot set up the cgroup", err);
		rmdir(dir);
	}
	return r;
}

static char *dir_above(const char *mount, const char *parent)
{
	const char *slash = strrchr(parent, '/');

	return xasprintf("%s%s%.*s", mount, slash ? "/" : "", slash ? (int)(slash - parent) : 0, parent);
}

int cgroup_missing(const char *mount, const char *parent, char **ret_above, char **ret_controllers, struct error *err)
{
	_cleanup_free_ char *above = dir_above(mount, parent), *path = xasprintf("%s/cgroup.subtree_control", above);
	_cleanup_free_ char *enabled = NULL, *missing = xstrdup("");
	int r = file_read_line(NULL, path, &enabled, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
		if (!has_word(enabled, controllers[i])) {
			char *more = xasprintf("%s%s%s", missing, *missing ? " " : "", controllers[i]);

			free(missing);
			missing = more;
		}
	*ret_above = TAKE_PTR(above);
	*ret_controllers = TAKE_PTR(missing);
	return 0;
}

/* libcgroup 2.0 starts one level too deep when the root has a controller off. */
static int enable_controllers(const char *mount, const char *name, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s%scgroup.subtree_control", mount, name, *name ? "/" : "");
	_cleanup_free_ char *enabled = NULL;
	int r = file_read_line(NULL, path, &enabled, err);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(controllers); i++) {
		char request[32];

		if (has_word(enabled, controllers[i]))
			continue;
		snprintf(request, sizeof(request), "+%s", controllers[i]);
		r = file_write(NULL, path, request, err);
	}
	return r;
}

int cgroup_tree_create(const char *mount, const char *parent, struct cgroup_tree *ret, struct error *err)
{
	const char *slash = strrchr(parent, '/');
	_cleanup_free_ char *above = xasprintf("%.*s", slash ? (int)(slash - parent) : 0, parent);
	int r = cgroup_check(mount, above, err);

	if (r == 0)
		r = library_init(err);
	if (r == 0)
		r = enable_controllers(mount, above, err);
	if (r == 0)
		r = create_group(mount, parent, NULL, 0, err);
	if (r < 0)
		return r;
	r = enable_controllers(mount, parent, err);
	if (r < 0) {
		_cleanup_free_ char *dir = xasprintf("%s/%s", mount, parent);

		rmdir(dir);
		return r;
	}
	*ret = (struct cgroup_tree){ .mount = xstrdup(mount), .parent = xstrdup(parent) };
	return 0;
}

/* A 0 from the library is no proof. */
static int check_values(const struct cgroup_tree *tree, const char *group, const struct cgroup_value *values,
			size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *got = NULL;
		int r = cgroup_get(tree, group, values[i].file, &got, err);

		if (r < 0)
			return r;
		if (!streq(values[i].value, got))
			return error_set(err, -EIO, values[i].file, "group %s: wrote '%s', the kernel has '%s'", group,
					 values[i].value, got);
	}
	return 0;
}

int cgroup_add(struct cgroup_tree *tree, const char *group, const struct cgroup_value *values, size_t n,
	       struct error *err)
{
	_cleanup_free_ char *name = xasprintf("%s/%s", tree->parent, group);
	int r = create_group(tree->mount, name, values, n, err);

	if (r < 0)
		return r;
	tree->groups = xrealloc(tree->groups, (tree->n_groups + 1) * sizeof(*tree->groups));
	tree->groups[tree->n_groups++] = xstrdup(group);
	return check_values(tree, group, values, n, err);
}

int cgroup_set_parent(const struct cgroup_tree *tree, const char *file, const char *value, struct error *err)
{
	_cleanup_free_ char *path = group_path(tree, NULL, file);

	return file_write(NULL, path, value, err);
}

int cgroup_open(const struct cgroup_tree *tree, const char *group, struct error *err)
{
	_cleanup_free_ char *dir = group_path(tree, group, NULL);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return error_set_errno(err, -errno, dir, "cannot open the cgroup");
	return fd;
}

int cgroup_get(const struct cgroup_tree *tree, const char *group, const char *file, char **ret, struct error *err)
{
	_cleanup_free_ char *path = group_path(tree, group, file);

	return file_read_line(NULL, path, ret, err);
}

/* cgroup.kill came with 5.14; before it every process is signalled until none is left. */
static int kill_tasks(const struct cgroup_tree *tree, const char *group, struct error *err)
{
	_cleanup_free_ char *kill_file = group_path(tree, group, "cgroup.kill");
	_cleanup_free_ char *procs = NULL;
	char *at, *end;
	int r;

	if (access(kill_file, W_OK) == 0)
		return file_write(NULL, kill_file, "1", err);
	r = cgroup_get(tree, group, "cgroup.procs", &procs, err);
	if (r < 0)
		return r;
	for (at = procs; *at; at = end) {
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		if (pid > 0) /* 0 is a process of another pid namespace, and would mean our own group */
			kill((pid_t)pid, SIGKILL);
	}
	return 0;
}

/* The kernel signals POLLPRI on cgroup.events when "populated" changes. */
static int wait_empty(const struct cgroup_tree *tree, const char *group, struct error *err)
{
	_cleanup_free_ char *path = group_path(tree, group, "cgroup.events");
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[256];

	if (fd < 0)
		return error_set_errno(err, -errno, path, "cannot open");
	for (;;) {
		struct pollfd pfd = { .fd = fd, .events = POLLPRI };
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

		if (n < 0)
			return error_set_errno(err, -errno, path, "cannot read");
		text[n] = '\0';
		if (strstr(text, "populated 0"))
			return 0;
		n = poll(&pfd, 1, EMPTY_TIMEOUT_MS);
		if (n == 0)
			return error_set(err, -ETIMEDOUT, path, "processes are left %d s after they were killed",
					 EMPTY_TIMEOUT_MS / 1000);
	}
}

static int kill_and_wait(const struct cgroup_tree *tree, const char *group, struct error *err)
{
	int r = kill_tasks(tree, group, err);

	return r < 0 ? r : wait_empty(tree, group, err);
}

static int remove_dir(const char *dir, struct error *err)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		struct timespec pause = { .tv_nsec = 10 * NSEC_PER_MSEC };

		if (rmdir(dir) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		nanosleep(&pause, NULL);
	}
	return error_set_errno(err, -errno, dir, "cannot remove the cgroup");
}

int cgroup_tree_remove(struct cgroup_tree *tree, struct error *err)
{
	_cleanup_free_ char *parent = cgroup_tree_dir(tree);
	int first = 0, r;

	for (size_t i = tree->n_groups; i-- > 0;) {
		_cleanup_free_ char *dir = group_path(tree, tree->groups[i], NULL);

		r = kill_and_wait(tree, tree->groups[i], first ? NULL : err);
		if (r == 0)
			r = remove_dir(dir, first ? NULL : err);
		first = first ? first : r;
		free(tree->groups[i]);
	}
	r = remove_dir(parent, first ? NULL : err);
	first = first ? first : r;
	free(tree->groups);
	free(tree->mount);
	free(tree->parent);
	*tree = (struct cgroup_tree){ 0 };
	return first;
}
