/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hides the host's time from the thread that runs the guest's CPUs.
 *
 * The guest sees no host time there, but QEMU itself looks: it shrinks the
 * emulated TLB when a window of 100 ms of gettimeofday() was quiet
 * (accel/tcg/cputlb.c, tlb_mmu_resize_locked()). What the TLB holds decides
 * whether an access walks the page table and sets the accessed bit, which Linux
 * clears without a flush; and by accessed bits the kernel chooses what to
 * reclaim. Measured: with the host's time about one of ten runs of a cell on
 * 6.12 (MGLRU, which looks at those bits most) took another course.
 *
 * Here each look lets a millisecond pass, so that the window is a number of TLB
 * flushes, and those follow from what the guest does.
 */
#include <pthread.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "runner/lab/preload/preload.h"

/* The name QEMU gives the thread that runs all CPUs in turn (with -name debug-threads=on). */
#define CPU_THREAD "ALL CPUs"

bool is_cpu_thread(void)
{
	static __thread int answer;
	char name[16] = "";

	if (!answer) {
		pthread_getname_np(pthread_self(), name, sizeof(name));
		answer = strncmp(name, CPU_THREAD, strlen(CPU_THREAD)) == 0 ? 1 : -1;
	}
	return answer > 0;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	static long milliseconds; /* only the CPU thread counts */
	struct timespec now;

	(void)tz;
	if (!is_cpu_thread()) {
		clock_gettime(CLOCK_REALTIME, &now);
		tv->tv_sec = now.tv_sec;
		tv->tv_usec = now.tv_nsec / 1000;
		return 0;
	}
	milliseconds++;
	tv->tv_sec = milliseconds / 1000;
	tv->tv_usec = milliseconds % 1000 * 1000;
	return 0;
}
