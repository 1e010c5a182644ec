/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal view. Drawn anew each time, from top to bottom; curses sends what changed. */
#define NCURSES_WIDECHAR 1
#include "runner/watch_output.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <math.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <time.h>
#include <wchar.h>

#include "common/size.h"

enum { GOOD = 1, WARN, BAD, TITLE }; /* colour pairs */

struct watch_view {
	SCREEN *screen;
	bool color, utf8;
	int row, rows, cols; /* row: the next to draw */
};

/* ---- drawing ---- */

static attr_t paint(const struct watch_view *v, int pair)
{
	if (v->color)
		return (attr_t)COLOR_PAIR(pair) | (pair == BAD ? A_BOLD : A_NORMAL);
	return pair == BAD ? A_BOLD : A_NORMAL;
}

/* At a place of the row, cut at the window's edge. What is not in the locale's characters is not shown. */
static void put(const struct watch_view *v, int col, attr_t attr, const char *format, ...)
{
	wchar_t wide[512];
	char text[512];
	va_list args;
	size_t n;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	n = mbstowcs(wide, text, ARRAY_SIZE(wide) - 1);
	if (n == (size_t)-1 || v->row >= v->rows || col >= v->cols)
		return;
	attrset(attr);
	mvaddnwstr(v->row, col, wide, MIN((int)n, v->cols - col));
	attrset(A_NORMAL);
}

/* With its right end at a column. */
static void put_right(const struct watch_view *v, int end, attr_t attr, const char *text)
{
	put(v, MAX(end - (int)strlen(text), 0), attr, "%s", text);
}

static void put_size(const struct watch_view *v, int end, attr_t attr, double bytes)
{
	char text[8];

	put_right(v, end, attr, watch_short_size(bytes, text));
}

static void put_ratio(const struct watch_view *v, int end, double ratio)
{
	char text[8];

	put_right(v, end, ratio >= 0.1 ? paint(v, BAD) : ratio >= 0.01 ? paint(v, WARN) : A_NORMAL,
		  watch_short_ratio(ratio, text));
}

/* share of width cells filled; ticks (letters at shares of the width) are drawn over it. */
static void put_bar(const struct watch_view *v, int col, int width, double share, attr_t attr)
{
	int full = (int)lround(MIN(MAX(share, 0.0), 1.0) * width);

	for (int i = 0; i < width; i++)
		put(v, col + i, i < full ? attr : A_DIM, "%s", i < full ? (v->utf8 ? "█" : "#") : (v->utf8 ? "·" : "."));
}

static void put_tick(const struct watch_view *v, int col, int width, double share, const char *letter)
{
	if (!isnan(share) && share >= 0 && share < 1)
		put(v, col + (int)(share * width), A_BOLD | A_REVERSE, "%s", letter);
}

/* ---- sections ---- */

static void draw_head(struct watch_view *v, const struct watch_frame *f)
{
	time_t seconds = (time_t)f->time_s;
	struct tm tm;
	char clock[16];

	localtime_r(&seconds, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	put(v, 0, A_BOLD | paint(v, TITLE), "memrig watch");
	put(v, 14, A_NORMAL, "%s, %s, cgroup %s", f->kernel, f->lru, f->cgroup);
	put(v, v->cols - 19, A_NORMAL, "  %s  q quits", clock);
	v->row += 2;
}

/*
 * The bar is the free memory from nothing to four times the high watermark:
 * what is beyond that is plenty. So a node that runs short is seen to shrink
 * through its marks.
 */
#define SCALE_HIGHS 4

static void draw_node(struct watch_view *v, const struct watch_node *node)
{
	const double *now = node->v.now;
	double scale = now[NODE_HIGH] > 0 ? SCALE_HIGHS * now[NODE_HIGH] : now[NODE_TOTAL];
	int width = MAX(v->cols - 48, 8), at = 8 + width;
	const char *state = "ok";
	int pair = GOOD;

	if (now[NODE_FREE] < now[NODE_MIN]) {
		state = "below min";
		pair = BAD;
	} else if (now[NODE_FREE] < now[NODE_LOW]) {
		state = "below low";
		pair = BAD;
	} else if (now[NODE_FREE] < now[NODE_HIGH]) {
		state = "near low";
		pair = WARN;
	}
	put(v, 0, A_BOLD, "%4u", node->node);
	put_bar(v, 6, width, now[NODE_FREE] / scale, paint(v, pair));
	put_tick(v, 6, width, now[NODE_MIN] / scale, "m");
	put_tick(v, 6, width, now[NODE_LOW] / scale, "l");
	put_tick(v, 6, width, now[NODE_HIGH] / scale, "h");
	put_size(v, at + 5, A_BOLD, now[NODE_FREE]);
	put_size(v, at + 12, A_NORMAL, now[NODE_TOTAL]);
	put_size(v, at + 19, A_NORMAL, now[NODE_ANON]);
	put_size(v, at + 26, A_NORMAL, now[NODE_FILE]);
	put(v, at + 29, paint(v, pair), "%s", state);
	v->row++;
}

static void draw_nodes(struct watch_view *v, const struct watch_frame *f)
{
	int at = 8 + MAX(v->cols - 48, 8);

	put(v, 0, paint(v, TITLE), v->cols < 80 ? "NODE" : "NODE  FREE, with marks min low high");
	put_right(v, at + 5, paint(v, TITLE), "FREE");
	put_right(v, at + 12, paint(v, TITLE), "OF");
	put_right(v, at + 19, paint(v, TITLE), "ANON");
	put_right(v, at + 26, paint(v, TITLE), "FILE");
	v->row++;
	for (size_t i = 0; i < f->n_nodes; i++)
		draw_node(v, &f->nodes[i]);
	v->row++;
}

static const char *rate_text(double rate, char *buf, size_t room)
{
	if (isnan(rate))
		snprintf(buf, room, "-");
	else
		snprintf(buf, room, rate > 0 && rate < 10 ? "%.1f/s" : "%.0f/s", rate);
	return buf;
}

static void draw_swap(struct watch_view *v, const double *swap)
{
	double used = swap[SWAP_TOTAL] - swap[SWAP_FREE];
	char a[8], b[8];

	put(v, 0, paint(v, TITLE), "SWAP");
	if (!(swap[SWAP_TOTAL] > 0)) {
		put(v, 10, A_NORMAL, "none");
		v->row++;
		return;
	}
	put_bar(v, 10, 16, used / swap[SWAP_TOTAL], paint(v, used > 0.9 * swap[SWAP_TOTAL] ? BAD : WARN));
	put(v, 28, A_NORMAL, "%s of %s", watch_short_size(used, a), watch_short_size(swap[SWAP_TOTAL], b));
	put(v, 44, A_NORMAL, "in %s/s", watch_short_size(swap[SWAP_IN], a));
	put(v, 56, swap[SWAP_OUT] > 0 ? paint(v, BAD) : A_NORMAL, "out %s/s", watch_short_size(swap[SWAP_OUT], a));
	v->row++;
}

static void draw_reclaim(struct watch_view *v, const double *r)
{
	char size[8], rate[16];

	put(v, 0, paint(v, TITLE), "RECLAIM");
	put(v, 10, A_NORMAL, "kswapd %s/s", watch_short_size(r[RECLAIM_KSWAPD], size));
	put(v, 26, r[RECLAIM_DIRECT] > 0 ? paint(v, WARN) : A_NORMAL, "direct %s/s",
	    watch_short_size(r[RECLAIM_DIRECT], size));
	/* fmax(): before 5.9 anonymous memory has no count of its own. */
	put(v, 42, A_NORMAL, "came back %s/s",
	    watch_short_size(fmax(r[RECLAIM_REFAULT_ANON], 0) + r[RECLAIM_REFAULT_FILE], size));
	put(v, 61, r[RECLAIM_STALLS] > 0 ? paint(v, WARN) : A_NORMAL, "stalls %s",
	    rate_text(r[RECLAIM_STALLS], rate, sizeof(rate)));
	v->row++;
}

static void draw_waiting(struct watch_view *v, const double *psi, double major_faults)
{
	char rate[16];

	put(v, 0, paint(v, TITLE), "WAITING");
	put(v, 10, A_NORMAL, "memory");
	put_ratio(v, 22, psi[PSI_MEMORY_SOME]);
	put(v, 26, A_NORMAL, "io");
	put_ratio(v, 34, psi[PSI_IO_SOME]);
	put(v, 42, A_NORMAL, "cpu");
	put_ratio(v, 50, psi[PSI_CPU_SOME]);
	put(v, 61, A_NORMAL, "disk faults %s", rate_text(major_faults, rate, sizeof(rate)));
	v->row++;
}

/* A name that is too long keeps its end, which is what tells it from others. */
static void draw_name(const struct watch_view *v, const char *name, int width)
{
	int len = (int)strlen(name);

	if (len <= width)
		put(v, 0, A_NORMAL, "%s", name);
	else
		put(v, 0, A_NORMAL, "%s%s", v->utf8 ? "…" : "~", name + len - width + 1);
}

static void draw_groups(struct watch_view *v, const struct watch_frame *f, int most)
{
	static const char *const heads[] = { "WAIT", "ALL", "MEMORY", "SWAP", "OUT/s", "BACK/s" };
	int at = v->cols - 44;

	if (f->n_groups == 0 || most < 1)
		return;
	put(v, 0, paint(v, TITLE), "GROUP");
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		put_right(v, at + 7 * ((int)i + 1), paint(v, TITLE), heads[i]);
	v->row++;
	for (size_t i = 0; i < f->n_groups && (int)i < most; i++) {
		const double *now = f->groups[i].v.now;

		draw_name(v, f->groups[i].name, at - 1);
		put_ratio(v, at + 7, now[GROUP_SOME]);
		put_ratio(v, at + 14, now[GROUP_FULL]);
		put_size(v, at + 21, A_NORMAL, now[GROUP_CURRENT]);
		put_size(v, at + 28, A_NORMAL, now[GROUP_SWAP]);
		put_size(v, at + 35, now[GROUP_SWAP_OUT] > 0 ? paint(v, BAD) : A_NORMAL, now[GROUP_SWAP_OUT]);
		put_size(v, at + 42, A_NORMAL, now[GROUP_REFAULT]);
		v->row++;
	}
	v->row++;
}

/* Where a line of at most `width` characters ends, at a blank where there is one. */
static size_t line_length(const char *text, size_t width)
{
	size_t end = width;

	if (strlen(text) <= width)
		return strlen(text);
	while (end > 0 && text[end] != ' ')
		end--;
	return end ? end : width;
}

/* Wrapped, indented by two. Counts the rows; draws them too unless `dry`. */
static int draw_text(struct watch_view *v, attr_t attr, const char *text, bool dry)
{
	size_t width = (size_t)MAX(v->cols - 4, 10);
	int rows = 0;

	while (*text) {
		size_t n = line_length(text, width);

		if (!dry) {
			put(v, 2, attr, "%.*s", (int)n, text);
			v->row++;
		}
		text += n;
		text += strspn(text, " ");
		rows++;
	}
	return rows;
}

static int draw_verdict(struct watch_view *v, const struct watch_frame *f, const json_t *verdict, bool dry)
{
	uint64_t first_ns = record_u64(json_object_get(verdict, "evidence"), "first_ns", 0);
	double ago_s = MAX(f->running_s - 1e-9 * (double)first_ns, 0.0);
	int rows = 1;

	if (!dry) {
		char ago[32];

		put(v, 0, paint(v, BAD), "%s %s", v->utf8 ? "●" : "*", record_text(verdict, "name", "?"));
		put(v, 3 + (int)strlen(record_text(verdict, "name", "?")), A_DIM, "began %s ago",
		    duration_format((uint64_t)ago_s * NSEC_PER_SEC, ago, sizeof(ago)));
		v->row++;
	}
	rows += draw_text(v, A_NORMAL, record_text(verdict, "summary", ""), dry);
	rows += draw_text(v, A_BOLD, record_text(verdict, "fix", ""), dry);
	return rows;
}

/* Draws all of them, as far as there is room; or, dry, counts their rows. */
static int draw_verdicts(struct watch_view *v, const struct watch_frame *f, bool dry)
{
	int rows = 1;
	size_t i;
	const json_t *verdict;

	if (json_array_size(f->verdicts) == 0) {
		if (!dry)
			put(v, 0, paint(v, GOOD), "No verdict: nothing is wrong that memrig knows of.");
		return 1;
	}
	if (!dry) {
		put(v, 0, paint(v, TITLE), "VERDICTS");
		v->row++;
	}
	json_array_foreach (f->verdicts, i, verdict)
		rows += draw_verdict(v, f, verdict, dry);
	return rows;
}

static void draw_missing(struct watch_view *v, const json_t *missing)
{
	char text[512] = "";
	size_t i;
	const json_t *entry;

	if (v->row >= v->rows - 1 || json_array_size(missing) == 0)
		return;
	json_array_foreach (missing, i, entry)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? "; " : "not seen here: ",
			 record_text(entry, "what", ""));
	v->row = v->rows - 1;
	put(v, 0, A_DIM, "%s", text);
}

/* ---- the view ---- */

void watch_view_draw(struct watch_view *v, const struct watch_frame *f)
{
	int left, rows;

	getmaxyx(stdscr, v->rows, v->cols);
	v->row = 0;
	erase();
	draw_head(v, f);
	draw_nodes(v, f);
	draw_swap(v, f->swap.now);
	draw_reclaim(v, f->reclaim.now);
	draw_waiting(v, f->psi.now, f->reclaim.now[RECLAIM_MAJOR_FAULTS]);
	v->row++;
	/* Verdicts are why one looks; but where there is any room the worst groups are there too. */
	left = v->rows - v->row - 3;
	rows = draw_verdicts(v, f, true);
	draw_groups(v, f, MAX(left - rows, MIN(3, left / 2)));
	draw_verdicts(v, f, false);
	draw_missing(v, f->missing);
	refresh();
}

static void open_colors(struct watch_view *v)
{
	v->color = v->color && has_colors();
	if (!v->color)
		return;
	start_color();
	use_default_colors();
	init_pair(GOOD, COLOR_GREEN, -1);
	init_pair(WARN, COLOR_YELLOW, -1);
	init_pair(BAD, COLOR_RED, -1);
	init_pair(TITLE, COLOR_CYAN, -1);
}

int watch_view_open(FILE *out, FILE *in, bool color, struct watch_view **ret, struct error *err)
{
	struct watch_view *v = xcalloc(1, sizeof(*v));

	v->color = color;
	v->utf8 = streq(nl_langinfo(CODESET), "UTF-8");
	v->screen = newterm(NULL, out, in);
	if (!v->screen) {
		free(v);
		return error_set(err, -ENOTTY, "TERM", "this terminal is not known");
	}
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	open_colors(v);
	*ret = v;
	return 0;
}

void watch_view_close(struct watch_view *v)
{
	if (!v)
		return;
	endwin();
	delscreen(v->screen);
	free(v);
}

void watch_view_resize(struct watch_view *v, int fd)
{
	struct winsize size;

	(void)v;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
}

bool watch_view_quits(struct watch_view *v)
{
	int key;

	(void)v;
	while ((key = getch()) != ERR)
		if (key == 'q' || key == 'Q')
			return true;
	return false;
}
