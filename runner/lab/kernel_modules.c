/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/kernel.h"

#include <errno.h>
#include <libkmod.h>
#include <stdbool.h>

#include "common/util.h"

static void add_module(struct kmod_module *module, char ***list, size_t *n);

static void add_modules(struct kmod_list *modules, char ***list, size_t *n)
{
	struct kmod_list *it;

	kmod_list_foreach(it, modules) {
		struct kmod_module *module = kmod_module_get_module(it);

		add_module(module, list, n);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(modules);
}

/* Adds the paths of a module and, before them, of what it depends on; each once. Soft dependencies, too: ext4 as a module asks
 * for crc32c by that name, and nobody in the guest would load it. */
static void add_module(struct kmod_module *module, char ***list, size_t *n)
{
	const char *path = kmod_module_get_path(module);
	struct kmod_list *pre = NULL, *post = NULL;

	kmod_module_get_softdeps(module, &pre, &post);
	kmod_module_unref_list(post);
	add_modules(pre, list, n);
	add_modules(kmod_module_get_dependencies(module), list, n);
	for (size_t i = 0; path && i < *n; i++)
		if (streq((*list)[i], path))
			return;
	if (!path)
		return; /* built in */
	*list = xrealloc(*list, (*n + 2) * sizeof(**list));
	(*list)[(*n)++] = xstrdup(path);
	(*list)[*n] = NULL;
}

int lab_kernel_modules(const struct lab_kernel *kernel, const char *const *names, char ***ret, struct error *err)
{
	const char *no_config = NULL;
	struct kmod_ctx *ctx = kernel->modules ? kmod_new(kernel->modules, &no_config) : NULL;
	char **list = xcalloc(1, sizeof(*list));
	size_t n = 0;
	int r = 0;

	for (; ctx && r == 0 && *names; names++) {
		struct kmod_list *found = NULL;
		bool optional = **names == '?';
		const char *name = *names + optional;

		if ((kmod_module_new_from_lookup(ctx, name, &found) < 0 || !found) && !optional)
			r = error_set(err, -ENOENT, kernel->modules, "the kernel has no module %s", name);
		add_modules(found, &list, &n);
	}
	if (ctx)
		kmod_unref(ctx);
	if (r < 0)
		lab_modules_free(list);
	else
		*ret = list;
	return r;
}

void lab_modules_free(char **modules)
{
	for (char **m = modules; m && *m; m++)
		free(*m);
	free(modules);
}
