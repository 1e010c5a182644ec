/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Feeds a fuzz target with files, and with each cut short: what a fuzzer has found once is looked at ever after. */
#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CUTS = 16 };

static unsigned feed(const char *path)
{
	_cleanup_free_ char *text = NULL;
	size_t len;

	if (file_read(NULL, path, &text, &len, NULL) < 0)
		return 0;
	for (unsigned i = 1; i <= CUTS; i++) {
		/* A copy of just that size, so that a read beyond it is seen. */
		_cleanup_free_ char *part = xcalloc(len * i / CUTS + 1, 1);

		memcpy(part, text, len * i / CUTS);
		LLVMFuzzerTestOneInput((const uint8_t *)part, len * i / CUTS);
	}
	return 1;
}

static unsigned feed_dir(const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, NULL, alphasort);
	unsigned fed = 0;

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, entries[i]->d_name);
		struct stat st;

		if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
			fed += feed(path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return fed;
}

int main(int argc, char **argv)
{
	unsigned fed = 0;

	for (int i = 1; i < argc; i++)
		fed += feed_dir(argv[i]);
	printf("%s: %u files\n", argv[0], fed);
	return fed > 0 ? 0 : 1;
}
