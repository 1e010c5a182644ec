/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as the kernel's log, one record a line: programs write to it too. */
#include "runner/kmsg.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct oom_report *oom)
{
	if (oom->n_zones > ARRAY_SIZE(oom->zones) || oom->n_nodes > ARRAY_SIZE(oom->nodes) ||
	    !oom->complete || !memchr(oom->comm, '\0', sizeof(oom->comm)) ||
	    !memchr(oom->task_memcg, '\0', sizeof(oom->task_memcg)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oom_report oom = { 0 };

	while (size > 0) {
		const uint8_t *newline = memchr(data, '\n', size);
		size_t len = newline ? (size_t)(newline - data) : size;
		/* A copy of its own, so that reading on past its end is noticed. */
		_cleanup_free_ char *record = xcalloc(len + 1, 1);

		memcpy(record, data, len);
		if (kmsg_parse_line(record, &oom))
			check(&oom);
		len += newline != NULL;
		data += len;
		size -= len;
	}
	return 0;
}
