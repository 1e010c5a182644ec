/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/kmsg.h"

#define DATA "tests/data/kmsg/"

/* The one kill in a log of one record a line. */
static struct oom_report parse(const char *name)
{
	_cleanup_free_ char *path = xasprintf(DATA "%s", name), *text = NULL;
	struct oom_report oom = { 0 }, found = { 0 };
	unsigned n = 0;

	ck_assert_int_eq(file_read("", path, &text, NULL, NULL), 0);
	for (char *line = text, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (kmsg_parse_line(line, &oom)) {
			found = oom;
			n++;
		}
	}
	ck_assert_uint_eq(n, 1);
	return found;
}

static void assert_why(const struct oom_report *oom, const char *constraint, const char *nodemask,
		       const char *mems)
{
	ck_assert_str_eq(oom->constraint, constraint);
	ck_assert_str_eq(oom->nodemask, nodemask);
	ck_assert_str_eq(oom->cpuset, "db");
	ck_assert_str_eq(oom->mems_allowed, mems);
	ck_assert_str_eq(oom->task_memcg, "/memrig/db");
}

static void assert_victim(const struct oom_report *oom, int pid, const uint64_t kib[5])
{
	ck_assert_str_eq(oom->comm, "db.0");
	ck_assert_int_eq(oom->pid, pid);
	ck_assert_uint_eq(oom->uid, 0);
	ck_assert_uint_eq(oom->total_vm_bytes, kib[0] * KIB);
	ck_assert_uint_eq(oom->anon_rss_bytes, kib[1] * KIB);
	ck_assert_uint_eq(oom->file_rss_bytes, kib[2] * KIB);
	ck_assert_uint_eq(oom->shmem_rss_bytes, kib[3] * KIB);
	ck_assert_uint_eq(oom->pgtables_bytes, kib[4] * KIB);
}

static void assert_invoker(const struct oom_report *oom, uint64_t mask, const char *flags)
{
	ck_assert_str_eq(oom->invoker, "db.0");
	ck_assert_uint_eq(oom->gfp_mask, mask);
	ck_assert_str_eq(oom->gfp_flags, flags);
	ck_assert_uint_eq(oom->order, 0);
	ck_assert_int_eq(oom->invoker_oom_score_adj, 0);
}

static void assert_zone(const struct oom_zone *zone, unsigned node, const char *name, const uint64_t kib[4])
{
	ck_assert_uint_eq(zone->node, node);
	ck_assert_str_eq(zone->name, name);
	ck_assert_uint_eq(zone->free_bytes, kib[0] * KIB);
	ck_assert_uint_eq(zone->min_bytes, kib[1] * KIB);
	ck_assert_uint_eq(zone->low_bytes, kib[2] * KIB);
	ck_assert_uint_eq(zone->high_bytes, kib[3] * KIB);
	ck_assert_uint_gt(zone->managed_bytes, zone->high_bytes);
}

#define KIBS(...) ((const uint64_t[]){ __VA_ARGS__ })
#define MOVABLE   "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO"

START_TEST(a_groups_limit)
{
	struct oom_report oom = parse("6.1-memcg");

	assert_why(&oom, "memcg", "", "0-1");
	ck_assert_str_eq(oom.oom_memcg, "/memrig/db");
	assert_invoker(&oom, 0xcc0, "GFP_KERNEL");
	assert_victim(&oom, 92, KIBS(136140, 34128, 4, 476, 232));
	ck_assert(oom.memory.told && oom.swap.told && !oom.swap_told);
	ck_assert_uint_eq(oom.memory.usage_bytes, 32 * MIB);
	ck_assert_uint_eq(oom.memory.limit_bytes, 32 * MIB);
	ck_assert_uint_eq(oom.swap.limit_bytes, 0);
	ck_assert_uint_eq(oom.n_zones, 0);
	oom = parse("6.12-memcg");
	assert_why(&oom, "memcg", "", "0-1");
	assert_victim(&oom, 137, KIBS(136140, 34084, 0, 396, 228));
	ck_assert_uint_eq(oom.memory.usage_bytes, 32 * MIB);
}
END_TEST

START_TEST(a_cpuset)
{
	struct oom_report oom = parse("6.1-cpuset");

	assert_why(&oom, "cpuset", "", "0");
	ck_assert_str_eq(oom.oom_memcg, "");
	assert_invoker(&oom, 0x140dca, MOVABLE);
	assert_victim(&oom, 93, KIBS(443460, 191332, 4, 476, 664));
	ck_assert(oom.swap_told && !oom.memory.told);
	ck_assert_uint_eq(oom.swap_free_bytes, 0);
	ck_assert_uint_eq(oom.swap_total_bytes, 65532 * KIB);
	ck_assert_uint_eq(oom.n_nodes, 1); /* the kernel shows those that count */
	ck_assert_uint_eq(oom.nodes[0].inactive_anon_bytes, 191176 * KIB);
	ck_assert_uint_eq(oom.nodes[0].active_anon_bytes, 116 * KIB);
	ck_assert_uint_eq(oom.nodes[0].unevictable_bytes, 5464 * KIB);
	ck_assert_uint_eq(oom.n_zones, 2);
	assert_zone(&oom.zones[0], 0, "DMA", KIBS(872, 92, 112, 132));
	assert_zone(&oom.zones[1], 0, "DMA32", KIBS(1260, 1276, 1592, 1908));
	oom = parse("6.12-cpuset");
	assert_why(&oom, "cpuset", "", "0");
	assert_victim(&oom, 140, KIBS(438704, 194852, 0, 404, 672));
	assert_zone(&oom.zones[1], 0, "DMA32", KIBS(3728, 4064, 4376, 4688));
}
END_TEST

START_TEST(a_memory_policy)
{
	struct oom_report oom = parse("6.1-mempolicy");

	assert_why(&oom, "mempolicy", "1", "0-1");
	assert_victim(&oom, 92, KIBS(526324, 184596, 4, 540, 524));
	ck_assert_uint_eq(oom.n_zones, 1);
	assert_zone(&oom.zones[0], 1, "DMA32", KIBS(1108, 1160, 1448, 1736));
	ck_assert_uint_eq(oom.swap_total_bytes, 0);
	oom = parse("6.12-mempolicy");
	assert_why(&oom, "mempolicy", "1", "0-1");
	assert_zone(&oom.zones[0], 1, "DMA32", KIBS(1048, 1172, 1464, 1756));
}
END_TEST

START_TEST(the_whole_machine)
{
	struct oom_report oom = parse("6.1-global");

	assert_why(&oom, "none", "", "0-1");
	assert_victim(&oom, 92, KIBS(526324, 373876, 4, 476, 896));
	ck_assert_uint_eq(oom.n_nodes, 2);
	ck_assert_uint_eq(oom.nodes[1].node, 1);
	ck_assert_uint_eq(oom.nodes[1].inactive_anon_bytes, 183292 * KIB);
	ck_assert_uint_eq(oom.n_zones, 3);
	assert_zone(&oom.zones[2], 1, "DMA32", KIBS(1108, 1160, 1448, 1736));
	oom = parse("6.12-global");
	assert_why(&oom, "none", "", "0-1");
	assert_victim(&oom, 137, KIBS(520516, 367772, 0, 396, 884));
	ck_assert_uint_eq(oom.n_zones, 3);
}
END_TEST

/* ---- lines by themselves ---- */

static int give(struct oom_report *oom, const char *text)
{
	return oom_report_line(text, text + strlen(text), 1, oom);
}

#define INVOKED "a invoked oom-killer: gfp_mask=0x1(X), order=2, oom_score_adj=-5"
#define REASON                                                                                               \
	"oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=0,2-3,cpuset=x,mems_allowed=9,mems_allowed="  \
	"0-3,"                                                                                               \
	"global_oom,task_memcg=/,task=a,pid=5,uid=7"
#define KILLED                                                                                               \
	"Out of memory: Killed process 5 (a) total-vm:1kB, anon-rss:2kB, file-rss:3kB, UID:7 "               \
	"oom_score_adj:-9"

START_TEST(lists_and_names_with_commas)
{
	struct oom_report oom = { 0 };

	give(&oom, INVOKED);
	give(&oom, REASON);
	ck_assert_int_eq(give(&oom, KILLED), 1);
	ck_assert_str_eq(oom.nodemask, "0,2-3");
	ck_assert_str_eq(oom.cpuset, "x,mems_allowed=9");
	ck_assert_str_eq(oom.mems_allowed, "0-3");
	ck_assert_uint_eq(oom.order, 2);
	ck_assert_int_eq(oom.invoker_oom_score_adj, -5);
	ck_assert_uint_eq(oom.uid, 7);
	ck_assert_int_eq(oom.oom_score_adj, -9);
}
END_TEST

/* What a report says is not said of the next. */
START_TEST(a_report_begins_anew)
{
	struct oom_report oom = { 0 };

	give(&oom, INVOKED);
	give(&oom, "memory: usage 1kB, limit 2kB, failcnt 0");
	give(&oom, "Node 0 DMA free:1kB min:2kB low:3kB high:4kB managed:9kB");
	give(&oom, REASON);
	give(&oom, KILLED);
	give(&oom, INVOKED);
	ck_assert(!oom.memory.told && !oom.constraint);
	ck_assert_uint_eq(oom.n_zones, 0);
	/* A kill of which the kernel printed only the end. */
	ck_assert_int_eq(give(&oom, "Out of memory: Killed process 6 (b) total-vm:1kB, anon-rss:2kB"), 1);
	ck_assert_str_eq(oom.invoker, "");
	ck_assert_ptr_null(oom.constraint);
}
END_TEST

/* Other drivers write "Node" and "memory" too. */
START_TEST(only_lines_of_a_report_count)
{
	struct oom_report oom = { 0 };

	give(&oom, "Node 0 DMA free:1kB min:2kB low:3kB high:4kB");
	give(&oom, "memory: usage 1kB, limit 2kB, failcnt 0");
	ck_assert_uint_eq(oom.n_zones, 0);
	ck_assert(!oom.memory.told);
	give(&oom, INVOKED);
	give(&oom, "Node 0 DMA: 2*4kB (UM) 0*8kB = 8kB");
	give(&oom, "Node x DMA free:1kB");
	give(&oom, "Node 0 hugepages_total=0 hugepages_free=0");
	ck_assert_uint_eq(oom.n_zones + oom.n_nodes, 0);
}
END_TEST

START_TEST(more_zones_than_there_is_room_for)
{
	struct oom_report oom = { 0 };

	give(&oom, INVOKED);
	for (size_t i = 0; i < ARRAY_SIZE(oom.zones) + 9; i++) {
		give(&oom, "Node 4000000000 A-very-long-zone-name free:1kB min:2kB");
		give(&oom, "Node 0 active_anon:1kB");
	}
	ck_assert_uint_eq(oom.n_zones, ARRAY_SIZE(oom.zones));
	ck_assert_uint_eq(oom.n_nodes, ARRAY_SIZE(oom.nodes));
	ck_assert_str_eq(oom.zones[0].name, "A-very-long");
}
END_TEST

/* A line may end anywhere, and what follows it is not looked at. */
START_TEST(lines_cut_anywhere_do_no_harm)
{
	static const char *const lines[] = {
		INVOKED,
		REASON,
		KILLED,
		"Node 0 DMA free:1kB min:2kB",
		"memory: usage 1kB, limit 2kB",
		"Free swap  = 7kB",
		"Tasks in /g are going to be killed due to memory.oom.group set"
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		for (size_t len = 0; len <= strlen(lines[i]); len++) {
			_cleanup_free_ char *cut = xasprintf("%.*s", (int)len, lines[i]);
			struct oom_report oom = { 0 };

			give(&oom, INVOKED);
			give(&oom, cut);
			give(&oom, REASON);
			give(&oom, cut);
			give(&oom, KILLED);
			give(&oom, cut);
		}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oom_report");
	TCase *tests = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, a_groups_limit);
	tcase_add_test(tests, a_cpuset);
	tcase_add_test(tests, a_memory_policy);
	tcase_add_test(tests, the_whole_machine);
	tcase_add_test(tests, lists_and_names_with_commas);
	tcase_add_test(tests, a_report_begins_anew);
	tcase_add_test(tests, only_lines_of_a_report_count);
	tcase_add_test(tests, more_zones_than_there_is_room_for);
	tcase_add_test(tests, lines_cut_anywhere_do_no_harm);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
