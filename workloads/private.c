/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/private.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "common/file.h"
#include "common/rng.h"
#include "common/util.h"

enum { HUGE_BYTES = 2 * 1024 * 1024 };

/* More than the machine has may be asked for: that is the point, so without a reservation. */
static unsigned char *map(uint64_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* For huge pages it begins at one: older kernels do not see to that. */
static unsigned char *map_aligned(uint64_t bytes)
{
	unsigned char *memory = map(bytes + HUGE_BYTES);
	uint64_t before;

	if (memory == MAP_FAILED)
		return memory;
	before = -(uintptr_t)memory % HUGE_BYTES;
	if (before > 0)
		munmap(memory, before);
	munmap(memory + before + bytes, HUGE_BYTES - before);
	return memory + before;
}

int private_lock(const struct workload_env *env, void *memory, uint64_t bytes, struct error *err)
{
	struct rlimit limit = { 0 };
	int r;

	if (mlock2(memory, bytes, MLOCK_ONFAULT) == 0)
		return 0;
	r = -errno;
	getrlimit(RLIMIT_MEMLOCK, &limit);
	return error_set_errno(err, r, env->name,
			       "cannot lock %" PRIu64 " bytes of memory; the limit without CAP_IPC_LOCK is %" PRIu64, bytes,
			       (uint64_t)limit.rlim_cur);
}

static int advise(const struct workload_env *env, unsigned char *memory, uint64_t bytes, struct error *err)
{
	static const int advice[] = { [THP_ALWAYS] = MADV_HUGEPAGE, [THP_NEVER] = MADV_NOHUGEPAGE };
	enum thp_advice thp = env->params->thp;

	if (thp != THP_DEFAULT && madvise(memory, bytes, advice[thp]) < 0)
		return error_set_errno(err, -errno, env->name, "cannot set thp: has this kernel transparent huge pages?");
	return env->params->mlock ? private_lock(env, memory, bytes, err) : 0;
}

int private_map(const struct workload_env *env, uint64_t bytes, unsigned char **ret, struct error *err)
{
	unsigned char *memory = env->params->thp == THP_ALWAYS ? map_aligned(bytes) : map(bytes);
	int r;

	if (memory == MAP_FAILED)
		return error_set_errno(err, -errno, env->name, "cannot map %" PRIu64 " bytes of memory", bytes);
	r = advise(env, memory, bytes, err);
	if (r < 0)
		munmap(memory, bytes);
	else
		*ret = memory;
	return r;
}

int region_fill(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	const struct region *region = (const struct region *)walk;
	void *at = region_page(region, page);

	(void)write;
	(void)err;
	/* The fault comes here: after one the CPU mispredicts the way back out of every call it was in. */
	*(volatile unsigned char *)at = 1;
	content_fill_zeroed(&region->content, page, at);
	return 0;
}

int region_touch(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	const struct region *region = (const struct region *)walk;

	(void)err;
	walk_touch_page(walk, &region->content, page, region_page(region, page), write);
	return 0;
}

void region_init(struct region *region, const struct workload_env *env)
{
	*region = (struct region){
		.walk = { .env = env,
			  .unit_pages = 1,
			  .fill = region_fill,
			  .touch = region_touch,
			  .fill_writes = true,
			  .write = env->params->write },
		.step = CONTENT_PAGE,
	};
	content_init(&region->content, rng_derive(env->seed, "content"), env->params->compressibility);
}

uint64_t own_status_bytes(const char *key)
{
	_cleanup_free_ char *text = NULL;
	const char *line = NULL;
	uint64_t kib;

	if (file_read("", "/proc/self/status", &text, NULL, NULL) == 0)
		line = strstr(text, key);
	return line && sscanf(line + strlen(key), ": %" SCNu64 " kB", &kib) == 1 ? kib * KIB : 0;
}
