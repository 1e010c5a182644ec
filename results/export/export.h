/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_EXPORT_EXPORT_H
#define MEMRIG_RESULTS_EXPORT_EXPORT_H

#include <jansson.h>
#include <stddef.h>

/*
 * What other programs read, made of a gate's document (memrig.gate/1) or of a
 * run's (memrig.run/1, its expectations). Each returns text that the caller
 * frees, and is a pure function of the document.
 */

/* ---- test cases: what JUnit and KTAP show ---- */

enum export_status { EXPORT_PASS, EXPORT_FAIL, EXPORT_SKIP };

struct export_case {
	char *name;    /* of what was checked */
	char *message; /* one line: why it failed or was skipped, or what else there is to say; "" for nothing
			*/
	char *details; /* lines, "" for none */
	enum export_status status;
	double seconds; /* below 0: not known */
};

struct export_suite {
	char *name;
	struct export_case *cases;
	size_t n;
};

struct export_suites {
	char *name;
	char started[32]; /* "2026-01-01T12:00:00", UTC; "" not known */
	struct export_suite *list;
	size_t n;
};

/* A gate: a suite a scenario, a case a profile and kernel; a regression fails, what cannot be told (not
 * enough, new) is skipped. A run: a suite a cell, a case an expectation, and one for the cell itself. */
void export_suites_of(const json_t *document, struct export_suites *ret);
void export_suites_release(struct export_suites *suites);

/* JUnit XML as tests/data/junit/junit.xsd has it. */
char *export_junit(const json_t *document);
/* KTAP version 1 (the kernel's Documentation/dev-tools/ktap.rst): a suite is a test with its cases as
 * subtests. */
char *export_ktap(const json_t *document);

/* ---- of a gate alone ---- */

/* Prometheus' text format for node_exporter's textfile collector: gauges in base units, no timestamps. */
char *export_prometheus(const json_t *gate);

/* A summary for a pull request or a mail. */
char *export_markdown(const json_t *gate);

#endif
