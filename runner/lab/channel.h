/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MEMRIG_RUNNER_LAB_CHANNEL_H
#define MEMRIG_RUNNER_LAB_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "results/stream.h"
#include "runner/scenario.h"

/*
 * The channel between host and guest: one file on the host, the BAR of an
 * ivshmem device in the guest. The cell description goes in, the stream comes
 * out, without page cache, block layer, interrupts or allocation in the guest;
 * what was written survives a guest that dies.
 *
 * Layout: struct channel_header in the first page, then the description, then
 * the stream at CHANNEL_OUT. The host writes the description before the guest
 * starts or, when it parks first, before it goes on; from then on only the
 * guest writes.
 */
#define CHANNEL_BYTES (64ULL << 20) /* a power of two: it is a PCI BAR; sparse on the host */
#define CHANNEL_OUT   (1ULL << 20)
#define CHANNEL_MAGIC 0x32676972656d656dULL

enum channel_state {
	CHANNEL_EMPTY,	 /* the guest has not got here yet */
	CHANNEL_READY,	 /* the guest's init runs */
	CHANNEL_PARKED,	 /* it has set up swap and disk and waits to be saved or to go on */
	CHANNEL_RUNNING, /* the cell is being executed */
	CHANNEL_ENDED,	 /* the executor has returned, the stream is whole */
};

struct channel_header {
	uint64_t magic;
	uint64_t in_len;
	_Atomic uint64_t out_len;
	_Atomic uint32_t state; /* enum channel_state */
	_Atomic uint32_t beats; /* grows with every record, as out_len does */
	_Atomic uint32_t phase; /* enum cell_phase, while RUNNING */
	/* What init must know before it has a cell. */
	uint32_t park;	    /* stop before the description is read */
	uint32_t swap_kind; /* enum swap_kind */
	uint64_t swap_bytes, disk_bytes;
	uint32_t userspace; /* there is an image with programs */
};

struct channel {
	struct channel_header *header;
	char *base;
};

/* Host: makes a channel of an empty file, with the machine and a text in it: the cell description or, for a guest that
 * parks, a scenario_data() document (NULL: none). -EFBIG when the text does not fit. */
int channel_create(int fd, const struct machine *machine, bool userspace, const char *in, bool park,
		   struct channel *ret, struct error *err);
/* Guest: finds the device below /sys and maps it. -ENODEV when there is none. */
int channel_attach(struct channel *ret, struct error *err);
void channel_unmap(struct channel *channel);

static inline const char *channel_in(const struct channel *c)
{
	return c->base + sizeof(struct channel_header);
}

static inline const char *channel_out(const struct channel *c)
{
	return c->base + CHANNEL_OUT;
}

/* A sink that appends to the stream; -ENOSPC when the channel is full. */
struct stream_sink channel_sink(struct channel *channel);

#endif
