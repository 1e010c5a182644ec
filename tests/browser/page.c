/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a report of three runs, two cells of 1,000 samples each, with names that mean harm. */
#include "tests/unit/report_page.h"

int main(void)
{
	size_t len;
	_cleanup_free_ char *page = made_page_of(3, 1, 1000, &len);

	return fwrite(page, 1, len, stdout) == len ? 0 : 1;
}
