/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/lab/channel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "common/file.h"
#include "common/util.h"

static int map(int fd, const char *where, struct channel *ret, struct error *err)
{
	void *p = mmap(NULL, CHANNEL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return error_set_errno(err, -errno, where, "cannot map the channel");
	ret->base = p;
	ret->header = p;
	return 0;
}

int channel_create(int fd, const struct machine *machine, bool userspace, const char *in, bool park,
		   struct channel *ret, struct error *err)
{
	size_t in_len = in ? strlen(in) : 0;
	struct channel channel;
	int r;

	if (in_len > CHANNEL_OUT - sizeof(struct channel_header))
		return error_set(err, -EFBIG, "channel", "the description is too long (%zu bytes)", in_len);
	if (ftruncate(fd, CHANNEL_BYTES) < 0)
		return error_set_errno(err, -errno, "channel", "cannot size the file");
	r = map(fd, "channel", &channel, err);
	if (r < 0)
		return r;
	if (in)
		memcpy(channel.base + sizeof(struct channel_header), in, in_len);
	channel.header->in_len = in_len;
	channel.header->park = park;
	channel.header->swap_kind = machine->swap_kind;
	channel.header->swap_bytes = machine->swap_bytes;
	channel.header->disk_bytes = machine->disk_bytes;
	channel.header->userspace = userspace;
	channel.header->magic = CHANNEL_MAGIC;
	*ret = channel;
	return 0;
}

/* ivshmem-plain is the PCI device 1af4:1110; its BAR 2 is the shared memory. */
static bool is_ivshmem(const char *device)
{
	_cleanup_free_ char *vendor_path = xasprintf("/sys/bus/pci/devices/%s/vendor", device);
	_cleanup_free_ char *device_path = xasprintf("/sys/bus/pci/devices/%s/device", device);
	_cleanup_free_ char *vendor = NULL, *id = NULL;

	return file_read_line(NULL, vendor_path, &vendor, NULL) == 0 && streq(vendor, "0x1af4") &&
	       file_read_line(NULL, device_path, &id, NULL) == 0 && streq(id, "0x1110");
}

static int attach_device(const char *device, struct channel *ret, struct error *err)
{
	_cleanup_free_ char *enable = xasprintf("/sys/bus/pci/devices/%s/enable", device);
	_cleanup_free_ char *bar = xasprintf("/sys/bus/pci/devices/%s/resource2", device);
	_cleanup_close_ int fd = -1;
	int r = file_write(NULL, enable, "1", err);

	if (r < 0)
		return r;
	fd = open(bar, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, -errno, bar, "cannot open the channel");
	r = map(fd, bar, ret, err);
	if (r == 0 && ret->header->magic != CHANNEL_MAGIC)
		return error_set(err, -EPROTO, bar, "this is not a memrig channel");
	return r;
}

int channel_attach(struct channel *ret, struct error *err)
{
	DIR *dir = opendir("/sys/bus/pci/devices");
	struct dirent *entry;
	int r = error_set(err, -ENODEV, "/sys/bus/pci/devices", "there is no ivshmem device");

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && is_ivshmem(entry->d_name)) {
			r = attach_device(entry->d_name, ret, err);
			break;
		}
	if (dir)
		closedir(dir);
	return r;
}

void channel_unmap(struct channel *channel)
{
	if (channel->base)
		munmap(channel->base, CHANNEL_BYTES);
	channel->base = NULL;
	channel->header = NULL;
}

static int append(void *opaque, const char *data, size_t len)
{
	struct channel *channel = opaque;
	uint64_t at = channel->header->out_len;

	if (at + len > CHANNEL_BYTES - CHANNEL_OUT)
		return -ENOSPC;
	memcpy(channel->base + CHANNEL_OUT + at, data, len);
	channel->header->out_len = at + len; /* after the data: the host reads at any time */
	channel->header->beats++;
	return 0;
}

struct stream_sink channel_sink(struct channel *channel)
{
	return (struct stream_sink){ .write = append, .opaque = channel };
}
