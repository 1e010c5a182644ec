/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>

#include "common/util.h"
#include "runner/plan.h"

#define PROFILES 3
#define SEEDS	 40

static struct plan_cell cells[PROFILES * SEEDS];

static struct plan plan_of(uint64_t order_seed)
{
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++)
		cells[i] = (struct plan_cell){ .seed = i / PROFILES };
	return (struct plan){ .cells = cells, .n_cells = ARRAY_SIZE(cells), .order_seed = order_seed };
}

START_TEST(a_virtual_clock_keeps_the_order)
{
	struct plan plan = plan_of(0);
	_cleanup_free_ const struct plan_cell **order = plan_order(&plan);

	for (size_t i = 0; i < plan.n_cells; i++)
		ck_assert_ptr_eq(order[i], &cells[i]);
}
END_TEST

START_TEST(blocks_stay_together_and_every_cell_runs_once)
{
	struct plan plan = plan_of(7);
	_cleanup_free_ const struct plan_cell **order = plan_order(&plan);
	bool seen[ARRAY_SIZE(cells)] = { false };

	for (size_t i = 0; i < plan.n_cells; i++) {
		ck_assert_uint_eq(order[i]->seed, i / PROFILES);
		ck_assert(!seen[order[i] - cells]);
		seen[order[i] - cells] = true;
	}
}
END_TEST

/* Of 40 blocks each profile begins some: all but one never would have a chance of 10^-6. */
START_TEST(every_profile_is_first_at_times)
{
	struct plan plan = plan_of(7);
	_cleanup_free_ const struct plan_cell **order = plan_order(&plan);
	size_t first[PROFILES] = { 0 };

	for (size_t i = 0; i < plan.n_cells; i += PROFILES)
		first[(size_t)(order[i] - cells) % PROFILES]++;
	for (size_t i = 0; i < PROFILES; i++)
		ck_assert_uint_gt(first[i], 0);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_order)
{
	struct plan plan = plan_of(7), another = plan_of(8);
	_cleanup_free_ const struct plan_cell **a = plan_order(&plan), **b = plan_order(&plan),
					      **c = plan_order(&another);

	ck_assert_mem_eq(a, b, plan.n_cells * sizeof(*a));
	ck_assert_mem_ne(a, c, plan.n_cells * sizeof(*a));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plan_order");
	TCase *tc = tcase_create("order");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, a_virtual_clock_keeps_the_order);
	tcase_add_test(tc, blocks_stay_together_and_every_cell_runs_once);
	tcase_add_test(tc, every_profile_is_first_at_times);
	tcase_add_test(tc, the_same_seed_gives_the_same_order);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
