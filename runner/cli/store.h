/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_CLI_STORE_H
#define MEMRIG_RUNNER_CLI_STORE_H

/* memrig store prune; returns an exit code. */
int store_prune_main(int argc, char **argv);

#endif
