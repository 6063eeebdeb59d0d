"""Nodes and log weights of the Gauss-Hermite rule against the standard normal density for 25, 51 and 101 nodes, from
the eigenvalues and first eigenvector elements of the Jacobi matrix in 60-digit arithmetic. Positive half and the middle.

    python3 gauss-hermite.py > gauss-hermite.json     (mpmath 1.3)
"""
import json
from mpmath import eigsy, factorial, log, matrix, mp, mpf, sqrt

mp.dps = 60


def rule(k):
    jacobi = matrix(k, k)
    for i in range(1, k):
        jacobi[i, i - 1] = jacobi[i - 1, i] = sqrt(mpf(i))
    nodes = eigsy(jacobi, eigvals_only=True)
    half = []
    for i in range(k // 2, k):
        x = nodes[i] if i != k // 2 else mpf(0)
        # The weight is 1 / sum_j h_j(x)^2 over the orthonormal polynomials of degree 0 to k - 1.
        before, value, total = mpf(0), mpf(1), mpf(1)
        for j in range(1, k):
            before, value = value, (x * value - sqrt(mpf(j - 1)) * before) / sqrt(mpf(j))
            total += value * value
        half.append([float(x), float(-log(total))])
    return {"k": k, "half": half}


print(json.dumps([rule(k) for k in (25, 51, 101)], indent=1))
