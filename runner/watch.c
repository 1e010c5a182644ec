/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runner/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "common/clock.h"
#include "common/util.h"
#include "runner/pool.h"
#include "runner/watch_output.h"
#include "runner/watch_source.h"

struct watch {
	const struct watch_options *options;
	enum watch_form form;
	struct watch_source *source;
	struct watch_frame frame;
	struct watch_lines lines;
	struct watch_view *view;
	int timer_fd, signal_fd;
	sigset_t mask_before;
	int signal;	/* that ends it */
	bool done;	/* by q, or because nobody reads the output */
	bool published; /* the Prometheus file was written once */
};

/* ---- showing ---- */

/* A path that cannot be written is a mistake and ends the watch; a disk that is full later on does not. */
static int publish(struct watch *w, struct error *err)
{
	int r;

	if (!w->options->prometheus)
		return 0;
	r = watch_prometheus_write(w->options->prometheus, &w->frame, w->published ? NULL : err);
	if (r < 0)
		return w->published ? 0 : r;
	w->published = true;
	return 0;
}

static void print_json(struct watch *w)
{
	json_t *document = watch_json(&w->frame);

	json_dumpf(document, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(document);
}

static int show(struct watch *w, struct error *err)
{
	switch (w->form) {
	case WATCH_VIEW:
		watch_view_draw(w->view, &w->frame);
		break;
	case WATCH_LINES:
		watch_lines_frame(stdout, &w->lines, &w->frame);
		break;
	case WATCH_JSON:
		print_json(w);
		break;
	}
	if (w->form != WATCH_VIEW && (fflush(stdout) != 0 || ferror(stdout)))
		w->done = true; /* the exit code tells */
	return publish(w, err);
}

static int sample(struct watch *w, struct error *err)
{
	int r = watch_source_sample(w->source, now_ns(), err);

	if (r < 0)
		return r;
	watch_frame_release(&w->frame);
	watch_frame_make(watch_source_timeline(w->source), watch_source_groups(w->source),
			 watch_source_missing(w->source), &w->frame);
	return 0;
}

/* ---- waiting ---- */

static void take_signals(struct watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo != SIGWINCH) {
			w->signal = (int)info.ssi_signo;
		} else if (w->view) {
			watch_view_resize(w->view, STDOUT_FILENO);
			watch_view_draw(w->view, &w->frame);
		}
	}
}

/* Until the next sample is due, or it is to end. Keys and a new size of the window are seen to meanwhile. */
static int wait_tick(struct watch *w, struct error *err)
{
	struct pollfd fds[] = {
		{ .fd = w->timer_fd, .events = POLLIN },
		{ .fd = w->signal_fd, .events = POLLIN },
		{ .fd = w->view && isatty(STDIN_FILENO) ? STDIN_FILENO : -1, .events = POLLIN },
	};
	uint64_t ticks;

	while (!w->signal && !w->done) {
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return error_set_errno(err, -errno, "watch", "cannot wait");
		if (fds[1].revents)
			take_signals(w);
		if (fds[2].revents)
			w->done = watch_view_quits(w->view) || (fds[2].revents & (POLLHUP | POLLERR));
		/* Ticks that were missed (a stopped process, a machine that slept) are not made up for. */
		if (fds[0].revents && read(w->timer_fd, &ticks, sizeof(ticks)) > 0)
			return 0;
	}
	return 0;
}

static int loop(struct watch *w, struct error *err)
{
	const struct watch_options *o = w->options;
	uint64_t end_ns = o->for_ns ? now_ns() + o->for_ns : UINT64_MAX;
	int r = sample(w, err);

	/* There are no rates yet; a person likes to see something at once. */
	if (r == 0 && w->view)
		watch_view_draw(w->view, &w->frame);
	while (r == 0) {
		r = wait_tick(w, err);
		if (r < 0 || w->signal || w->done)
			break;
		r = sample(w, err);
		if (r == 0)
			r = show(w, err);
		if (w->done || o->once || now_ns() + o->interval_ns / 2 >= end_ns)
			break;
	}
	return r;
}

/* ---- set-up ---- */

static int open_signals(struct watch *w, struct error *err)
{
	sigset_t mask;

	pool_end_signals(&mask);
	sigaddset(&mask, SIGWINCH);
	sigprocmask(SIG_BLOCK, &mask, &w->mask_before);
	w->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return w->signal_fd < 0 ? error_set_errno(err, -errno, "signalfd", "cannot wait for signals") : 0;
}

static int open_timer(struct watch *w, struct error *err)
{
	uint64_t ns = w->options->interval_ns;
	struct timespec interval = { .tv_sec = (time_t)(ns / NSEC_PER_SEC), .tv_nsec = (long)(ns % NSEC_PER_SEC) };
	struct itimerspec spec = { .it_interval = interval, .it_value = interval };

	w->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->timer_fd < 0 || timerfd_settime(w->timer_fd, 0, &spec, NULL) < 0)
		return error_set_errno(err, -errno, "timerfd", "cannot make a timer");
	return 0;
}

static void open_form(struct watch *w)
{
	const struct watch_options *o = w->options;

	w->form = o->form;
	w->lines.color = o->color;
	w->lines.verdicts_only = o->prometheus && !o->once;
	if (w->form == WATCH_VIEW && watch_view_open(stdout, stdin, o->color, &w->view, NULL) < 0)
		w->form = WATCH_LINES;
	if (w->form == WATCH_LINES)
		watch_lines_missing(stderr, watch_source_missing(w->source));
}

static int open_watch(struct watch *w, struct error *err)
{
	const struct watch_options *o = w->options;
	struct watch_source_config config = {
		.root = o->root,
		/* A rate needs two samples. */
		.window_ns = MAX(o->window_ns, 2 * o->interval_ns),
		.rescan_ns = WATCH_RESCAN_NS,
		.most_groups = o->most_groups,
	};
	int r = watch_source_open(&config, &w->source, err);

	if (r == 0)
		r = open_signals(w, err);
	if (r == 0)
		r = open_timer(w, err);
	if (r == 0)
		open_form(w);
	return r;
}

static void close_watch(struct watch *w)
{
	watch_view_close(w->view);
	watch_frame_release(&w->frame);
	watch_lines_release(&w->lines);
	watch_source_close(w->source);
	cleanup_closep(&w->timer_fd);
	if (w->signal_fd >= 0) {
		close(w->signal_fd);
		sigprocmask(SIG_SETMASK, &w->mask_before, NULL);
	}
}

int watch_run(const struct watch_options *options, int *ret_signal, struct error *err)
{
	struct watch w = { .options = options, .timer_fd = -1, .signal_fd = -1 };
	int r = open_watch(&w, err);

	if (r == 0)
		r = loop(&w, err);
	close_watch(&w);
	if (r == 0)
		*ret_signal = w.signal;
	return r;
}
