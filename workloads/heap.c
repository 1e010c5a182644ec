/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * malloc() and free() of the C library. Small blocks come from the heap that
 * brk() grows, and freeing them gives back its end alone: one block kept pins
 * all below it. From the mmap threshold on (128 KiB with glibc) each block is a
 * mapping of its own, and gone with its free().
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>

#include "common/rng.h"
#include "common/util.h"
#include "workloads/content.h"
#include "workloads/walk.h"

struct own {
	uint64_t block;
	double keep;
	bool trim;
};

struct heap {
	struct walk walk; /* first: the accesses get a pointer to it */
	const struct own *own;
	struct content content;
	uint64_t block;		/* bytes, as malloc() rounds them */
	uint64_t n_blocks, n_allocated;
	unsigned char **blocks; /* a mapping: not in the heap that it is about */
	unsigned char page[CONTENT_PAGE] __attribute__((aligned(16)));
	uint64_t resident_before;
};

/* The pages of the walk lie in the blocks end to end: a page is in several blocks, or several are in one. */
enum direction { TO_BLOCKS, FROM_BLOCKS };

static void copy_page(struct heap *heap, uint64_t page, enum direction direction)
{
	uint64_t at = page * CONTENT_PAGE;

	for (size_t done = 0, n; done < CONTENT_PAGE; done += n, at += n) {
		unsigned char *in_block = heap->blocks[at / heap->block] + at % heap->block;

		n = (size_t)MIN(CONTENT_PAGE - done, heap->block - at % heap->block);
		if (direction == TO_BLOCKS)
			memcpy(in_block, heap->page + done, n);
		else
			memcpy(heap->page + done, in_block, n);
	}
}

/* The blocks that the page needs and that are not there yet. */
static int allocate_for(struct heap *heap, uint64_t page, struct error *err)
{
	uint64_t last = ((page + 1) * CONTENT_PAGE - 1) / heap->block;

	for (; heap->n_allocated <= last; heap->n_allocated++) {
		unsigned char *block = malloc(heap->block);

		if (!block)
			return error_set_errno(err, -ENOMEM, heap->walk.env->name,
					       "malloc() of %llu bytes after %llu blocks",
					       (unsigned long long)heap->block,
					       (unsigned long long)heap->n_allocated);
		heap->blocks[heap->n_allocated] = block;
	}
	return 0;
}

static int fill_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	struct heap *heap = (struct heap *)walk;
	int r = allocate_for(heap, page, err);

	(void)write;
	if (r < 0)
		return r;
	content_fill(&heap->content, page, heap->page);
	copy_page(heap, page, TO_BLOCKS);
	return 0;
}

static int touch_page(struct walk *walk, uint64_t page, bool write, struct error *err)
{
	struct heap *heap = (struct heap *)walk;

	(void)err;
	copy_page(heap, page, FROM_BLOCKS);
	walk_touch_page(walk, &heap->content, page, heap->page, write);
	if (write)
		copy_page(heap, page, TO_BLOCKS);
	return 0;
}

/* The anonymous memory of the process that is resident. Allocates nothing: it looks at the allocator's work. */
static uint64_t resident_bytes(void)
{
	_cleanup_close_ int fd = open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
	char text[2048], *line;
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[MAX(n, 0)] = '\0';
	line = strstr(text, "\nAnonymous:");
	return line ? strtoull(line + strlen("\nAnonymous:"), NULL, 10) * KIB : 0;
}

static void report_resident(const struct heap *heap, const char *figure)
{
	uint64_t now = resident_bytes();

	workload_set_figure(heap->walk.env, figure,
			    now > heap->resident_before ? (double)(now - heap->resident_before) : 0);
}

/* Block n is kept when the count of kept ones grows with it; the last one always, unless none is. */
static bool is_kept(const struct heap *heap, uint64_t n)
{
	uint64_t kept = (uint64_t)((double)heap->n_blocks * heap->own->keep + 0.5);

	return (n + 1) * kept / heap->n_blocks > n * kept / heap->n_blocks;
}

static void free_rest(struct heap *heap)
{
	for (uint64_t n = 0; n < heap->n_allocated; n++) {
		if (is_kept(heap, n))
			continue;
		free(heap->blocks[n]);
		heap->blocks[n] = NULL;
	}
	if (heap->own->trim)
		malloc_trim(0);
}

static int use_heap(struct heap *heap, struct error *err)
{
	const struct workload_env *env = heap->walk.env;
	size_t mapped_before = mallinfo2().hblkhd;
	const char *brk_before = sbrk(0);
	int r;

	heap->resident_before = resident_bytes();
	r = walk_run(&heap->walk, err);
	if (r < 0)
		return r;
	workload_set_figure(env, "brk_bytes", (double)((const char *)sbrk(0) - brk_before));
	workload_set_figure(env, "mmap_bytes", (double)(mallinfo2().hblkhd - mapped_before));
	report_resident(heap, "resident_before_free_bytes");
	free_rest(heap);
	report_resident(heap, "resident_after_free_bytes");
	walk_end(env);
	return 0;
}

static void free_all(struct heap *heap)
{
	for (uint64_t n = 0; n < heap->n_allocated; n++)
		free(heap->blocks[n]);
}

static int run(const struct workload_env *env, struct error *err)
{
	enum { MALLOC_ALIGNMENT = 16 };
	const struct own *own = workload_own(env);
	struct heap heap = {
		.walk = { .env = env,
			  .unit_pages = 1,
			  .fill = fill_page,
			  .touch = touch_page,
			  .fill_writes = true,
			  .write = env->params->write },
		.own = own,
		.block = (own->block + MALLOC_ALIGNMENT - 1) / MALLOC_ALIGNMENT * MALLOC_ALIGNMENT,
	};
	size_t table_bytes;
	int r;

	heap.n_blocks = (env->size_bytes + heap.block - 1) / heap.block;
	table_bytes = heap.n_blocks * sizeof(*heap.blocks);
	heap.blocks = mmap(NULL, table_bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (heap.blocks == MAP_FAILED)
		return error_set_errno(err, -errno, env->name, "cannot map a table of %llu blocks",
				       (unsigned long long)heap.n_blocks);
	content_init(&heap.content, rng_derive(env->seed, "content"), env->params->compressibility);
	r = use_heap(&heap, err);
	free_all(&heap);
	munmap(heap.blocks, table_bytes);
	return r;
}

static const struct workload_option options[] = {
	WALK_OPTION_WRITE,
	{ "block", OPTION_BYTES, WORKLOAD_OWN(struct own, block), .fallback = "1K", .min = 64, .max = 0x1p30,
	  .doc = "bytes of each malloc(), rounded up to 16; glibc maps blocks of 128K and more" },
	{ "keep", OPTION_RATIO, WORKLOAD_OWN(struct own, keep), .fallback = "0.01", .min = 0, .max = 1,
	  .doc = "share of the blocks, evenly spread, that is kept when the rest is freed after the work" },
	{ "trim", OPTION_BOOL, WORKLOAD_OWN(struct own, trim), .fallback = "false",
	  .doc = "call malloc_trim() after that, which gives back whole free pages below the end of the heap" },
	{ .name = NULL },
};

static const char *const without[] = { "threads", NULL }; /* blocks are taken in order */

const struct workload_kind workload_heap = {
	.name = "heap",
	.summary = "malloc() and free(): fills blocks, frees most of them, and tells what stayed resident",
	.traits = TRAIT_WALK,
	.options = options,
	.without = without,
	.run = run,
};
