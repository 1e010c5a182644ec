/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "workloads/huge_pool.h"

#include <errno.h>
#include <inttypes.h>

#include "common/file.h"
#include "common/size.h"
#include "common/util.h"

#define NODE_DIR "/sys/devices/system/node"

static char *pool_path(unsigned node)
{
	return xasprintf(NODE_DIR "/node%u/hugepages/hugepages-2048kB/nr_hugepages", node);
}

static int read_pool(const char *root, const char *path, uint64_t *ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = file_read_line(root, path, &text, err);

	if (r == 0 && sscanf(text, "%" SCNu64, ret) != 1)
		r = error_set(err, -EINVAL, path, "not a number: '%.20s'", text);
	return r;
}

static int write_pool(const char *root, const char *path, uint64_t pages, struct error *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, pages);
	return file_write(root, path, text, err);
}

/* The kernel gives what it can and does not say when that is less: the answer is in the file. */
static int grow_node(const char *root, unsigned node, uint64_t pages, struct error *err)
{
	_cleanup_free_ char *path = pool_path(node);
	uint64_t before = 0, after = 0;
	int r = read_pool(root, path, &before, err);

	if (r == 0)
		r = write_pool(root, path, before + pages, err);
	if (r == 0)
		r = read_pool(root, path, &after, err);
	if (r < 0 || after >= before + pages)
		return r;
	write_pool(root, path, before, NULL);
	return error_set(err, -ENOMEM, path,
			 "node %u gave %" PRIu64 " of the %" PRIu64 " huge pages of 2 MiB: its memory is too small, in use or in pieces",
			 node, after - MIN(before, after), pages);
}

static int shrink_node(const char *root, unsigned node, uint64_t pages, struct error *err)
{
	_cleanup_free_ char *path = pool_path(node);
	uint64_t now = 0;
	int r = read_pool(root, path, &now, err);

	return r < 0 ? r : write_pool(root, path, now - MIN(now, pages), err);
}

static int find_nodes(const char *root, uint64_t *nodes, struct error *err)
{
	_cleanup_free_ char *list = NULL;
	int r;

	if (*nodes)
		return 0;
	r = file_read_line(root, NODE_DIR "/has_memory", &list, err);
	if (r == 0 && idlist_parse(list, nodes) < 0)
		r = error_set(err, -EINVAL, NODE_DIR "/has_memory", "not a node list: '%.40s'", list);
	return r;
}

/* What the k-th of n nodes has to give. */
static uint64_t share(uint64_t pages, unsigned k, unsigned n)
{
	return pages * (k + 1) / n - pages * k / n;
}

/* The k-th of a mask, from 0. */
static unsigned nth_node(uint64_t nodes, unsigned k)
{
	for (; k > 0; k--)
		nodes &= nodes - 1;
	return (unsigned)__builtin_ctzll(nodes);
}

int huge_pool_grow(const char *root, uint64_t nodes, uint64_t pages, struct error *err)
{
	int r = find_nodes(root, &nodes, err);
	unsigned n = (unsigned)__builtin_popcountll(nodes), k;

	for (k = 0; k < n && r == 0; k++)
		r = grow_node(root, nth_node(nodes, k), share(pages, k, n), err);
	if (r < 0 && k > 0) /* the one that failed has put itself right */
		while (--k > 0)
			shrink_node(root, nth_node(nodes, k - 1), share(pages, k - 1, n), NULL);
	return r;
}

int huge_pool_shrink(const char *root, uint64_t nodes, uint64_t pages, struct error *err)
{
	int r = find_nodes(root, &nodes, err), first = r;
	unsigned n = (unsigned)__builtin_popcountll(nodes);

	for (unsigned k = 0; k < n; k++) {
		r = shrink_node(root, nth_node(nodes, k), share(pages, k, n), first == 0 ? err : NULL);
		first = first < 0 ? first : r;
	}
	return first;
}
