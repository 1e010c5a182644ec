/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any lines as a journal, their sums made right: whatever it asks for, only what memrig may have made is in the list. */
#include <inttypes.h>

#include "common/file.h"
#include "tuners/journal.h"
#include "tuners/journal_parts.h"
#include "tests/fuzz/fuzz.h"

/* The directory has the journal, and is the root that the boot id is below. */
static void write_boot_id(const char *dir)
{
	_cleanup_free_ char *boot = xasprintf("%s/proc/sys/kernel/random", dir);
	_cleanup_free_ char *path = xasprintf("%s/boot_id", boot);

	if (access(path, F_OK) == 0)
		return;
	if (file_make_dirs(boot, NULL) < 0 || file_write_atomic(path, "1\n", 2, NULL) < 0)
		abort();
}

/* Each line gets the sum that the writer would have put there, in place of its last brace. */
static void write_journal(const char *dir, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/" JOURNAL_NAME, dir);
	_cleanup_fclose_ FILE *out = fopen(path, "w");
	uint64_t sum = 0;

	while (out && *text) {
		size_t len = strcspn(text, "\n"), kept = len && text[len - 1] == '}' ? len - 1 : len;

		sum = journal_sum(sum, text, kept);
		fprintf(out, "%.*s,\"sum\":\"%016" PRIx64 "\"}%s", (int)kept, text, sum, text[len] ? "\n" : "");
		text += len + (text[len] == '\n');
	}
}

static void check(const struct undo *undo)
{
	const char *name = strrchr(undo->path, '/');

	if (undo->kind == UNDO_VALUE ? !undo->tunable : !name || strncmp(name, "/memrig-", 8) != 0 || strstr(undo->path, "/../"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_text(data, size);
	const char *dir = fuzz_dir();
	struct journal_found found;

	write_boot_id(dir);
	write_journal(dir, text);
	if (journal_load(dir, dir, "/sys/fs/cgroup", &found, NULL) == 0) {
		for (unsigned i = 0; i < undo_count(found.list); i++)
			check(&found.list->list[i]);
		undo_list_free(found.list);
	}
	return 0;
}
