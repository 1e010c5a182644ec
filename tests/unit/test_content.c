/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <zstd.h>

#include "common/util.h"
#include "workloads/content.h"

static struct content content;
static uint64_t page[CONTENT_WORDS] __attribute__((aligned(16)));

/* What zstd, as zram and zswap call it, saves of single pages. */
static double saved_share(double compressibility)
{
	char out[2 * CONTENT_PAGE];
	size_t total = 0;
	enum { PAGES = 32 };

	content_init(&content, 7, compressibility);
	for (uint64_t i = 0; i < PAGES; i++) {
		content_fill(&content, i, page);
		total += MIN(ZSTD_compress(out, sizeof(out), page, CONTENT_PAGE, 3), (size_t)CONTENT_PAGE);
	}
	return 1 - (double)total / (PAGES * CONTENT_PAGE);
}

START_TEST(pages_compress_as_asked)
{
	static const double shares[] = { 0, 0.25, 0.5, 0.7, 0.95 };

	ck_assert_double_eq_tol(saved_share(shares[_i]), shares[_i], 0.05);
}
END_TEST

/* What compresses away is what the kernel's own zeroes are, but for the last word. */
START_TEST(the_rest_of_a_page_is_zero)
{
	uint64_t zeroed[CONTENT_WORDS] = { 0 };

	content_init(&content, 1, 0.5);
	memset(page, 0xff, sizeof(page));
	content_fill(&content, 9, page);
	for (size_t w = 0; w < CONTENT_WORDS; w++)
		ck_assert((page[w] != 0) == (w < content.n_random || w == CONTENT_WORDS - 1));
	content_fill_zeroed(&content, 9, zeroed);
	ck_assert_mem_eq(zeroed, page, sizeof(page));
}
END_TEST

static int compare_words(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Not one word but zero, at any place, is shared by two pages at that place; the last stands for all. */
START_TEST(no_two_pages_are_equal)
{
	enum { PAGES = 20000 };
	_cleanup_free_ uint64_t *keys = xcalloc(PAGES, sizeof(*keys));

	content_init(&content, 1, 0.95);
	for (uint64_t i = 0; i < PAGES; i++) {
		content_fill(&content, i, page);
		keys[i] = page[CONTENT_WORDS - 1];
	}
	qsort(keys, PAGES, sizeof(*keys), compare_words);
	for (size_t i = 1; i < PAGES; i++)
		ck_assert_uint_ne(keys[i - 1], keys[i]);
}
END_TEST

START_TEST(the_seed_decides)
{
	uint64_t first[CONTENT_WORDS];

	content_init(&content, 1, 0.5);
	content_fill(&content, 9, page);
	memcpy(first, page, sizeof(first));
	content_init(&content, 1, 0.5);
	content_fill(&content, 9, page);
	ck_assert_mem_eq(first, page, sizeof(first));
	content_init(&content, 2, 0.5);
	ck_assert(!content_check(&content, 9, page));
}
END_TEST

START_TEST(a_page_knows_its_number)
{
	static const uint64_t others[] = { 0, 1, 41, 43, 42 + (1ULL << 32) };

	content_init(&content, 1, 0.5);
	content_fill(&content, 42, page);
	ck_assert(content_check(&content, 42, page));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		ck_assert(!content_check(&content, others[i], page));
	memset(page, 0, sizeof(page));
	ck_assert(!content_check(&content, 42, page));
}
END_TEST

START_TEST(damage_at_either_end_is_seen)
{
	unsigned char *bytes = (unsigned char *)page;

	content_init(&content, 1, 0.5);
	for (size_t at = 0; at < CONTENT_PAGE; at = at == 7 ? CONTENT_PAGE - 8 : at + 1) {
		content_fill(&content, 3, page);
		bytes[at] ^= 0x10;
		ck_assert(!content_check(&content, 3, page));
	}
}
END_TEST

/* One flipped bit, whichever it is, in a page that was rewritten: seen, and named. */
START_TEST(a_flipped_bit_is_named)
{
	struct content_damage damage;

	content_init(&content, 1, 0.5);
	content_fill(&content, 3, page);
	content_rewrite(&content, 3, page);
	ck_assert(content_verify(&content, 3, page, &damage));
	for (unsigned bit = 0; bit < 8 * CONTENT_PAGE; bit++) {
		uint64_t *word = &page[bit / 64], good = *word;

		*word ^= 1ULL << bit % 64;
		ck_assert(!content_verify(&content, 3, page, &damage));
		ck_assert_uint_eq(damage.offset, bit / 64 * 8);
		ck_assert_uint_eq(damage.got, *word);
		if (bit >= 64)
			ck_assert_uint_eq(damage.expected, good);
		*word = good;
	}
	ck_assert(content_verify(&content, 3, page, &damage));
}
END_TEST

/* Every compressibility, with vectors as without. */
START_TEST(vectors_write_what_words_do)
{
	uint64_t words[CONTENT_WORDS];
	struct content_damage damage;

	for (int share = 0; share <= 95; share += 5) {
		content_init(&content, 1, share / 100.0);
		content_fill(&content, 5, page);
		ck_assert(content_verify(&content, 5, page, &damage));
		content.vector_bytes = 0;
		content_fill(&content, 5, words);
		ck_assert_mem_eq(words, page, sizeof(words));
	}
}
END_TEST

START_TEST(rewriting_changes_the_page_and_keeps_it_good)
{
	uint64_t before[CONTENT_WORDS];

	content_init(&content, 1, 0.5);
	content_fill(&content, 3, page);
	for (int i = 0; i < 100; i++) {
		memcpy(before, page, sizeof(before));
		ck_assert(content_rewrite(&content, 3, page));
		ck_assert_mem_ne(before, page, sizeof(before));
		ck_assert_mem_eq(before + 1, page + 1, sizeof(before) - sizeof(before[0]));
		ck_assert(content_check(&content, 3, page));
	}
}
END_TEST

START_TEST(rewriting_tells_of_damage)
{
	content_init(&content, 1, 0.5);
	content_fill(&content, 3, page);
	page[0] ^= 1ULL << 40;
	ck_assert(!content_rewrite(&content, 3, page));
	ck_assert(content_check(&content, 3, page));
}
END_TEST

START_TEST(the_generation_wraps)
{
	content_init(&content, 1, 0.5);
	content_fill(&content, 3, page);
	page[0] ^= 0x61c8864fffffffffULL; /* 2^32 - 1 and what follows from it */
	ck_assert(content_rewrite(&content, 3, page));
	ck_assert_uint_eq(page[0], page[CONTENT_WORDS - 1]);
	ck_assert(content_check(&content, 3, page));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("content");
	TCase *tc = tcase_create("content");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, pages_compress_as_asked, 0, 5);
	tcase_add_test(tc, the_rest_of_a_page_is_zero);
	tcase_add_test(tc, no_two_pages_are_equal);
	tcase_add_test(tc, the_seed_decides);
	tcase_add_test(tc, a_page_knows_its_number);
	tcase_add_test(tc, damage_at_either_end_is_seen);
	tcase_add_test(tc, a_flipped_bit_is_named);
	tcase_add_test(tc, vectors_write_what_words_do);
	tcase_add_test(tc, rewriting_changes_the_page_and_keeps_it_good);
	tcase_add_test(tc, rewriting_tells_of_damage);
	tcase_add_test(tc, the_generation_wraps);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
