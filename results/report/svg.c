/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results/report/svg.h"

#include <math.h>

#include "common/util.h"
#include "results/report/html.h"

/* In units of the drawing; the page scales it to its column. */
enum { WIDTH = 560, HEIGHT = 190, LEFT = 48, RIGHT = 8, TOP = 18, BOTTOM = 24 };

struct frame {
	double from, to;   /* seconds */
	double low, high;  /* values */
	bool logarithmic;
};

static double x_of(const struct frame *f, double seconds)
{
	return LEFT + (seconds - f->from) / (f->to - f->from) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct frame *f, double value)
{
	double share = f->logarithmic ? log(MAX(value, f->low) / f->low) / log(f->high / f->low)
				      : (value - f->low) / (f->high - f->low);

	return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
}

double svg_step(double most, unsigned n)
{
	double rough = most / n, power;

	if (!(rough > 0))
		return 1;
	power = pow(10, floor(log10(rough)));
	rough /= power;
	return power * (rough <= 1 ? 1 : rough <= 2 ? 2 : rough <= 5 ? 5 : 10);
}

static struct frame frame_of(const struct course *course, const struct course_chart *chart)
{
	struct frame f = { MIN(course->times[0], 0.0), course->times[course->n_points - 1], 0, chart->most * 1.05,
			   chart->logarithmic };

	if (f.to <= f.from)
		f.to = f.from + 1;
	if (f.logarithmic) {
		f.low = 0.8 * chart->least;
		f.high = 1.2 * chart->most;
	}
	return f;
}

static void tick_y(FILE *out, const struct frame *f, double value)
{
	double y = y_of(f, value);

	html(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4g</text>", LEFT,
	     y, WIDTH - RIGHT, LEFT - 6, y + 4, value);
}

/* The last whole step up to `to`, -1 for none; never many, whatever numbers a damaged stream has. */
static int last_step(double to, double step)
{
	double n = floor(to / step + 1e-9);

	return n >= 0 ? (int)MIN(n, 100.0) : -1;
}

static void draw_axes(FILE *out, const struct frame *f)
{
	double step_x = svg_step(f->to - MAX(f->from, 0.0), 6), step_y = svg_step(f->high, 4);
	double decade = f->logarithmic ? ceil(log10(f->low)) : 0;

	if (f->logarithmic)
		for (int i = 0; i <= last_step(log10(f->high) - decade, 1); i++)
			tick_y(out, f, pow(10, decade + i));
	else
		for (int i = 0; i <= last_step(f->high, step_y); i++)
			tick_y(out, f, i * step_y);
	for (int i = 0; i <= last_step(f->to, step_x); i++)
		html(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.4g s</text>", x_of(f, i * step_x), HEIGHT - 6,
		     i * step_x);
}

static void draw_marks(FILE *out, const struct frame *f, const struct mark_list *marks)
{
	double last = -100;

	for (size_t i = 0; i < marks->n; i++) {
		const struct mark *m = &marks->list[i];
		double x = x_of(f, MIN((double)m->at_ns / (double)NSEC_PER_SEC, f->to));
		char letter[2] = { m->letter, '\0' };

		html(out, "<path class=\"%s\" d=\"M%.1f %dV%d\"/>", m->bad ? "mark bad" : "mark", x, TOP, HEIGHT - BOTTOM);
		/* Letters that would lie on one another are left to the list below. */
		if (x - last >= 9 && m->letter != ' ') {
			html(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" class=\"letter\">%s</text>", x, TOP - 4,
			     letter);
			last = x;
		}
	}
}

/* A rate holds from the point before; a level goes straight from point to point. */
static void draw_line(FILE *out, const struct frame *f, const struct course *course, const struct course_chart *chart,
		      size_t line)
{
	const double *values = chart->lines[line].values;
	bool down = false;

	fprintf(out, "<path class=\"line c%zu\" d=\"", line);
	for (size_t i = 0; i < course->n_points; i++) {
		double x = x_of(f, course->times[i]), y = y_of(f, values[i]);

		if (isnan(values[i])) {
			down = false;
		} else if (down && chart->stepped) {
			fprintf(out, "V%.1fH%.1f", y, x);
		} else if (chart->stepped && i > 0) {
			fprintf(out, "M%.1f %.1fH%.1f", x_of(f, course->times[i - 1]), y, x);
			down = true;
		} else {
			fprintf(out, "%c%.1f %.1f", down ? 'L' : 'M', x, y);
			down = true;
		}
	}
	fputs("\"/>", out);
}

void svg_course(FILE *out, const struct course *course, const struct course_chart *chart, const struct mark_list *marks,
		const char *id)
{
	struct frame f = frame_of(course, chart);

	html(out, "<svg class=\"static\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t\">", WIDTH, HEIGHT, id);
	html(out, "<title id=\"%s-t\">%s</title>", id, chart->title);
	draw_axes(out, &f);
	draw_marks(out, &f, marks);
	for (size_t k = chart->n_lines; k-- > 0;)
		draw_line(out, &f, course, chart, k);
	fputs("</svg>\n", out);
}

/* ---- latencies ---- */

static double latency_x(double ns)
{
	double decades = log10(MAX(ns, 1e3)) - 3;

	return 4 + MIN(decades, 8.0) / 8 * 152;
}

void svg_percentiles(FILE *out, double p50_ns, double p99_ns, double max_ns)
{
	double a = latency_x(p50_ns), b = latency_x(p99_ns), c = latency_x(max_ns);

	html(out, "<svg class=\"spark\" viewBox=\"0 0 160 16\" aria-hidden=\"true\">");
	for (int decade = 0; decade <= 8; decade += 3)
		html(out, "<path class=\"grid\" d=\"M%.1f 0V16\"/>", latency_x(pow(10, 3 + decade)));
	html(out, "<path class=\"bar\" d=\"M%.1f 8H%.1f\"/><path class=\"edge\" d=\"M%.1f 3V13\"/>", a, c, c);
	html(out, "<path class=\"p99\" d=\"M%.1f 3l5 5l-5 5l-5 -5z\"/><circle class=\"p50\" cx=\"%.1f\" cy=\"8\" r=\"4\"/></svg>",
	     b, a);
}
