/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memrig doctor: what this machine can do, and how to get the rest. */
#include <errno.h>

#include "common/size.h"
#include "common/util.h"
#include "results/store.h"
#include "runner/cgroup.h"
#include "runner/cli/cli.h"
#include "runner/lab/lab.h"
#include "runner/lab/parts.h"
#include "runner/topology.h"

/* Each check says in *err what is missing and how to get it, and in `have` what is there. Returns 0 or negative. */
struct check {
	const char *name;
	bool needed; /* for memrig run in the lab; the others widen what can be done */
	int (*run)(char *have, size_t room, struct error *err);
};

static int check_qemu(char *have, size_t room, struct error *err)
{
	snprintf(have, room, "qemu-system-x86_64");
	return qemu_check(err);
}

static int check_init(char *have, size_t room, struct error *err)
{
	const char *path = part_init();

	snprintf(have, room, "%s", path ? path : "");
	return part_check_init(err);
}

static int check_preload(char *have, size_t room, struct error *err)
{
	const char *path = part_preload();

	snprintf(have, room, "%s", path ? path : "");
	return part_check_preload(err);
}

static int check_mke2fs(char *have, size_t room, struct error *err)
{
	static const char *const places[] = { "/usr/sbin/mke2fs", "/sbin/mke2fs" };
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0) {
			snprintf(have, room, "%s", places[i]);
			return 0;
		}
	r = error_set(err, -ENOENT, "mke2fs", "data disks cannot be made");
	error_hint(err, "install it with: apt-get install e2fsprogs");
	return r;
}

static int check_kernel(const char *name, char *have, size_t room, struct error *err)
{
	struct lab_kernel kernel;
	int r = lab_kernel_find(name, &kernel, err);

	if (r < 0)
		return r;
	snprintf(have, room, "%s", kernel.release);
	lab_kernel_release(&kernel);
	return 0;
}

static int check_kernel_default(char *have, size_t room, struct error *err)
{
	return check_kernel(LAB_DEFAULT_KERNEL, have, room, err);
}

static int check_kernel_mglru(char *have, size_t room, struct error *err)
{
	return check_kernel("6.12", have, room, err);
}

static int check_kvm(char *have, size_t room, struct error *err)
{
	struct lab_kernel kernel;
	int r = lab_kernel_find(LAB_DEFAULT_KERNEL, &kernel, err);

	if (r < 0)
		return r;
	snprintf(have, room, "a guest boots under it");
	if (lab_real_clock(&kernel, true) != CLOCK_REAL_KVM) {
		r = error_set(err, -EOPNOTSUPP, "/dev/kvm", "no guest boots under KVM here");
		error_hint(err, "nothing to do: the virtual clock needs no KVM, and --clock real emulates");
	}
	lab_kernel_release(&kernel);
	return r;
}

static int check_store(char *have, size_t room, struct error *err)
{
	struct store *store;
	int r = store_open(NULL, &store, err);

	if (r < 0)
		return r;
	snprintf(have, room, "%s", store->dir);
	store_close(store);
	return 0;
}

static int check_cgroup(char *have, size_t room, struct error *err)
{
	snprintf(have, room, "v2 with memory and cpuset");
	return cgroup_check("/sys/fs/cgroup", "", err);
}

static int check_nodes(char *have, size_t room, struct error *err)
{
	struct topology topology;
	int r = topology_read("", &topology, err);

	if (r < 0)
		return r;
	snprintf(have, room, "%u", topology.n_nodes);
	if (topology.n_nodes >= 2)
		return 0;
	r = error_set(err, -EOPNOTSUPP, "NUMA", "this machine has one node");
	error_hint(err, "the lab gives a guest as many as the scenario describes");
	return r;
}

static const struct check checks[] = {
	{ "qemu", true, check_qemu },
	{ "guest init", true, check_init },
	{ "preload", true, check_preload },
	{ "mke2fs", true, check_mke2fs },
	{ "kernel 6.1", true, check_kernel_default },
	{ "store", true, check_store },
	{ "kernel 6.12", false, check_kernel_mglru },
	{ "kvm", false, check_kvm },
	{ "host cgroups", false, check_cgroup },
	{ "host nodes", false, check_nodes },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	if (key == 'j')
		*(bool *)state->input = true;
	else if (key == ARGP_KEY_ARG)
		argp_error(state, "too many arguments: '%s'", arg);
	else
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static void print_check(const struct check *check, int r, const char *have, const struct error *err)
{
	if (r == 0) {
		printf("ok       %-13s %s\n", check->name, have);
		return;
	}
	printf("%-8s %-13s %s\n", check->needed ? "MISSING" : "no", check->name, err->what);
	if (err->hint[0])
		printf("%-22s -> %s\n", "", err->hint);
}

static json_t *check_json(const struct check *check, int r, const char *have, const struct error *err)
{
	json_t *entry = json_pack("{s:s, s:b, s:b}", "check", check->name, "needed", check->needed, "ok", r == 0);

	json_object_set_new(entry, r == 0 ? "have" : "missing", json_string(r == 0 ? have : err->what));
	if (r < 0 && err->hint[0])
		json_object_set_new(entry, "hint", json_string(err->hint));
	return entry;
}

static int doctor_main(int argc, char **argv)
{
	static const struct argp_option options[] = { { "json", 'j', 0, 0, "Print JSON", 0 }, { 0 } };
	static const struct argp argp = { options, parse_option, NULL,
					  "Examples:\n  memrig doctor\n  memrig doctor --json\n\n"
					  "What memrig can do on this machine, and how to get the rest.\v"
					  "Exit codes: 0 cells can run in the lab, 77 something needed is missing.",
					  NULL, NULL, NULL };
	bool json = false, missing = false;
	json_t *list = json_array();
	int r = cli_parse(&argp, argc, argv, &json);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(checks); i++) {
		struct error err = { 0 };
		char have[512] = "";
		int result = checks[i].run(have, sizeof(have), &err);

		missing |= result < 0 && checks[i].needed;
		json_array_append_new(list, check_json(&checks[i], result, have, &err));
		if (!json)
			print_check(&checks[i], result, have, &err);
	}
	if (r == 0 && json && cli_json(list) < 0)
		r = EXIT_BROKEN;
	json_decref(list);
	return r ? r : missing ? EXIT_CANNOT_RUN : EXIT_DONE;
}

const struct verb verb_doctor = { .name = "doctor",
				  .summary = "what this machine can do, and how to get the rest",
				  .main = doctor_main };
