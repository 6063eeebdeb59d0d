"""log F, log(1 - F) and their first three derivatives in eta for the probability links, to 17 digits, from 1,000-digit
arithmetic (enough for exp(-800) beside 1). Derivatives follow from F', F'', F''' exactly, without differences.

    python3 link-tails.py > link-tails.json     (mpmath 1.3)
"""
import json
from mpmath import atan, erfc, exp, log, mp, mpf, pi, sqrt

mp.dps = 1000
etas = [-740, -200, -60, -40, -15, -10.5, -9.5, -8, -3, -1, -0.1, 0, 0.3, 2, 5, 8, 9.5, 10.5, 15, 40, 60, 200]


def logit(x):
    f, g = 1 / (1 + exp(-x)), 1 / (1 + exp(x))
    return f, g, f * g, f * g * (g - f), f * g * ((g - f) ** 2 - 2 * f * g)


def probit(x):
    phi = exp(-x * x / 2) / sqrt(2 * pi)
    return erfc(-x / sqrt(2)) / 2, erfc(x / sqrt(2)) / 2, phi, -x * phi, (x * x - 1) * phi


def cloglog(x):
    t = exp(x)
    s = exp(-t)
    return 1 - s, s, t * s, t * s * (1 - t), t * s * (1 - 3 * t + t * t)


def cauchit(x):
    d = 1 / (pi * (1 + x * x))
    return mpf(1) / 2 + atan(x) / pi, mpf(1) / 2 - atan(x) / pi, d, -2 * x * pi * d**2, (6 * x * x - 2) / (pi * (1 + x * x) ** 3)


def log_derivatives(f, f1, f2, f3):
    a, b, c = f1 / f, f2 / f, f3 / f
    return [log(f), a, b - a * a, c - 3 * a * b + 2 * a**3]


out = {}
for name, link in (("logit", logit), ("probit", probit), ("cloglog", cloglog), ("cauchit", cauchit)):
    rows = []
    for eta in etas:
        x = mpf(eta)
        f, g, f1, f2, f3 = link(x)
        tails = log_derivatives(f, f1, f2, f3) + log_derivatives(g, -f1, -f2, -f3)
        rows.append({"eta": eta, "tails": [float(v) for v in tails]})
    out[name] = rows
print(json.dumps(out, indent=1))
