/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/provenance_machine.h"

#include <dirent.h>
#include <sha256.h>

#include "common/file.h"
#include "common/util.h"
#include "runner/machine.h"
#include "runner/topology.h"

static void set(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set_new(object, key, value);
}

static void set_if_any(json_t *object, const char *key, json_t *value)
{
	if (json_object_size(value) > 0)
		json_object_set(object, key, value);
	json_decref(value);
}

/* ---- files of one line ---- */

struct line_member {
	const char *key, *path;
};

static const struct line_member host_lines[] = {
	{ "host_kernel", "/proc/sys/kernel/osrelease" },
	{ "host_build", "/proc/sys/kernel/version" },
	{ "host_cmdline", "/proc/cmdline" },
	{ "host_tainted", "/proc/sys/kernel/tainted" },
	{ "host_clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource" },
	{ "boot_id", "/proc/sys/kernel/random/boot_id" },
	{ "load", "/proc/loadavg" },
}, memory_lines[] = {
	{ "thp", "/sys/kernel/mm/transparent_hugepage/enabled" },
	{ "lru_gen", "/sys/kernel/mm/lru_gen/enabled" },
	{ "zswap", "/sys/module/zswap/parameters/enabled" },
	{ "zswap_compressor", "/sys/module/zswap/parameters/compressor" },
	{ "zram0_compressor", "/sys/block/zram0/comp_algorithm" },
	{ "zram0_bytes", "/sys/block/zram0/disksize" },
	{ "ksm", "/sys/kernel/mm/ksm/run" },
	{ "numa_balancing", "/proc/sys/kernel/numa_balancing" },
}, cpu_lines[] = {
	{ "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor" },
	{ "driver", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver" },
	{ "smt", "/sys/devices/system/cpu/smt/active" },
	{ "intel_no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo" },
	{ "boost", "/sys/devices/system/cpu/cpufreq/boost" },
}, vendor_lines[] = {
	{ "vendor", "/sys/class/dmi/id/sys_vendor" },
	{ "product", "/sys/class/dmi/id/product_name" },
};

static void add_lines(const char *root, const struct line_member *lines, size_t n, json_t *object)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *text = NULL;

		if (file_read_line(root, lines[i].path, &text, NULL) == 0 && *text)
			set(object, lines[i].key, json_string(text));
	}
}

static json_t *object_of(const char *root, const struct line_member *lines, size_t n)
{
	json_t *object = json_object();

	add_lines(root, lines, n, object);
	return object;
}

/* ---- what has to be looked for ---- */

/* "model name	: X" of the first CPU. */
static json_t *cpuinfo_value(const char *cpuinfo, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = cpuinfo; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		const char *colon = line + strcspn(line, ":\n");

		if (strncmp(line, key, len) != 0 || !strchr("\t :", line[len]) || *colon != ':')
			continue;
		colon += 1 + strspn(colon + 1, " ");
		return json_stringn(colon, strcspn(colon, "\n"));
	}
	return NULL;
}

static void add_cpu(const char *root, json_t *p)
{
	_cleanup_free_ char *cpuinfo = NULL;
	json_t *flags, *vendor = object_of(root, vendor_lines, ARRAY_SIZE(vendor_lines));

	if (file_read(root, "/proc/cpuinfo", &cpuinfo, NULL, NULL) == 0) {
		flags = cpuinfo_value(cpuinfo, "flags");
		set(p, "host_cpu", cpuinfo_value(cpuinfo, "model name"));
		set(p, "host_microcode", cpuinfo_value(cpuinfo, "microcode"));
		if (flags)
			set(p, "host_is_guest", json_boolean(strstr(json_string_value(flags), "hypervisor")));
		json_decref(flags);
	}
	set_if_any(p, "host_vendor", vendor);
	set_if_any(p, "host_cpu_state", object_of(root, cpu_lines, ARRAY_SIZE(cpu_lines)));
}

/* The configuration of the kernel, where the distribution or the kernel itself keeps it. */
static void add_config(const char *root, json_t *p)
{
	const char *release = json_string_value(json_object_get(p, "host_kernel"));
	_cleanup_free_ char *in_boot = xasprintf("%s/boot/config-%s", root, release ? release : "");
	_cleanup_free_ char *in_proc = xasprintf("%s/proc/config.gz", root);
	char sum[SHA256_DIGEST_STRING_LENGTH];

	if (SHA256File(in_boot, sum) || SHA256File(in_proc, sum))
		set(p, "host_config_sha256", json_string(sum));
}

static void add_nodes(const char *root, json_t *p)
{
	struct topology topology;
	json_t *nodes;

	if (topology_read(root, &topology, NULL) < 0)
		return;
	nodes = json_array();
	for (unsigned i = 0; i < topology.n_nodes; i++) {
		const struct topology_node *node = &topology.nodes[i];
		json_t *distance = json_array();

		for (unsigned k = 0; k < topology.n_nodes; k++)
			json_array_append_new(distance, json_integer(node->distance[k]));
		json_array_append_new(nodes, json_pack("{s:i, s:I, s:s, s:o}", "node", (int)node->id, "total_bytes",
						       (json_int_t)node->total_bytes, "cpus", node->cpus, "distance", distance));
	}
	set(p, "host_nodes", nodes);
}

/* As it is mounted where everybody expects it. */
static const char *cgroup_mode(const char *root)
{
	static const struct {
		const char *path, *mode;
	} signs[] = {
		{ "/sys/fs/cgroup/cgroup.controllers", "v2" },
		{ "/sys/fs/cgroup/unified/cgroup.controllers", "hybrid" },
		{ "/sys/fs/cgroup/memory", "v1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		_cleanup_free_ char *path = xasprintf("%s%s", root, signs[i].path);

		if (access(path, F_OK) == 0)
			return signs[i].mode;
	}
	return "none";
}

static void add_available(const char *root, json_t *p)
{
	_cleanup_free_ char *text = NULL;
	const char *at;

	if (file_read(root, "/proc/meminfo", &text, NULL, NULL) < 0)
		return;
	at = strstr(text, "MemAvailable:");
	if (at)
		set(p, "available_bytes", json_integer((json_int_t)(strtoull(at + strlen("MemAvailable:"), NULL, 10) * KIB)));
}

static json_t *vm_json(const char *root)
{
	_cleanup_free_ char *dir_path = xasprintf("%s/proc/sys/vm", root);
	DIR *dir = xopendir(dir_path);
	json_t *all = json_object();
	struct dirent *found;

	while (dir && (found = readdir(dir))) {
		_cleanup_free_ char *path = xasprintf("/proc/sys/vm/%s", found->d_name), *value = NULL;

		/* Directories and what can only be written (compact_memory) have no value. */
		if (found->d_name[0] != '.' && file_read_line(root, path, &value, NULL) == 0)
			set(all, found->d_name, json_string(value));
	}
	if (dir)
		closedir(dir);
	return all;
}

void provenance_machine(const char *root, bool vm, json_t *p)
{
	add_lines(root, host_lines, ARRAY_SIZE(host_lines), p);
	add_config(root, p);
	add_cpu(root, p);
	add_nodes(root, p);
	set(p, "host_swap", machine_swaps_json(root));
	set(p, "host_cgroup", json_string(cgroup_mode(root)));
	set_if_any(p, "host_memory", object_of(root, memory_lines, ARRAY_SIZE(memory_lines)));
	add_available(root, p);
	if (vm)
		set_if_any(p, "host_vm", vm_json(root));
}
