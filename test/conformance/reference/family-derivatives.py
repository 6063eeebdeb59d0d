"""Log densities with all derivatives to third order in the linear predictors, at points where a formula written down
without care loses its digits: large and small dispersions, the Poisson, binomial and normal limits, rare zeros. From
70-digit arithmetic, derivatives by central differences with a step of 1e-14, whose error is 1e-28.

    python3 family-derivatives.py > family-derivatives.json     (mpmath 1.3)
"""
import json
from functools import lru_cache

import mpmath as m

m.mp.dps = 70
gammaln, log, exp = m.loggamma, m.log, m.exp


def poisson(y, n, t):
    return y * t - exp(t) - gammaln(y + 1)


def nbinom2(y, n, t, p):
    mu, phi = exp(t), exp(p)
    return gammaln(y + phi) - gammaln(phi) - gammaln(y + 1) + phi * log(phi / (phi + mu)) + y * log(mu / (phi + mu))


def nbinom1(y, n, t, p):
    phi = exp(p)
    size = exp(t) / phi
    return gammaln(y + size) - gammaln(size) - gammaln(y + 1) - size * log(1 + phi) + y * log(phi / (1 + phi))


def gamma(y, n, t, s):
    mu, shape = exp(t), exp(-2 * s)
    return (shape - 1) * log(y) - shape * y / mu + shape * log(shape / mu) - gammaln(shape)


def inverse_gaussian(y, n, t, s):
    return -log(2 * m.pi * y**3) / 2 - s - (y / exp(t) - 1) ** 2 / (2 * exp(2 * s) * y)


def gaussian(y, n, mu, s):
    return -log(2 * m.pi) / 2 - s - ((y - mu) / exp(s)) ** 2 / 2


def student(y, n, mu, s, v):
    nu = exp(v)
    r = (y - mu) / exp(s)
    return gammaln((nu + 1) / 2) - gammaln(nu / 2) - log(nu * m.pi) / 2 - s - (nu + 1) / 2 * m.log1p(r * r / nu)


def shapes(t, p):
    return exp(p) / (1 + exp(-t)), exp(p) / (1 + exp(t))


def beta(y, n, t, p):
    a, b = shapes(t, p)
    return gammaln(a + b) - gammaln(a) - gammaln(b) + (a - 1) * log(y) + (b - 1) * log(1 - y)


def betabinomial(y, n, t, p):
    a, b = shapes(t, p)
    choose = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
    return choose + gammaln(a + b) - gammaln(a) - gammaln(b) + gammaln(y + a) + gammaln(n - y + b) - gammaln(n + a + b)


def truncated(f):
    return lambda y, n, *eta: f(y, n, *eta) - log(1 - exp(f(0, n, *eta)))


def hurdle(f):
    return lambda y, n, *eta: (eta[-1] if y == 0 else truncated(f)(y, n, *eta[:-1])) - m.log1p(exp(eta[-1]))


def zero_inflated(f):
    def density(y, n, *eta):
        rest = f(y, n, *eta[:-1])
        return (log(exp(eta[-1]) + exp(rest)) if y == 0 else rest) - m.log1p(exp(eta[-1]))

    return density


def grid(*axes):
    return [()] if not axes else [(x, *rest) for x in axes[0] for rest in grid(*axes[1:])]


counts, positive = (0, 5, 1000), (0.1, 2.7, 40)
cases = [
    ("gaussian", "identity", gaussian, grid((-3, 400), (1,), (0.5,), (-9, 0, 9))),
    ("student", "identity", student, grid((0.5, 3, 400), (1,), (0.5,), (-3, 3), (-2, 1, 6, 20))),
    ("Gamma", "log", gamma, grid(positive, (1,), (-3, 1), (-8, -2, 0, 2))),
    ("inverse_gaussian", "log", inverse_gaussian, grid(positive, (1,), (-3, 1), (-8, 0, 5))),
    ("beta", "logit", beta, grid((1e-6, 0.3, 0.99), (1,), (-12, 0.5, 9), (-5, 0, 4, 14))),
    ("betabinomial", "logit", betabinomial, grid((0, 13, 40), (40,), (-12, 0.5, 9), (-5, 0, 4, 20))),
    ("nbinom2", "log", nbinom2, grid(counts, (1,), (-8, 1, 6), (-9, 0, 9, 27.6))),
    ("nbinom1", "log", nbinom1, grid(counts, (1,), (-8, 1, 6), (-27.6, -9, 0, 5))),
    ("truncated_poisson", "log", truncated(poisson), grid((1, 2, 30), (1,), (-25, -12, -3, 1, 5))),
    ("truncated_nbinom2", "log", truncated(nbinom2), grid((1, 30), (1,), (-12, 1, 5), (-5, 1, 9))),
    ("truncated_nbinom1", "log", truncated(nbinom1), grid((1, 30), (1,), (-12, 1, 5), (-5, 1, 3))),
    ("zero_inflated_poisson", "log", zero_inflated(poisson), grid((0, 4), (1,), (-12, 1, 4), (-20, 0, 20))),
    ("zero_inflated_nbinom2", "log", zero_inflated(nbinom2), grid((0, 30), (1,), (-12, 1, 5), (-5, 1, 9), (-20, 0))),
    ("hurdle_nbinom1", "log", hurdle(nbinom1), grid((0, 30), (1,), (-12, 5), (-5, 1), (-20, 0, 20))),
]
step = m.mpf(10) ** -14


def row(f, y, n, eta):
    K = len(eta)
    start = [m.mpf(x) for x in eta]

    @lru_cache(None)
    def value(*moved):
        return f(m.mpf(y), n, *[x + k * step for x, k in zip(start, moved)])

    def derivative(orders, moved):
        if not orders:
            return value(*moved)
        a, rest = orders[0], orders[1:]
        shifted = [tuple(k + (sign if i == a else 0) for i, k in enumerate(moved)) for sign in (1, -1)]
        return (derivative(rest, shifted[0]) - derivative(rest, shifted[1])) / (2 * step)

    orders = [()] + [(a,) for a in range(K)] + [(a, b) for a in range(K) for b in range(a + 1)]
    orders += [(a, b, c) for a in range(K) for b in range(a + 1) for c in range(b + 1)]
    return [float(derivative(one, (0,) * K)) for one in orders]


print(json.dumps([
    {"family": name, "link": link, "rows": [{"y": y, "trials": n, "eta": eta, "density": row(f, y, n, eta)} for y, n, *eta in points]}
    for name, link, f, points in cases
]))
