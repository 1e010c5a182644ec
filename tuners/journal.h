/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_TUNERS_JOURNAL_H
#define MEMRIG_TUNERS_JOURNAL_H

#include "tuners/undo.h"

/*
 * The undo list on disk, written before the first change, for the case that
 * nobody who has it in memory survives. JSON Lines: a header (boot id, who
 * writes), one line an entry, then one line for each entry that goes on to
 * another state. Every line ends with a sum over itself and the sum before, so
 * that a line that was cut, lost or edited is told from a good one.
 *
 *   {"journal":"memrig.journal/1","boot":"...","pid":123,"what":"profile redis","sum":"..."}
 *   {"entry":0,"kind":"sysctl","key":"vm.swappiness","before":"60","sum":"..."}
 *   {"entry":1,"kind":"group","path":"/sys/fs/cgroup/memrig-...","sum":"..."}
 *   {"entry":2,"kind":"controllers","path":"/sys/fs/cgroup/cgroup.subtree_control","enabled":"memory cpuset","sum":"..."}
 *   {"entry":0,"state":"changed","effective":"1","sum":"..."}
 */
struct journal {
	int fd;
	uint64_t sum;
	char path[UNDO_PATH];
};

enum { JOURNAL_WHAT = 128 };

#define JOURNAL_NAME "journal"
/* While it is written; then it is renamed. Nothing was changed under it yet. */
#define JOURNAL_NEW  JOURNAL_NAME ".new"

/* Where journals are kept: $MEMRIG_STATE, else /var/lib/memrig for root, else ~/.local/state/memrig. Static. */
const char *journal_dir(void);

/* The lock of the machine: one process changes it at a time. Held until the descriptor is closed, by children too.
 * Makes the directory. -EBUSY when another memrig has it. */
int journal_lock(const char *dir, int *ret_fd, struct error *err);

/* Writes header and entries as JOURNAL_NEW, fsyncs and renames. `what` says who changes the machine, for people.
 * -EEXIST: there is one already, of something that was not undone. The list is `journalled` before the journal is there, so
 * that whoever survives removes it. */
int journal_create(const char *dir, const char *root, const char *what, struct undo_list *list,
		   struct journal *ret, struct error *err);

/* Records the state an entry is in now; on disk when it returns. Allocates nothing. */
int journal_record(struct journal *journal, const struct undo_list *list, const struct undo *undo, struct error *err);

/* When everything is back. */
int journal_remove(struct journal *journal, struct error *err);
void journal_close(struct journal *journal); /* leaves the file */

/* Everything of the list is back, and who wrote its journal is dead: removes that journal, or the beginning of one, in dir, and
 * the list is `finished`. -errno: the journal cannot be removed, and the next start takes this machine for changed. With the
 * lock; allocates nothing. */
int journal_finish(const char *dir, struct undo_list *list);

struct journal_found {
	struct undo_list *list;
	bool same_boot; /* else settings and groups are gone with the kernel that had them: only files are left */
	bool torn;      /* the last line was cut: its change may have happened */
	long pid;
	char what[JOURNAL_WHAT];
};

/* Returns 0, -ENOENT (nothing to undo), or -EBADMSG: the file is none of memrig's, or was changed since. Only settings that
 * the tuners know, groups and controllers below cgroup_mount, and files are taken; groups and files
 * only when they are named memrig-*. */
int journal_load(const char *dir, const char *root, const char *cgroup_mount, struct journal_found *ret,
		 struct error *err);

#endif
