/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/provenance.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <sha256.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <zstd.h>

#include "build/version.h"
#include "common/file.h"
#include "common/util.h"
#include "runner/lab/lab.h"
#include "runner/lab/parts.h"
#include "runner/provenance_machine.h"

const char *clock_text(enum lab_clock clock)
{
	static const char *const texts[] = { [CLOCK_VIRTUAL] = "virtual clock (QEMU icount)",
					     [CLOCK_REAL_TCG] = "real clock, emulated CPUs",
					     [CLOCK_REAL_KVM] = "real clock, KVM",
					     [CLOCK_REAL_HOST] = "real clock, this machine" };

	return texts[clock];
}

void file_sha256(const char *path, char *text)
{
	if (!SHA256File(path, text))
		text[0] = '\0';
}

static json_t *utc_now(void)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	return json_string(text);
}

/* Its errors are not shown. */
static void exec_version(const char *program, int out)
{
	int null_fd = open("/dev/null", O_RDWR);

	dup2(null_fd, 0);
	dup2(out, 1);
	dup2(null_fd, 2);
	execlp(program, program, "--version", (char *)NULL);
	_exit(127);
}

/* The first line of what `program --version` prints; NULL when it prints none. */
static json_t *version_of(const char *program)
{
	char line[256] = "";
	FILE *f;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return NULL;
	pid = fork();
	if (pid == 0)
		exec_version(program, ends[1]);
	close(ends[1]);
	f = fdopen(ends[0], "r");
	if (!f) {
		out_of_memory(); /* there is no other reason */
		return NULL;
	}
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	line[strcspn(line, "\n")] = '\0';
	return line[0] ? json_string(line) : NULL;
}

static json_t *kernels_json(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->n_kernels; i++) {
		char sum[SHA256_DIGEST_STRING_LENGTH];

		file_sha256(plan->kernels[i].image, sum);
		json_array_append_new(list, json_pack("{s:s, s:s}", "release", plan->kernels[i].release,
						      "image_sha256", sum));
	}
	return list;
}

static void set(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set_new(object, key, value);
}

/* Once for each machine and kernel: the command line of the guests, with words in place of files. */
static json_t *command_lines(const struct plan *plan, enum lab_clock clock)
{
	json_t *seen = json_object(), *list = json_array();

	for (size_t i = 0; i < plan->n_cells; i++) {
		const struct plan_cell *cell = &plan->cells[i];
		struct lab_request request = { .machine = &cell->scenario->machine,
					       .kernel = cell->kernel,
					       .clock = clock,
					       .userspace = cell->userspace,
					       .cell = cell->description };
		_cleanup_free_ char *key = xasprintf("%s %s", cell->scenario->name, cell->kernel->release);
		json_t *words;
		char **args;

		if (json_object_get(seen, key))
			continue;
		json_object_set_new(seen, key, json_true());
		args = lab_describe(&request);
		words = json_array();
		for (char **arg = args; *arg; arg++)
			json_array_append_new(words, json_string(*arg));
		qemu_args_free(args);
		json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "scenario", cell->scenario->name, "kernel",
						      cell->kernel->release, "argv", words));
	}
	json_decref(seen);
	return list;
}

static void add_lab(json_t *p, const struct plan *plan, enum lab_clock clock)
{
	const char *init = part_init();
	char sum[SHA256_DIGEST_STRING_LENGTH];

	set(p, "accelerator", json_string(clock_text(clock)));
	set(p, "qemu", version_of("qemu-system-x86_64"));
	if (init) {
		file_sha256(init, sum);
		set(p, "init_sha256", json_string(sum));
	}
	if (part_preload()) {
		file_sha256(part_preload(), sum);
		set(p, "preload_sha256", json_string(sum));
	}
	set(p, "kernels", kernels_json(plan));
	set(p, "guests", command_lines(plan, clock));
}

static json_t *build_json(void)
{
	return json_pack("{s:b, s:s, s:s, s:{s:s, s:s, s:s, s:s}}", "dirty", strstr(MEMRIG_VERSION, "-dirty") != NULL, "compiler",
			 __VERSION__, "flags", MEMRIG_FLAGS, "libraries", "glibc", gnu_get_libc_version(), "jansson",
			 jansson_version_str(), "sqlite", sqlite3_libversion(), "zstd", ZSTD_versionString());
}

json_t *provenance_json(const struct plan *plan, enum lab_clock clock, unsigned jobs)
{
	json_t *p = json_object();

	set(p, "memrig", json_string(MEMRIG_VERSION));
	set(p, "build", build_json());
	set(p, "started", utc_now());
	set(p, "place", json_string(clock == CLOCK_REAL_HOST ? "host" : "lab"));
	if (clock != CLOCK_REAL_HOST)
		add_lab(p, plan, clock);
	provenance_machine("", clock == CLOCK_REAL_HOST, p);
	set(p, "host_cpus", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	set(p, "jobs", json_integer(jobs));
	return p;
}
