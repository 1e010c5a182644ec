/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_FAMILY_H
#define MEMRIG_RUNNER_CLI_FAMILY_H

#include "common/error.h"

/* The names of the profiles that come with memrig and are of this family, sorted, NULL-terminated; cli_names_free().
 * -ENOENT when there are none, with the families there are as hint. */
int family_profiles(const char *family, char ***ret, struct error *err);

#endif
