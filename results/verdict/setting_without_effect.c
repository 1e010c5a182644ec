/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/util.h"
#include "results/verdict/finding.h"
#include "results/verdict/ineffective.h"
#include "results/verdict/rows.h"
#include "results/verdict/setting.h"

static struct ineffective_machine machine_of(const struct timeline *t)
{
	const json_t *machine = timeline_find(t, "machine", NULL, NULL);
	const json_t *nodes = json_object_get(machine, "nodes"), *swap = json_object_get(machine, "swap");
	uint64_t tiers = record_u64(machine, "memory_tiers", 0);

	return (struct ineffective_machine){
		.mglru = setting_is_mglru(t) ? KNOWN_YES : KNOWN_NO,
		.swap = !swap ? KNOWN_NOT : json_array_size(swap) > 0 ? KNOWN_YES : KNOWN_NO,
		.numa = !nodes ? KNOWN_NOT : json_array_size(nodes) > 1 ? KNOWN_YES : KNOWN_NO,
		.release = ineffective_release(record_text(machine, "kernel", NULL)),
		.one_tier = tiers == 0 ? KNOWN_NOT : tiers == 1 ? KNOWN_YES : KNOWN_NO,
	};
}

/* What it was when the cell ended, where that is not what was read back at first. */
static const char *drift_of(const struct timeline *t, const char *key)
{
	return record_text(timeline_find(t, "undo", "key", key), "drift", NULL);
}

static uint64_t grown(const struct timeline *t, const char *column)
{
	int index = timeline_column(t, column);

	return index < 0 ? 0 : timeline_delta(t, index);
}

/* What was asked for and is not there. A number alone can be raised; words and the forms of lru_gen are compared by
 * whoever set them, and differ here in form only. */
static const char *overridden_by(const char *key, const char *target, const char *now)
{
	char *end, *now_end;
	uint64_t wanted = strtoull(target, &end, 10), got = strtoull(now, &now_end, 10);

	if (!*target || *end || !*now || *now_end || wanted == got)
		return NULL;
	return streq(key, "vm.min_free_kbytes") && got > wanted ? "raised" : "clamped";
}

static json_t *report(const json_t *tune, const char *cause, const char *now, const char *reason, json_t *found)
{
	const char *key = record_text(tune, "key", ""), *target = record_text(tune, "target", "");
	json_t *finding = finding_add(found, &verdict_setting_without_effect, cause, "%s=%s has no effect, because %s.", key,
				      target, reason);

	finding_text(finding, "key", key);
	finding_text(finding, "asked", record_text(tune, "asked", NULL));
	finding_text(finding, "target", target);
	finding_text(finding, "effective", now);
	return finding;
}

static void judge_tune(const struct timeline *t, const struct ineffective_machine *machine, const json_t *tune, json_t *found)
{
	const char *key = record_text(tune, "key", ""), *target = record_text(tune, "target", "");
	const char *now = drift_of(t, key) ?: record_text(tune, "effective", target);
	const char *cause = overridden_by(key, target, now);
	bool sure;
	const struct ineffective *row = ineffective_find(machine, key, target, &sure);
	json_t *finding;

	if (cause) {
		_cleanup_free_ char *reason = xasprintf("the kernel made it %s", now);

		report(tune, cause, now, reason, found);
		return;
	}
	/* One that was there before asked for nothing. */
	if (!row || !sure || streq(target, record_text(tune, "before", "")))
		return;
	finding = report(tune, row->cause, now, row->reason, found);
	if (streq(row->cause, "mglru")) {
		finding_u64(finding, "zone_reclaim_failed", grown(t, "vmstat.zone_reclaim_failed"));
		if (timeline_column(t, "vmstat.zone_reclaim_success") >= 0)
			finding_u64(finding, "zone_reclaim_success", grown(t, "vmstat.zone_reclaim_success"));
	}
	if (streq(row->cause, "no_swap"))
		finding_u64(finding, "swapped_pages", grown(t, "vmstat.pswpout"));
}

static void judge(const struct timeline *t, json_t *found)
{
	const struct ineffective_machine machine = machine_of(t);
	size_t pos = 0;
	const json_t *tune;

	while ((tune = timeline_next(t, "tune", &pos)))
		judge_tune(t, &machine, tune, found);
}

static const struct verdict_cause causes[] = {
	{ "mglru", "vm.zone_reclaim_mode 1 to 5 while the multi-generational LRU is on",
	  "Leave vm.zone_reclaim_mode at 0; 6 or 7, or kernel/mm/lru_gen/enabled n, if it is really wanted." },
	{ "one_node", "vm.zone_reclaim_mode on a machine with one node", "Leave vm.zone_reclaim_mode at 0." },
	{ "no_swap", "a vm.swappiness other than 60 on a machine without swap",
	  "Add swap (zram will do), or leave vm.swappiness out." },
	{ "one_tier", "kernel/mm/numa/demotion_enabled while all nodes are of one memory tier",
	  "Leave it out; or use a kernel that tells slow nodes apart (6.12 does by the firmware's HMAT)." },
	{ "raised", "vm.min_free_kbytes is larger than what was set: enabling huge pages raises it",
	  "Set kernel/mm/transparent_hugepage/enabled first and vm.min_free_kbytes after it, and nothing later that enables "
	  "huge pages." },
	{ "clamped", "a number read back, at once or at the cell's end, is not the one that was set",
	  "Set what the kernel takes: the value read back." },
	{ "absent", "the kernel is too old for the setting", "Leave the setting out, or use a newer kernel." },
	{ .name = NULL },
};

const struct verdict verdict_setting_without_effect = {
	.name = "setting_without_effect",
	.title = "A setting does nothing",
	.doc = "A setting that the scenario or the profile changed is one that this kernel ignores or overrides.",
	.causes = causes,
	.judge = judge,
};
