/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/profile_export.h"

#include "common/util.h"
#include "runner/apply.h"

static void head(FILE *out, const struct profile *profile, const char *where)
{
	fprintf(out, "# %s: %s\n", profile->name, profile->description);
	if (*profile->source)
		fprintf(out, "# source: %s\n", profile->source);
	fprintf(out, "# %s\n", where);
}

static bool any(const struct tune *tunes, size_t n, bool sysfs)
{
	for (size_t i = 0; i < n; i++)
		if (tunes[i].tunable->sysfs == sysfs)
			return true;
	return false;
}

static void write_tmpfiles_lines(FILE *out, const struct tune *tunes, size_t n, const char *indent)
{
	for (size_t i = 0; i < n; i++)
		if (tunes[i].tunable->sysfs)
			fprintf(out, "%sw /sys/%s - - - - %s\n", indent, tunes[i].tunable->key, tunes[i].target);
}

/* What is below /sys is no sysctl: said in comments, as lines for tmpfiles.d. */
static void write_sysctl(FILE *out, const struct profile *profile, const struct tune *tunes, size_t n)
{
	head(out, profile, "/etc/sysctl.d/90-memrig.conf; `sysctl --system` applies it");
	for (size_t i = 0; i < n; i++)
		if (!tunes[i].tunable->sysfs)
			fprintf(out, "%s = %s\n", tunes[i].tunable->key, tunes[i].target);
	if (any(tunes, n, true)) {
		fprintf(out, "#\n# The rest of the profile is no sysctl. In /etc/tmpfiles.d/memrig.conf (--format tmpfiles.d):\n");
		write_tmpfiles_lines(out, tunes, n, "# ");
	}
}

static void write_tmpfiles(FILE *out, const struct profile *profile, const struct tune *tunes, size_t n)
{
	head(out, profile, "/etc/tmpfiles.d/memrig.conf; `systemd-tmpfiles --create` applies it");
	write_tmpfiles_lines(out, tunes, n, "");
	if (any(tunes, n, false))
		fprintf(out, "# The sysctls of the profile are not in here: --format sysctl.d\n");
}

static void write_tuned(FILE *out, const struct profile *profile, const struct tune *tunes, size_t n)
{
	head(out, profile, "/etc/tuned/memrig/tuned.conf; `tuned-adm profile memrig` applies it");
	fprintf(out, "[main]\nsummary=%s\n", *profile->description ? profile->description : profile->name);
	if (any(tunes, n, false))
		fprintf(out, "\n[sysctl]\n");
	for (size_t i = 0; i < n; i++)
		if (!tunes[i].tunable->sysfs)
			fprintf(out, "%s=%s\n", tunes[i].tunable->key, tunes[i].target);
	if (any(tunes, n, true))
		fprintf(out, "\n[sysfs]\n");
	for (size_t i = 0; i < n; i++)
		if (tunes[i].tunable->sysfs)
			fprintf(out, "/sys/%s=%s\n", tunes[i].tunable->key, tunes[i].target);
}

static void write_ansible(FILE *out, const struct profile *profile, const struct tune *tunes, size_t n)
{
	head(out, profile, "a list of tasks, for include_tasks");
	fprintf(out, "---\n");
	for (size_t i = 0; i < n; i++)
		if (!tunes[i].tunable->sysfs)
			fprintf(out,
				"- name: %s\n  ansible.posix.sysctl:\n    name: %s\n    value: \"%s\"\n"
				"    sysctl_file: /etc/sysctl.d/90-memrig.conf\n    state: present\n",
				tunes[i].tunable->key, tunes[i].tunable->key, tunes[i].target);
	if (!any(tunes, n, true))
		return;
	fprintf(out, "- name: settings below /sys\n  ansible.builtin.copy:\n    dest: /etc/tmpfiles.d/memrig.conf\n"
		     "    mode: \"0644\"\n    content: |\n");
	write_tmpfiles_lines(out, tunes, n, "      ");
	fprintf(out, "- name: apply the settings below /sys\n"
		     "  ansible.builtin.command: systemd-tmpfiles --create /etc/tmpfiles.d/memrig.conf\n"
		     "  changed_when: true\n");
}

const struct export_format export_formats[] = {
	{ "sysctl.d", "/etc/sysctl.d/90-memrig.conf", write_sysctl },
	{ "tmpfiles.d", "/etc/tmpfiles.d/memrig.conf, what is below /sys", write_tmpfiles },
	{ "tuned", "/etc/tuned/memrig/tuned.conf", write_tuned },
	{ "ansible", "a file of tasks", write_ansible },
	{ .name = NULL },
};

const struct export_format *export_find(const char *name)
{
	for (const struct export_format *f = export_formats; f->name; f++)
		if (streq(f->name, name))
			return f;
	return NULL;
}

int export_resolve(const struct profile *profile, uint64_t ram_bytes, struct tune **ret, size_t *ret_n,
		   struct error *err)
{
	_cleanup_free_ struct tune *tunes = NULL;
	size_t n;
	int r = apply_plan(&profile->settings, &tunes, &n, err);

	for (size_t i = 0; i < n && r == 0; i++)
		r = tunable_resolve(tunes[i].tunable, tunes[i].asked, ram_bytes, tunes[i].target,
				    sizeof(tunes[i].target), err);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(tunes);
	*ret_n = n;
	return 0;
}
