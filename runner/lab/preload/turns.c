/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes QEMU's main loop and its CPU thread take turns.
 *
 * With -icount the CPU thread runs expired timers itself, but it wakes the main
 * loop each time as well, which then asks, beside the running CPUs, whether all
 * of them are idle and how far the clock may skip (icount_start_warp_timer()).
 * A CPU counts as halted from its HLT on; the instructions before it are added
 * to the clock a moment later, when the CPU thread has left the translated
 * code. Asked in between, the answer is that many instructions too far, and the
 * guest's time is another one from there on. Seen in about one of fifty runs of
 * a cell that is mostly idle.
 *
 * Here the main loop, once awake, waits until the CPU thread sleeps on its
 * condition variable; only then it is needed.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runner/lab/preload/preload.h"

static _Atomic uint32_t cpus_run; /* 1 while the CPU thread is awake */

int __ppoll_chk(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *, size_t);

static bool is_main_loop(void)
{
	static __thread int answer;

	if (!answer)
		answer = syscall(SYS_gettid) == getpid() ? 1 : -1;
	return answer > 0;
}

/* The library's own; not asked for in a constructor, because others' constructors may wait before ours has run. */
static int real_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	static int (*real)(pthread_cond_t *, pthread_mutex_t *);

	if (!real)
		*(void **)&real = dlvsym(RTLD_NEXT, "pthread_cond_wait", "GLIBC_2.3.2");
	return real(cond, mutex);
}

/* The CPU thread goes to sleep: the main loop's turn. */
int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	int r;

	if (!is_cpu_thread())
		return real_cond_wait(cond, mutex);
	cpus_run = 0;
	syscall(SYS_futex, &cpus_run, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	r = real_cond_wait(cond, mutex);
	cpus_run = 1;
	return r;
}

/* As glibc does it: the kernel's call writes the time that was left into the time-out, ppoll() must not. */
static int real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec copy = timeout ? *timeout : (struct timespec){ 0 };

	return (int)syscall(SYS_ppoll, fds, n, timeout ? &copy : NULL, mask, _NSIG / 8);
}

/* The main loop wakes up: waits for its turn. */
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	int r = real_ppoll(fds, n, timeout, mask);
	int saved = errno;

	while (is_main_loop() && cpus_run)
		syscall(SYS_futex, &cpus_run, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
	errno = saved;
	return r;
}

/* Its name where QEMU was built with _FORTIFY_SOURCE. */
int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask, size_t room)
{
	(void)room;
	return ppoll(fds, n, timeout, mask);
}
