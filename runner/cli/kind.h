/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_KIND_H
#define MEMRIG_RUNNER_CLI_KIND_H

#include "runner/cli/cli.h"

/* What "memrig profile" and "memrig scenario" share: files of one kind, by name or path. */

struct kind_item {
	void *object;                   /* struct profile or struct scenario */
	const char *name, *description; /* the object's */
	const char *family;		/* profiles: the object's, "" for none; else NULL */
	json_t *json;                   /* as --json shows it */
};

struct kind {
	const char *name;    /* "profile" */
	int name_width;      /* in lists */
	bool kernel_matters; /* "check" has --kernel */
	const char *show_doc, *check_doc;
	/* kernel: NULL is the newest. Fills *ret on success. */
	int (*load)(const char *path, const char *kernel, struct kind_item *ret, struct diags *diags);
	void (*free)(void *object);
	void (*print)(void *object);
	/* Says on stderr what is no mistake and yet will not do what is hoped for; or NULL. */
	void (*notes)(const char *path, const char *kernel, void *object);
	json_t *(*schema)(void);
};

/* What a sub-verb was asked. */
struct kind_request {
	bool json;
	const char *kernel;
	char **names; /* NULL-terminated, in argv */
};

/* Runs one of the kind's sub-verbs, some of which are those below. */
int kind_dispatch(const struct kind *kind, const struct verb *const *verbs, int argc, char **argv);

int kind_list(int argc, char **argv);
int kind_show(int argc, char **argv);
int kind_check(int argc, char **argv);
int kind_schema(int argc, char **argv);

/* For sub-verbs of one kind alone: takes --json and no names. */
bool kind_parse(const char *doc, int argc, char **argv, struct kind_request *ret);

/* The same with one name, which is args_doc in the help. */
bool kind_parse_one(const char *doc, const char *args_doc, int argc, char **argv, struct kind_request *ret);

/* Prints the document and frees it; returns an exit code. */
int kind_print(json_t *json);

void kind_release(const struct kind *kind, struct kind_item *item);

/* check.c */
int kind_check_names(const struct kind *kind, const struct kind_request *request);

#endif
