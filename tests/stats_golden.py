#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes tests/data/stats/golden.json: what scipy says of the statistics of results/stats.

Needs python3-scipy. `tests/stats_golden.py` writes the file, `tests/stats_golden.py -` prints it.
Where scipy (1.10) has no function, the definition is followed by brute force, over all ways to deal values out.
"""
import itertools
import json
import math
import os
import sys

import numpy as np
from scipy import stats


def rounded(values):
    return [float(v) for v in values]


def by_brute_force(values, n_x, statistic):
    """Share of all ways to choose the n_x that are at least as far out as the first n_x."""
    values = list(values)
    indexes = range(len(values))
    seen = abs(statistic(values, set(range(n_x))))
    all_ways = [abs(statistic(values, set(c))) for c in itertools.combinations(indexes, n_x)]
    return sum(w >= seen - 1e-9 for w in all_ways) / len(all_ways)


def rank_sum_statistic(values, chosen):
    ranks = stats.rankdata(values)
    return sum(ranks[i] for i in chosen) - len(chosen) * (len(values) + 1) / 2


def rank_sums(rng):
    cases = []
    for n_x, n_y in [(1, 1), (2, 3), (3, 3), (4, 4), (5, 5), (7, 7), (10, 10), (3, 12), (12, 3), (15, 20), (20, 20)]:
        for shift in (0, 0.7, 3):
            x, y = rng.normal(size=n_x), rng.normal(shift, size=n_y)
            p = stats.mannwhitneyu(x, y, method="exact").pvalue
            cases.append({"x": rounded(x), "y": rounded(y), "p": p})
    for n_x, n_y in [(3, 3), (5, 5), (6, 8), (8, 4)]:
        for top in (2, 4, 9):
            x, y = rng.integers(0, top, n_x), rng.integers(0, top + 1, n_y)
            p = by_brute_force(list(x) + list(y), n_x, rank_sum_statistic)
            cases.append({"x": rounded(x), "y": rounded(y), "p": p})
    for n_x, n_y, top in [(21, 20, None), (30, 30, None), (50, 50, None), (30, 40, 5), (100, 60, 30)]:
        x = rng.integers(0, top, n_x) if top else rng.normal(size=n_x)
        y = rng.integers(0, top + 1, n_y) if top else rng.normal(0.5, size=n_y)
        p = stats.mannwhitneyu(x, y, method="asymptotic", use_continuity=True).pvalue
        cases.append({"x": rounded(x), "y": rounded(y), "p": p})
    return cases


def fine_rank_sums(rng):
    """Ways of one rank sum told apart by the mean: scipy's permutation test of the pair as one number."""
    cases = []
    for n_x, n_y in [(3, 3), (5, 5), (7, 7), (8, 6), (4, 9)]:
        for top in (None, 6):
            x = rng.integers(0, top, n_x) if top else rng.normal(size=n_x)
            y = rng.integers(0, top + 2, n_y) if top else rng.normal(1, size=n_y)
            ranks, values = stats.rankdata(list(x) + list(y)), np.concatenate([x, y])
            far = abs(values - values.mean()).sum() * 4

            def distance(indexes, _):
                i = indexes.astype(int)
                return round(abs(ranks[i].sum() - len(i) * ranks.mean()) + abs((values[i] - values.mean()).sum()) / far, 10)

            p = stats.permutation_test((np.arange(n_x), np.arange(n_x, n_x + n_y)), distance, vectorized=False,
                                       n_resamples=np.inf, alternative="greater").pvalue
            cases.append({"x": rounded(x), "y": rounded(y), "p": float(p)})
    return cases


def signed_rank_brute(differences):
    kept = [d for d in differences if d != 0]
    ranks = stats.rankdata(np.abs(kept))
    middle = sum(ranks) / 2
    seen = abs(sum(r for r, d in zip(ranks, kept) if d > 0) - middle)
    sums = [abs(sum(r for r, s in zip(ranks, signs) if s) - middle)
            for signs in itertools.product((0, 1), repeat=len(kept))]
    return sum(s >= seen - 1e-9 for s in sums) / len(sums)


def signed_ranks(rng):
    cases = []
    for n in (1, 2, 3, 5, 6, 8, 10, 15, 25, 50):
        for shift in (0, 0.5, 2):
            d = rng.normal(shift, size=n)
            cases.append({"d": rounded(d), "p": stats.wilcoxon(d, mode="exact").pvalue})
    for n in (4, 7, 10, 12):
        for top in (2, 4):
            d = rng.integers(-top, top + 2, n)
            if any(d):
                cases.append({"d": rounded(d), "p": signed_rank_brute(d)})
    for n in (61, 80, 120):
        for ties in (False, True):
            d = rng.integers(-9, 12, n) if ties else rng.normal(0.2, size=n)
            p = stats.wilcoxon(d, mode="approx", correction=True, zero_method="wilcox").pvalue
            if np.count_nonzero(d) > 60:
                cases.append({"d": rounded(d), "p": p})
    return cases


def inverted(candidates, p_of_shift, alpha):
    """The least and the greatest shift that the test does not reject, out of where its p can change."""
    candidates = sorted(candidates)
    gap = min(b - a for a, b in zip(candidates, candidates[1:])) / 4 if len(candidates) > 1 else 0.1
    kept = [c for c in candidates if p_of_shift(c + gap) > alpha or p_of_shift(c - gap) > alpha]
    if p_of_shift(candidates[0] - gap) > alpha:
        return {}
    return {"low": kept[0], "high": kept[-1]}


def shifts_of_two(rng):
    cases = []
    for n_x, n_y in [(1, 1), (3, 3), (4, 4), (5, 5), (6, 9), (10, 10), (15, 12), (30, 25)]:
        x, y = rng.normal(10, size=n_x), rng.normal(11, size=n_y)
        differences = [float(b - a) for a in x for b in y]
        case = {"x": rounded(x), "y": rounded(y), "shift": float(np.median(differences))}
        method = "exact" if n_x + n_y <= 40 else "asymptotic"
        case.update(inverted(differences, lambda s: stats.mannwhitneyu(x, y - s, method=method).pvalue, 0.05))
        cases.append(case)
    return cases


def shifts_of_pairs(rng):
    cases = []
    for n in (1, 3, 5, 6, 8, 10, 20, 62):
        d = rng.normal(1, size=n)
        means = [float((d[i] + d[k]) / 2) for i in range(n) for k in range(i, n)]
        mode = "exact" if n <= 60 else "approx"
        case = {"d": rounded(d), "shift": float(np.median(means))}
        case.update(inverted(means, lambda s: stats.wilcoxon(d - s, mode=mode, correction=True).pvalue, 0.05))
        cases.append(case)
    return cases


def a12s(rng):
    cases = []
    for n_x, n_y in [(1, 1), (4, 6), (10, 10)]:
        x, y = rng.integers(0, 6, n_x), rng.integers(1, 7, n_y)
        u = stats.mannwhitneyu(y, x, method="asymptotic").statistic
        cases.append({"x": rounded(x), "y": rounded(y), "a12": float(u) / (n_x * n_y)})
    return cases


def fishers():
    return [{"a": a, "n": n, "b": b, "m": m, "p": stats.fisher_exact([[a, n - a], [b, m - b]])[1]}
            for a, n, b, m in [(0, 5, 5, 5), (1, 5, 4, 5), (0, 3, 3, 3), (2, 10, 7, 12), (5, 5, 5, 5), (10, 30, 20, 25),
                               (0, 1, 1, 1), (3, 40, 9, 35), (150, 300, 120, 300)]]


def wilsons():
    cases = []
    for k, n in [(0, 5), (5, 5), (1, 3), (7, 10), (30, 50), (1, 1), (0, 1)]:
        interval = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        cases.append({"k": k, "n": n, "low": interval.low, "high": interval.high})
    return cases


def log_rank_parts(lives, chosen):
    """Observed less expected events of the chosen, and the variance."""
    excess = variance = 0
    for time in sorted({t for t, event in lives if event}):
        at_risk = [i for i, (t, _) in enumerate(lives) if t >= time]
        events = [i for i, (t, event) in enumerate(lives) if t == time and event]
        mine = [i for i in at_risk if i in chosen]
        d, n, n_x = len(events), len(at_risk), len(mine)
        excess += sum(i in chosen for i in events) - d * n_x / n
        if n > 1:
            variance += float(stats.hypergeom.stats(n, d, n_x, moments="v"))
    return excess, variance


def log_ranks(rng):
    cases = []
    for n_x, n_y in [(3, 3), (4, 5), (6, 6)]:
        for scale in (1, 4):
            x = [(float(round(t, 1)), bool(t < 3)) for t in rng.exponential(1, n_x)]
            y = [(float(round(t, 1)), bool(t < 3)) for t in rng.exponential(scale, n_y)]
            lives = x + y
            p = by_brute_force(lives, n_x, lambda l, chosen: log_rank_parts(l, chosen)[0])
            excess, variance = log_rank_parts(lives, set(range(n_x)))
            cases.append({"x": x, "y": y, "p": p, "z": float(excess / math.sqrt(variance))})
    for n_x, n_y in [(20, 20), (40, 25)]:
        x = [(float(round(t, 1)), bool(rng.random() < 0.7)) for t in rng.exponential(1, n_x)]
        y = [(float(round(t, 1)), bool(rng.random() < 0.7)) for t in rng.exponential(1.8, n_y)]
        excess, variance = log_rank_parts(x + y, set(range(n_x)))
        z = float(excess / math.sqrt(variance))
        cases.append({"x": x, "y": y, "p": float(stats.chi2.sf(z * z, 1)), "z": z})
    return cases


def holm(p):
    """By the definition: the greatest of the stepped values of all that are no greater."""
    return [max(min(1, (len(p) - sum(q < r for q in p)) * r) for r in p if r <= v) for v in p]


def benjamini_hochberg(p):
    return [min(1, min(len(p) / sum(q <= r for q in p) * r for r in p if r >= v)) for v in p]


def adjusted(rng):
    lists = [[0.01], [0.04, 0.01, 0.03], [0.001, 0.2, 0.04, 0.04, 0.9, 0.012], rounded(rng.uniform(size=25) ** 2)]
    return [{"p": p, "holm": holm(p), "bh": benjamini_hochberg(p)} for p in lists]


def median_intervals(rng):
    cases = []
    for n in (5, 6, 7, 10, 25, 60):
        values = sorted(rng.normal(size=n))
        k = max([k for k in range(n // 2 + 1) if stats.binom.cdf(k - 1, n, 0.5) <= 0.025])
        case = {"values": rounded(values)}
        if k > 0:
            case.update(low=float(values[k - 1]), high=float(values[n - k]))
        cases.append(case)
    return cases


def bootstrap_medians(rng):
    """With an odd n the median of a resample is a value; that it is at most the k-th is P(Bin(n, k/n) > n/2)."""
    cases = []
    for n in (7, 15, 31):
        values = sorted(rng.normal(10, 2, size=n))
        at_most = [stats.binom.sf(n // 2, n, (k + 1) / n) for k in range(n)]
        cases.append({"values": rounded(values), "at_most": rounded(at_most)})
    return cases


def bootstrap_ratios(rng):
    cases = []
    for n in (10, 40):
        x, y = rng.normal(100, 8, n), rng.normal(120, 8, n)
        for paired in (False, True):
            found = stats.bootstrap((x, y), lambda a, b, axis: np.median(b, axis=axis) / np.median(a, axis=axis),
                                    n_resamples=200000, batch=2000, vectorized=True, paired=paired,
                                    method="percentile", random_state=rng).confidence_interval
            cases.append({"x": rounded(x), "y": rounded(y), "paired": paired, "low": float(found.low),
                          "high": float(found.high)})
    return cases


def sample_quantiles(rng):
    cases = []
    for n in (1, 2, 3, 10, 101):
        for values in (rng.normal(size=n), rng.integers(0, 4, n)):
            for q in (0, 0.025, 0.5, 0.8, 1):
                cases.append({"values": rounded(values), "q": q, "is": float(np.quantile(values, q))})
    return cases


def quantiles():
    return [{"p": p, "z": float(stats.norm.isf(p))} for p in (0.5, 0.2, 0.025, 0.005, 1e-6, 0.975)]


def main():
    rng = np.random.default_rng(7)
    golden = {"scipy": __import__("scipy").__version__, "rank_sum": rank_sums(rng), "rank_sum_fine": fine_rank_sums(rng),
              "signed_rank": signed_ranks(rng),
              "shift_of_two": shifts_of_two(rng), "shift_of_pairs": shifts_of_pairs(rng), "a12": a12s(rng),
              "fisher": fishers(), "wilson": wilsons(), "log_rank": log_ranks(rng), "adjusted": adjusted(rng),
              "median_interval": median_intervals(rng), "bootstrap_median": bootstrap_medians(rng),
              "bootstrap_ratio": bootstrap_ratios(rng), "normal": quantiles(),
              "quantile": sample_quantiles(rng)}
    parts = []
    for key, value in golden.items():
        text = json.dumps(value) if not isinstance(value, list) else \
            "[\n" + ",\n".join("  " + json.dumps(case) for case in value) + "\n ]"
        parts.append(' "%s": %s' % (key, text))
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(text)
        return
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data/stats/golden.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as out:
        out.write(text)


main()
