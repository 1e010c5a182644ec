/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha256.h>
#include <sys/stat.h>
#include <time.h>

#include "common/file.h"
#include "common/size.h"
#include "common/util.h"
#include "runner/lab/checksum.h"
#include "runner/lab/parts.h"
#include "runner/lab/scratch.h"

#define SCHEMA	  "memrig.snapshot/1"
#define STALE_S	  60 /* a half-written directory of so long ago belongs to nobody: naming the files takes milliseconds */

/* ---- the key ---- */

char *cache_describe(const struct snapshot_spec *spec)
{
	const struct machine *machine = spec->machine;
	struct guest_spec guest = { .machine = machine, .kernel = spec->kernel, .clock = CLOCK_VIRTUAL,
				    .userspace = spec->userspace };
	char **args = guest_describe(&guest); /* as it boots */
	char *text = xasprintf("%s\nswap %d %" PRIu64 "\ndisk %" PRIu64 "\ndata %s\n", SCHEMA, (int)machine->swap_kind,
			       machine->swap_bytes, machine->disk_bytes, spec->data ? spec->data : "");

	for (char **arg = args; *arg; arg++) {
		char *longer = xasprintf("%s%s\n", text, *arg);

		free(text);
		text = longer;
	}
	qemu_args_free(args);
	return text;
}

/* By what tells a large file apart without reading all of it: QEMU, and the image of a user space. */
static int add_large(SHA2_CTX *sum, const char *path, struct error *err)
{
	char text[128];
	struct stat st;

	if (stat(path, &st) < 0)
		return error_set_errno(err, -errno, path, "cannot look at it");
	snprintf(text, sizeof(text), "large %" PRIu64 " %lld.%09ld %" PRIu64 "\n", (uint64_t)st.st_size,
		 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (uint64_t)st.st_ino);
	SHA256Update(sum, (const uint8_t *)text, strlen(text));
	return 0;
}

static int add_file(SHA2_CTX *sum, const char *what, const char *path, struct error *err)
{
	char text[SHA256_DIGEST_STRING_LENGTH];

	if (!SHA256File(path, text))
		return error_set_errno(err, -errno, path, "cannot read it");
	SHA256Update(sum, (const uint8_t *)what, strlen(what));
	SHA256Update(sum, (const uint8_t *)text, strlen(text));
	return 0;
}

/* What QEMU puts into every guest; from packages of their own, and not there on every machine. */
static void add_firmware(SHA2_CTX *sum)
{
	static const char *const files[] = { "/usr/share/seabios/bios-256k.bin", "/usr/share/qemu/bios-256k.bin",
					     "/usr/share/qemu/linuxboot_dma.bin", "/usr/share/qemu/kvmvapic.bin",
					     "/usr/lib/x86_64-linux-gnu/qemu/accel-tcg-x86_64.so" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		add_large(sum, files[i], NULL);
}

static int add_images(SHA2_CTX *sum, const struct snapshot_spec *spec, struct error *err)
{
	_cleanup_close_ int initramfs = part_initramfs(spec->machine, spec->kernel, NULL, err), disk = -1;
	char path[SCRATCH_PATH_ROOM], text[CHECKSUM_ROOM];
	int r = initramfs < 0 ? initramfs : add_file(sum, "initramfs", scratch_path(initramfs, path), err);

	if (r == 0)
		r = part_disk(spec->machine, NULL, &disk, err);
	if (r < 0 || disk < 0)
		return r;
	r = checksum_fd(disk, text);
	if (r < 0)
		return error_set_errno(err, r, "data disk", "cannot read it");
	SHA256Update(sum, (const uint8_t *)text, strlen(text));
	return 0;
}

int cache_key(const struct snapshot_spec *spec, char *ret, struct error *err)
{
	_cleanup_free_ char *text = cache_describe(spec);
	SHA2_CTX sum;
	_cleanup_free_ char *qemu = NULL;
	int r = qemu_find(&qemu, err);

	if (r < 0)
		return r;
	SHA256Init(&sum);
	SHA256Update(&sum, (const uint8_t *)text, strlen(text));
	r = add_large(&sum, qemu, err);
	add_firmware(&sum);
	if (r == 0 && spec->userspace)
		r = add_large(&sum, spec->userspace, err);
	if (r == 0)
		r = add_file(&sum, "preload", part_preload(), err);
	if (r == 0)
		r = add_file(&sum, "kernel", spec->kernel->image, err);
	if (r == 0)
		r = add_images(&sum, spec, err);
	if (r == 0)
		SHA256End(&sum, ret);
	return r;
}

/* ---- the files of one ---- */

struct member {
	char name[16];
	int *fd;
	uint64_t bytes; /* 0: any size */
};

/* All files of a machine's snapshot; returns how many. */
static size_t members(const struct machine *machine, struct snapshot *s, struct member *ret)
{
	size_t n = 0;

	for (unsigned i = 0; i < machine->n_nodes; i++) {
		ret[n] = (struct member){ .fd = &s->memory_fds[i], .bytes = machine->nodes[i].memory_bytes };
		snprintf(ret[n++].name, sizeof(ret->name), "node%u", i);
	}
	ret[n++] = (struct member){ "state", &s->state_fd, 0 };
	if (machine->swap_kind == SWAP_PMEM)
		ret[n++] = (struct member){ "swap", &s->swap_fd, machine->swap_bytes };
	if (machine->disk_bytes > 0)
		ret[n++] = (struct member){ "disk", &s->disk_fd, machine->disk_bytes };
	return n;
}

#define MEMBERS_MAX (MAX_NODES + 3)

static char *snapshots_dir(void)
{
	_cleanup_free_ char *cache = lab_cache_dir();

	return xasprintf("%s/snapshots", cache);
}

char *cache_dir(void)
{
	_cleanup_free_ char *dir = snapshots_dir();

	return file_make_dirs(dir, NULL) == 0 && access(dir, W_OK) == 0 ? TAKE_PTR(dir) : NULL;
}

/* Files only, no directories: a snapshot's, and nothing that is not ours. */
static void remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(path);
}

/* Not what the manifest says: its words are borrowed. */
static bool is_whole(const char *dir, const char *key, const struct member *list, size_t n)
{
	_cleanup_free_ char *path = xasprintf("%s/manifest.json", dir);
	json_t *manifest = json_load_file(path, 0, NULL);
	const char *schema = "", *named = "";
	json_t *files = NULL;
	bool good = json_unpack(manifest, "{s:s, s:s, s:o}", "schema", &schema, "key", &named, "files", &files) == 0 &&
		    streq(schema, SCHEMA) && streq(named, key);

	for (size_t i = 0; i < n && good; i++) {
		const char *sum = json_string_value(json_object_get(files, list[i].name));
		char text[CHECKSUM_ROOM];
		struct stat st;

		good = sum && fstat(*list[i].fd, &st) == 0 && st.st_uid == geteuid() &&
		       (list[i].bytes == 0 || (uint64_t)st.st_size == list[i].bytes) &&
		       checksum_fd(*list[i].fd, text) == 0 && streq(sum, text);
	}
	json_decref(manifest);
	return good;
}

static int open_members(const char *dir, struct member *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, list[i].name);

		/* QEMU opens them for writing, and maps them so that nothing is written. */
		*list[i].fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		if (*list[i].fd < 0)
			return -errno;
	}
	return 0;
}

static bool is_ours(const char *dir)
{
	struct stat st;

	return stat(dir, &st) == 0 && st.st_uid == geteuid();
}

void cache_remove(const char *key)
{
	_cleanup_free_ char *top = snapshots_dir();
	_cleanup_free_ char *dir = xasprintf("%s/%s", top, key);

	remove_dir(dir);
}

int cache_open(const char *key, const struct machine *machine, struct snapshot *ret, struct error *err)
{
	_cleanup_free_ char *top = cache_dir();
	_cleanup_free_ char *dir = xasprintf("%s/%s", top ? top : "", key);
	struct snapshot s = SNAPSHOT_NONE;
	struct member list[MEMBERS_MAX];
	size_t n = members(machine, &s, list);

	if (!top || access(dir, F_OK) < 0)
		return error_set(err, -ENOENT, key, "there is no such snapshot");
	for (unsigned i = 0; i < machine->n_nodes; i++)
		s.memory_fds[i] = -1;
	s.n_nodes = machine->n_nodes;
	if (!is_ours(dir)) {
		snapshot_close(&s);
		return error_set(err, -ENOENT, dir, "the snapshot is another user's");
	}
	if (open_members(dir, list, n) < 0 || !is_whole(dir, key, list, n)) {
		snapshot_close(&s);
		remove_dir(dir);
		return error_set(err, -ENOENT, dir, "the snapshot was damaged");
	}
	utimensat(AT_FDCWD, dir, NULL, 0);
	*ret = s;
	return 0;
}

/* ---- keeping ---- */

static json_t *manifest(const char *key, const struct snapshot_spec *spec, const struct member *list, size_t n)
{
	_cleanup_free_ char *text = cache_describe(spec);
	const struct machine *machine = spec->machine;
	json_t *files = json_object(), *nodes = json_array();

	for (unsigned i = 0; i < machine->n_nodes; i++)
		json_array_append_new(nodes, json_integer((json_int_t)machine->nodes[i].memory_bytes));
	for (size_t i = 0; i < n; i++) {
		char sum[CHECKSUM_ROOM];

		if (checksum_fd(*list[i].fd, sum) == 0)
			json_object_set_new(files, list[i].name, json_string(sum));
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:s, s:o}", "schema", SCHEMA, "key", key, "kernel",
			 spec->kernel->release, "nodes", nodes, "swap", (json_int_t)machine->swap_bytes, "disk",
			 (json_int_t)machine->disk_bytes, "guest", text, "files", files);
}

static int write_members(const char *dir, const struct member *list, size_t n, struct error *err)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, list[i].name);

		r = scratch_publish(*list[i].fd, path, err);
	}
	return r;
}

static uint64_t limit_bytes(void)
{
	const char *text = getenv("MEMRIG_SNAPSHOT_LIMIT");
	struct size size;

	return text && size_parse(text, &size, NULL) == 0 && size.base == SIZE_ABSOLUTE ? size.bytes : CACHE_LIMIT;
}

int cache_keep(const char *key, const struct snapshot_spec *spec, const struct snapshot *snapshot, struct error *err)
{
	_cleanup_free_ char *top = cache_dir();
	_cleanup_free_ char *dir = xasprintf("%s/.%s-XXXXXX", top ? top : "", key);
	_cleanup_free_ char *final = xasprintf("%s/%s", top ? top : "", key);
	_cleanup_free_ char *path = NULL, *text = NULL;
	struct snapshot s = *snapshot;
	struct member list[MEMBERS_MAX];
	size_t n = members(spec->machine, &s, list);
	json_t *json;
	int r;

	json = manifest(key, spec, list, n);
	text = json_dumps(json, JSON_INDENT(2));
	json_decref(json);
	if (!top || !mkdtemp(dir))
		return error_set_errno(err, top ? -errno : -EACCES, final, "cannot keep the snapshot");
	path = xasprintf("%s/manifest.json", dir);
	r = write_members(dir, list, n, err);
	if (r == 0)
		r = file_write_atomic(path, text, strlen(text), err);
	/* Somebody else may have been first: then theirs stays. */
	if (r < 0 || rename(dir, final) < 0)
		remove_dir(dir);
	return r < 0 ? r : cache_prune(limit_bytes(), NULL, NULL, err);
}

/* ---- looking after them ---- */

static uint64_t dir_bytes(const char *path)
{
	DIR *dir = xopendir(path);
	struct dirent *entry;
	uint64_t bytes = 0;
	struct stat st;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			bytes += (uint64_t)st.st_blocks * 512;
	if (dir)
		closedir(dir);
	return bytes;
}

struct entry {
	char *path;
	struct timespec used;
	uint64_t bytes;
	bool stale; /* half-written, and nobody's */
};

static int by_use(const void *a, const void *b)
{
	const struct timespec *x = &((const struct entry *)a)->used, *y = &((const struct entry *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return x->tv_nsec < y->tv_nsec ? 1 : x->tv_nsec > y->tv_nsec ? -1 : 0;
}

/* All of them, the one used last first. */
static struct entry *read_entries(size_t *ret_n)
{
	_cleanup_free_ char *top = snapshots_dir();
	DIR *dir = xopendir(top);
	struct entry *list = NULL;
	struct dirent *d;
	struct stat st;
	size_t n = 0;

	while (dir && (d = readdir(dir))) {
		if (streq(d->d_name, ".") || streq(d->d_name, "..") || fstatat(dirfd(dir), d->d_name, &st, 0) < 0)
			continue;
		list = xrealloc(list, (n + 1) * sizeof(*list));
		list[n] = (struct entry){ .path = xasprintf("%s/%s", top, d->d_name), .used = st.st_mtim };
		list[n].bytes = dir_bytes(list[n].path);
		list[n].stale = d->d_name[0] == '.' && time(NULL) - st.st_mtime > STALE_S;
		n++;
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(list, n, sizeof(*list), by_use);
	*ret_n = n;
	return list;
}

static void free_entries(struct entry *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].path);
	free(list);
}

json_t *cache_list(void)
{
	json_t *result = json_array();
	size_t n;
	struct entry *list = read_entries(&n);

	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/manifest.json", list[i].path);
		json_t *json = json_load_file(path, 0, NULL);

		if (!json)
			continue;
		json_object_del(json, "files");
		json_object_del(json, "guest");
		json_object_set_new(json, "bytes", json_integer((json_int_t)list[i].bytes));
		json_object_set_new(json, "used", json_integer((json_int_t)list[i].used.tv_sec));
		json_array_append_new(result, json);
	}
	free_entries(list, n);
	return result;
}

int cache_prune(uint64_t limit, size_t *ret_removed, uint64_t *ret_bytes, struct error *err)
{
	uint64_t kept = 0, freed = 0;
	size_t n, removed = 0;
	struct entry *list = read_entries(&n);
	bool failed = false;

	for (size_t i = 0; i < n; i++) {
		bool temporary = strrchr(list[i].path, '/')[1] == '.';

		if (temporary ? !list[i].stale : limit > 0 && kept + list[i].bytes <= limit) {
			kept += list[i].bytes;
			continue;
		}
		remove_dir(list[i].path);
		if (access(list[i].path, F_OK) == 0) {
			failed = true;
			continue;
		}
		freed += list[i].bytes;
		removed++;
	}
	free_entries(list, n);
	if (ret_removed)
		*ret_removed = removed;
	if (ret_bytes)
		*ret_bytes = freed;
	return failed ? error_set(err, -EIO, "snapshots", "some cannot be removed") : 0;
}
