/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RESULTS_REPORT_HTML_H
#define MEMRIG_RESULTS_REPORT_HTML_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Text on its way into a page. Names come from whoever wrote the scenario, so
 * every text that is not a literal of ours goes through one of these.
 */

/* As text between tags or inside a quoted attribute. Control characters, which HTML does not allow, become U+FFFD. */
void html_text(FILE *out, const char *text);

/* printf with every %s and %c escaped; the others are %d, %u, %zu, %f, %g with a precision of one digit, %+.1f and %%.
 * Markup stands in the format, so it has to be a literal. */
void html(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A document inside <script type="application/json">: no "<" is left in it, so nothing in it ends the element. */
void html_json(FILE *out, const json_t *json);

/* "322.5 MiB", "1.2 s", "120": by the end of a metric's name (_bytes, _pages, _ns, _us, _ratio). Returns buf. */
char *html_value(const char *name, double value, uint64_t page_bytes, char *buf, size_t room);

#endif
