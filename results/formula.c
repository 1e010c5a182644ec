/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formulas as text: a parser by recursive descent into a tree; formula_value.c walks it. */
#include "results/formula.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "common/util.h"
#include "results/formula_parts.h"

#define MAX_DEPTH 32

const struct formula_function formula_functions[] = {
	[CALL_GROWTH] = { "growth", "column", "by how much the column grew over the cell" },
	[CALL_GROWTH_BETWEEN] = { "growth", "column, from, to", "the same between two moments" },
	[CALL_FIRST] = { "first", "column", "its first value" },
	[CALL_LAST] = { "last", "column", "its last value" },
	[CALL_LOWEST] = { "lowest", "column", "its lowest value" },
	[CALL_HIGHEST] = { "highest", "column", "its highest value" },
	[CALL_AT] = { "at", "column, moment", "its value in the first sample from that moment on" },
	[CALL_METRIC] = { "metric", "name", "a metric of the cell" },
	[CALL_SIZE] = { "size", "workload", "how many bytes the workload was to take" },
	[CALL_SETTING] = { "setting", "key", "a setting as it was in effect, a number" },
	[CALL_FLOOR] = { "floor", "number", "the next whole number below" },
	[CALL_ABS] = { "abs", "number", "without its sign" },
	[CALL_MIN] = { "min", "number, number", "the smaller of two" },
	[CALL_MAX] = { "max", "number, number", "the larger of two" },
	{ NULL, NULL, NULL },
};

struct parser {
	const char *text, *at;
	unsigned depth;
	struct error *err;
	bool failed;
};

static struct formula *parse_sum(struct parser *p);

static struct formula *node_new(enum formula_kind kind)
{
	struct formula *f = xcalloc(1, sizeof(*f));

	f->kind = kind;
	return f;
}

void formula_free(struct formula *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(f->words); i++)
		free(f->words[i]);
	formula_free(f->left);
	formula_free(f->right);
	free(f);
}

/* The first mistake is the one that is told. */
static struct formula *fail(struct parser *p, const char *what)
{
	if (!p->failed)
		error_set(p->err, -EINVAL, p->text, "at character %zu: %s", (size_t)(p->at - p->text) + 1, what);
	p->failed = true;
	return NULL;
}

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t");
}

static bool take(struct parser *p, char c)
{
	skip_blanks(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

/* "1.5", "64M". */
static struct formula *parse_number(struct parser *p)
{
	static const char units[] = "KMGT";
	struct formula *f;
	const char *unit;
	char *end;
	double number = strtod(p->at, &end);

	if (end == p->at || *p->at == '+' || *p->at == '-')
		return fail(p, "a number or a function is missing");
	unit = *end ? strchr(units, *end) : NULL;
	for (const char *u = units; unit && u <= unit; u++)
		number *= 1024;
	p->at = end + (unit != NULL);
	if (isalnum((unsigned char)*p->at))
		return fail(p, "a number that goes on as a word");
	f = node_new(FORMULA_NUMBER);
	f->number = number;
	return f;
}

/* An argument that is a name or a moment, whatever is in it: up to the comma or the bracket. */
static char *parse_word(struct parser *p)
{
	size_t len;
	char *word;

	skip_blanks(p);
	len = strcspn(p->at, ",()");
	word = xasprintf("%.*s", (int)len, p->at);
	while (len > 0 && isblank((unsigned char)word[len - 1]))
		word[--len] = '\0';
	p->at += strcspn(p->at, ",()");
	if (len == 0)
		fail(p, "a name is missing");
	return word;
}

static void parse_words(struct parser *p, struct formula *f)
{
	size_t n = 0;

	do
		f->words[n++] = parse_word(p);
	while (!p->failed && n < ARRAY_SIZE(f->words) && take(p, ','));
	if (f->call == CALL_GROWTH && n > 1)
		f->call = CALL_GROWTH_BETWEEN;
	if (!p->failed && n != formula_words(f->call))
		fail(p, "not as many arguments as the function has");
}

static void parse_numbers(struct parser *p, struct formula *f)
{
	f->left = parse_sum(p);
	if ((f->call == CALL_MIN || f->call == CALL_MAX) && !p->failed) {
		if (take(p, ','))
			f->right = parse_sum(p);
		else
			fail(p, "a second number is missing");
	}
}

static struct formula *parse_call(struct parser *p)
{
	size_t len = strspn(p->at, "abcdefghijklmnopqrstuvwxyz");
	struct formula *f = node_new(FORMULA_CALL);

	for (f->call = 0; formula_functions[f->call].name; f->call++)
		if (strlen(formula_functions[f->call].name) == len &&
		    strncmp(formula_functions[f->call].name, p->at, len) == 0)
			break;
	if (!formula_functions[f->call].name) {
		formula_free(f);
		return fail(p, "there is no such function");
	}
	p->at += len;
	if (!take(p, '('))
		fail(p, "'(' is missing");
	else if (formula_words(f->call) > 0)
		parse_words(p, f);
	else
		parse_numbers(p, f);
	if (!p->failed && !take(p, ')'))
		fail(p, "')' is missing");
	if (!p->failed)
		return f;
	formula_free(f);
	return NULL;
}

static struct formula *parse_operand(struct parser *p)
{
	struct formula *f;

	skip_blanks(p);
	if (islower((unsigned char)*p->at))
		return parse_call(p);
	if (!take(p, '('))
		return parse_number(p);
	f = parse_sum(p);
	if (p->failed || take(p, ')'))
		return f;
	formula_free(f);
	return fail(p, "')' is missing");
}

/* A chain of operands with operators of one rank between. */
static struct formula *parse_chain(struct parser *p, const char *operators, struct formula *(*operand)(struct parser *))
{
	struct formula *f = operand(p);

	while (!p->failed) {
		struct formula *whole;

		skip_blanks(p);
		if (!*p->at || !strchr(operators, *p->at))
			return f;
		whole = node_new(FORMULA_OPERATOR);
		whole->operator = *p->at++;
		whole->left = f;
		f = whole;
		whole->right = operand(p);
	}
	formula_free(f);
	return NULL;
}

static struct formula *parse_product(struct parser *p)
{
	return parse_chain(p, "*/", parse_operand);
}

static struct formula *parse_sum(struct parser *p)
{
	struct formula *f;

	if (++p->depth > MAX_DEPTH)
		return fail(p, "too many brackets in one another");
	f = parse_chain(p, "+-", parse_product);
	p->depth--;
	return f;
}

int formula_parse(const char *text, struct formula **ret, struct error *err)
{
	struct parser p = { .text = text, .at = text, .err = err };
	struct formula *f = parse_sum(&p);

	skip_blanks(&p);
	if (!p.failed && *p.at) {
		formula_free(f);
		fail(&p, "more than a formula");
	}
	if (p.failed)
		return -EINVAL;
	*ret = f;
	return 0;
}
