/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal view, on a pseudo terminal. */
#include <check.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <utmp.h>

#include "common/util.h"
#include "runner/watch.h"

#define TREE "tests/data/trees/v2-host"

struct terminal {
	int fd;
	pid_t pid;
	struct termios before;
	char text[1 << 20];
	size_t len;
};

/* Exits with 128 + the signal, as the command does. */
static void child(bool color, const char *root)
{
	struct watch_options options = { .root = root,
					 .form = WATCH_VIEW,
					 .color = color,
					 .interval_ns = 100 * NSEC_PER_MSEC,
					 .window_ns = 60 * NSEC_PER_SEC,
					 .most_groups = 32 };
	struct error err;
	int signal = 0, r;

	setlocale(LC_CTYPE, "C.UTF-8");
	r = watch_run(&options, &signal, &err);
	_exit(r < 0 ? 3 : signal ? 128 + signal : 0);
}

static struct terminal *start_with(const char *term, bool color)
{
	struct terminal *t = xcalloc(1, sizeof(*t));
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	int slave;

	setenv("TERM", term, 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	ck_assert_int_eq(openpty(&t->fd, &slave, NULL, NULL, &size), 0);
	ck_assert_int_eq(tcgetattr(t->fd, &t->before), 0);
	t->pid = fork();
	if (t->pid == 0) {
		close(t->fd);
		login_tty(slave);
		child(color, TREE);
	}
	/* Kept open: the terminal's settings must outlive the program. */
	return t;
}

static struct terminal *start(void)
{
	return start_with("xterm-256color", true);
}

/* Reads on until the text has come; Check's timeout is the limit. Text before `from` does not count. */
static size_t wait_text(struct terminal *t, const char *text, size_t from)
{
	for (;;) {
		const char *at = strstr(t->text + from, text);
		ssize_t n;

		if (at)
			return (size_t)(at - t->text) + strlen(text);
		n = read(t->fd, t->text + t->len, sizeof(t->text) - 1 - t->len);
		ck_assert_msg(n > 0, "the view ended before it showed '%s'", text);
		t->len += (size_t)n;
	}
}

/* Takes what is written until the process has ended; returns its exit code. */
static int wait_end(struct terminal *t)
{
	int status;

	while (waitpid(t->pid, &status, WNOHANG) == 0) {
		struct pollfd fd = { .fd = t->fd, .events = POLLIN };

		if (poll(&fd, 1, 50) > 0 && fd.revents & POLLIN && t->len < sizeof(t->text) - 1) {
			ssize_t n = read(t->fd, t->text + t->len, sizeof(t->text) - 1 - t->len);

			t->len += n > 0 ? (size_t)n : 0;
		}
	}
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The screen that was there before is shown again, the cursor too, and keys are echoed. */
static void assert_restored(struct terminal *t)
{
	struct termios after;
	struct pollfd fd = { .fd = t->fd, .events = POLLIN };

	while (poll(&fd, 1, 0) > 0 && fd.revents & POLLIN) {
		ssize_t n = read(t->fd, t->text + t->len, sizeof(t->text) - 1 - t->len);

		if (n <= 0)
			break;
		t->len += (size_t)n;
	}
	ck_assert_ptr_nonnull(strstr(t->text, "\033[?1049h"));
	ck_assert_ptr_nonnull(strstr(t->text, "\033[?1049l"));
	ck_assert_int_eq(tcgetattr(t->fd, &after), 0);
	ck_assert_uint_eq(after.c_lflag, t->before.c_lflag);
	ck_assert_uint_eq(after.c_oflag, t->before.c_oflag);
	ck_assert_uint_eq(after.c_iflag, t->before.c_iflag);
	close(t->fd);
	free(t);
}

START_TEST(draws_and_q_quits)
{
	struct terminal *t = start();

	wait_text(t, "memrig watch", 0);
	wait_text(t, "NODE", 0);
	wait_text(t, "postgresql.service", 0);
	wait_text(t, "No verdict", 0);
	ck_assert_int_eq(write(t->fd, "q", 1), 1);
	ck_assert_int_eq(wait_end(t), 0);
	assert_restored(t);
}
END_TEST

START_TEST(follows_the_window)
{
	struct terminal *t = start();
	struct winsize size = { .ws_row = 40, .ws_col = 132 };
	size_t at = wait_text(t, "q quits", 0);

	/* The clock and the hint stand at the right end of the first row. */
	ck_assert_int_eq(ioctl(t->fd, TIOCSWINSZ, &size), 0);
	kill(t->pid, SIGWINCH);
	at = wait_text(t, "\033[1;116H", at); /* of 132 columns: two blanks, then the time */
	size = (struct winsize){ .ws_row = 5, .ws_col = 20 };
	ck_assert_int_eq(ioctl(t->fd, TIOCSWINSZ, &size), 0);
	kill(t->pid, SIGWINCH);
	wait_text(t, "NODE", at); /* too small for most of it, and alive */
	ck_assert_int_eq(write(t->fd, "q", 1), 1);
	ck_assert_int_eq(wait_end(t), 0);
	assert_restored(t);
}
END_TEST

START_TEST(a_signal_ends_it_and_the_terminal_is_restored)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	struct terminal *t = start();

	wait_text(t, "NODE", 0);
	kill(t->pid, signals[_i]);
	ck_assert_int_eq(wait_end(t), 128 + signals[_i]);
	assert_restored(t);
}
END_TEST

START_TEST(without_colour_there_is_none)
{
	struct terminal *t = start_with("xterm-256color", false);

	wait_text(t, "No verdict", 0);
	ck_assert_int_eq(write(t->fd, "q", 1), 1);
	ck_assert_int_eq(wait_end(t), 0);
	ck_assert_ptr_null(strstr(t->text, "\033[32m")); /* green */
	ck_assert_ptr_null(strstr(t->text, "\033[36m"));
	assert_restored(t);
}
END_TEST

START_TEST(with_colour_there_is)
{
	struct terminal *t = start();

	wait_text(t, "No verdict", 0);
	ck_assert_int_eq(write(t->fd, "q", 1), 1);
	ck_assert_int_eq(wait_end(t), 0);
	ck_assert_ptr_nonnull(strstr(t->text, "\033[32m"));
	assert_restored(t);
}
END_TEST

/* Lines instead of a view. */
START_TEST(an_unknown_terminal_gets_lines)
{
	struct terminal *t = start_with("no-such-terminal", true);

	wait_text(t, "node0 ", 0);
	ck_assert_ptr_null(strstr(t->text, "\033[?1049h"));
	kill(t->pid, SIGTERM);
	ck_assert_int_eq(wait_end(t), 128 + SIGTERM);
	close(t->fd);
	free(t);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("watch view");
	TCase *tcase = tcase_create("watch view");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, draws_and_q_quits);
	tcase_add_test(tcase, follows_the_window);
	tcase_add_loop_test(tcase, a_signal_ends_it_and_the_terminal_is_restored, 0, 4);
	tcase_add_test(tcase, without_colour_there_is_none);
	tcase_add_test(tcase, with_colour_there_is);
	tcase_add_test(tcase, an_unknown_terminal_gets_lines);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
