/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_SETTING_NOTES_H
#define MEMRIG_RUNNER_SETTING_NOTES_H

#include "runner/scenario.h"

/* What can be said before a run about settings that will do nothing: a note each on stderr. The rules are those of the verdict
 * setting_without_effect (results/verdict/ineffective.h). */
struct setting_notes {
	const char *who;		 /* what the notes begin with: a file or a cell */
	const struct settings *settings; /* what is set */
	const struct machine *machine;	 /* NULL: not known */
	const char *kernel;		 /* release; NULL: not known */
};
void setting_notes_print(const struct setting_notes *notes);

#endif
