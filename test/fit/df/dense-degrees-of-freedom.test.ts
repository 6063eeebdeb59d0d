import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import { stream } from '../../../src/random/stream.js'

/*
 * Satterthwaite's and Kenward and Roger's formulas with n x n matrices, inverted as they stand, and all derivatives by
 * differences, in variances and correlations (the fit has other parameters).
 */

type Matrix = number[][]
const square = (n: number, of: (i: number, j: number) => number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => of(i, j)))
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)))
const transposed = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]))
const plus = (a: Matrix, b: Matrix, weight = 1): Matrix =>
  a.map((row, i) => row.map((value, j) => value + weight * b[i][j]))
const trace = (a: Matrix, b: Matrix): number =>
  a.reduce((sum, row, i) => sum + row.reduce((inner, value, j) => inner + value * b[j][i], 0), 0)

/** Inverse and log determinant by Gauss-Jordan with pivots. */
function inverted(a: Matrix): { inverse: Matrix; logDet: number } {
  const n = a.length
  const m = a.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))])
  let logDet = 0
  for (let k = 0; k < n; k++) {
    let best = k
    for (let i = k; i < n; i++) if (Math.abs(m[i][k]) > Math.abs(m[best][k])) best = i
    ;[m[k], m[best]] = [m[best], m[k]]
    const pivot = m[k][k]
    logDet += Math.log(Math.abs(pivot))
    m[k] = m[k].map((value) => value / pivot)
    for (let i = 0; i < n; i++) {
      const ratio = m[i][k]
      if (i !== k && ratio !== 0) m[i] = m[i].map((value, j) => value - ratio * m[k][j])
    }
  }
  return { inverse: m.map((row) => row.slice(n)), logDet }
}

interface Dense {
  readonly X: Matrix
  readonly y: Matrix
  /** V at parameters of its own. */
  readonly V: (psi: readonly number[]) => Matrix
}

const moved = (psi: readonly number[], ...shifts: [number, number][]): number[] =>
  psi.map((value, j) => shifts.reduce((sum, [at, shift]) => (at === j ? sum + shift : sum), value))
const steps = (psi: readonly number[], share: number): number[] => psi.map((value) => share * (0.1 + Math.abs(value)))

const phiOf = ({ X, V }: Dense, psi: readonly number[]): Matrix =>
  inverted(times(transposed(X), times(inverted(V(psi)).inverse, X))).inverse

/** Twice the restricted log-likelihood, without constants. */
function restricted({ X, y, V }: Dense, psi: readonly number[]): number {
  const { inverse, logDet } = inverted(V(psi))
  const information = times(transposed(X), times(inverse, X))
  const { inverse: phi, logDet: more } = inverted(information)
  const beta = times(phi, times(transposed(X), times(inverse, y)))
  const r = plus(y, times(X, beta), -1)
  return -(logDet + more + times(transposed(r), times(inverse, r))[0][0])
}

function satterthwaiteDf(dense: Dense, psi: readonly number[]): number[] {
  const h = steps(psi, 2e-3)
  const at = (...shifts: [number, number][]): number => restricted(dense, moved(psi, ...shifts)) / 2
  const second = (i: number, j: number, size: number): number => {
    const [a, b] = [size * h[i], size * h[j]]
    if (i === j) return (at([i, a]) - 2 * at() + at([i, -a])) / (a * a)
    return (at([i, a], [j, b]) - at([i, a], [j, -b]) - at([i, -a], [j, b]) + at([i, -a], [j, -b])) / (4 * a * b)
  }
  const W = inverted(square(psi.length, (i, j) => -(4 * second(i, j, 1) - second(i, j, 2)) / 3)).inverse
  const small = steps(psi, 1e-4)
  const slopes = psi.map((_, j) =>
    plus(phiOf(dense, moved(psi, [j, small[j]])), phiOf(dense, moved(psi, [j, -small[j]])), -1).map((row) =>
      row.map((value) => value / (2 * small[j])),
    ),
  )
  return degrees(
    phiOf(dense, psi),
    slopes.map((slope) => slope.map((row, c) => row[c])),
    W,
  )
}

const degrees = (phi: Matrix, g: readonly number[][], W: Matrix): number[] =>
  phi.map((row, c) => {
    let spread = 0
    for (let i = 0; i < g.length; i++) for (let j = 0; j < g.length; j++) spread += g[i][c] * W[i][j] * g[j][c]
    return (2 * row[c] ** 2) / spread
  })

function kenwardRogerDense({ X, V }: Dense, psi: readonly number[]): { df: number[]; covariance: Matrix } {
  const h = steps(psi, 1e-3)
  const first = psi.map((_, i) =>
    plus(V(moved(psi, [i, h[i]])), V(moved(psi, [i, -h[i]])), -1).map((row) => row.map((value) => value / (2 * h[i]))),
  )
  const second = psi.map((_, i) =>
    psi.map((__, j) => {
      const corner = (a: number, b: number): Matrix => V(moved(psi, [i, a * h[i]], [j, b * h[j]]))
      const sum = plus(plus(corner(1, 1), corner(-1, -1)), plus(corner(1, -1), corner(-1, 1)), -1)
      return sum.map((row) => row.map((value) => value / (4 * h[i] * h[j])))
    }),
  )
  const { inverse } = inverted(V(psi))
  const phi = phiOf({ X, V, y: [] }, psi)
  const ViX = times(inverse, X)
  const P = plus(inverse, times(ViX, times(phi, transposed(ViX))), -1)
  const PV = first.map((one) => times(P, one))
  const W = inverted(square(psi.length, (i, j) => trace(PV[i], PV[j]) / 2)).inverse
  const D = (one: Matrix): Matrix => times(transposed(ViX), times(one, ViX))
  let middle = square(X[0].length, () => 0)
  let bend = square(X.length, () => 0)
  first.forEach((one, i) => {
    first.forEach((other, j) => {
      const Q = times(transposed(ViX), times(one, times(inverse, times(other, ViX))))
      middle = plus(middle, plus(Q, times(D(one), times(phi, D(other))), -1), W[i][j])
      bend = plus(bend, second[i][j], W[i][j])
    })
  })
  const PB = times(P, bend)
  const traces = PV.map((one) => trace(one, PB) / 2)
  first.forEach((one, i) => {
    bend = plus(bend, one, -W[i].reduce((sum, weight, j) => sum + weight * traces[j], 0))
  })
  middle = plus(middle, D(bend), -1 / 4)
  const covariance = plus(phi, times(phi, times(middle, phi)), 2)
  const g = first.map((one) => {
    const both = times(phi, times(D(one), phi))
    return both.map((row, c) => row[c])
  })
  return { df: degrees(phi, g, W), covariance }
}

const n = 42
const g = Array.from({ length: n }, (_, i) => i % 7)
const k = Array.from({ length: n }, (_, i) => Math.floor(i / 7) % 3)
const t = Array.from({ length: n }, (_, i) => Math.floor(i / 7) % 4)
const x = Array.from({ length: n }, (_, i) => Math.sin(3 * i) + 0.3 * k[i])
const noise = (i: number): number => Math.sin(17 * i * i + 3 * i)
const y = g.map(
  (level, i) =>
    4 +
    0.5 * x[i] +
    1.2 * Math.cos(2 * level) +
    0.9 * x[i] * Math.sin(5 * level) +
    0.8 * Math.sin(4 * k[i]) +
    0.7 * Math.cos(level * 11 + t[i] * 7) +
    noise(i),
)
const w = g.map((_, i) => 1 + (i % 3))
const table = tableFrom({ y, x, w, g: g.map((l) => `g${l}`), k: k.map((l) => `k${l}`), t: t.map((l) => `t${l}`) })
const X = x.map((value) => [1, value])

const sds = (record: FitRecord): number[][] => record.random.map(({ sd }) => [...sd])
const same = (a: number, b: number): number => (a === b ? 1 : 0)
const sigma2 = (record: FitRecord): number => record.dispersion.sigma.estimate ** 2

interface Case {
  readonly formula: string
  readonly options?: { readonly precision?: string; readonly dispersion?: string }
  readonly psi: (record: FitRecord) => number[]
  readonly V: (psi: readonly number[]) => Matrix
}
const cov01 = ({ random: [{ sd, correlation }] }: FitRecord): number[] => [
  sd[0] ** 2,
  correlation[1][0] * sd[0] * sd[1],
  sd[1] ** 2,
]
const cases: Case[] = [
  {
    formula: 'y ~ x + (1 | g) + (1 | k)',
    psi: (record) => [...sds(record).map(([sd]) => sd ** 2), sigma2(record)],
    V: ([a, b, s]) => square(n, (i, j) => a * same(g[i], g[j]) + b * same(k[i], k[j]) + s * same(i, j)),
  },
  {
    formula: 'y ~ x + (x | g)',
    psi: (record) => [...cov01(record), sigma2(record)],
    V: ([a, c, b, s]) =>
      square(n, (i, j) => same(g[i], g[j]) * (a + c * (x[i] + x[j]) + b * x[i] * x[j]) + s * same(i, j)),
  },
  {
    formula: 'y ~ x + (x || g) + (1 | k)',
    options: { precision: 'w' },
    psi: (record) => [
      ...sds(record)
        .flat()
        .map((sd) => sd ** 2),
      sigma2(record),
    ],
    V: ([a, b, c, s]) =>
      square(n, (i, j) => same(g[i], g[j]) * (a + b * x[i] * x[j]) + c * same(k[i], k[j]) + (s / w[i]) * same(i, j)),
  },
  {
    formula: 'y ~ x + cs(0 + k | g)',
    psi: (record) => {
      const [{ sd, correlation }] = record.random
      return [...sd.map((one) => one ** 2), correlation[1][0], sigma2(record)]
    },
    V: ([a, b, c, rho, s]) => {
      const sd = [a, b, c].map(Math.sqrt)
      return square(n, (i, j) => {
        const one = same(g[i], g[j]) * sd[k[i]] * sd[k[j]]
        return one * (k[i] === k[j] ? 1 : rho) + s * same(i, j)
      })
    },
  },
  {
    formula: 'y ~ x + ar1(0 + t | g)',
    psi: (record) => {
      const [{ sd, correlation }] = record.random
      return [sd[0] ** 2, correlation[1][0], sigma2(record)]
    },
    V: ([a, rho, s]) => square(n, (i, j) => same(g[i], g[j]) * a * rho ** Math.abs(t[i] - t[j]) + s * same(i, j)),
  },
  {
    formula: 'y ~ x + diag(0 + k | g)',
    psi: (record) => [...sds(record)[0].map((one) => one ** 2), sigma2(record)],
    V: ([a, b, c, s]) => square(n, (i, j) => same(g[i], g[j]) * same(k[i], k[j]) * [a, b, c][k[i]] + s * same(i, j)),
  },
]

describe('dense matrices', () => {
  it.each(cases)('$formula', ({ formula, options, psi, V }) => {
    const dense = { X, y: y.map((value) => [value]), V }
    const got = fit(formula, table, { family: 'gaussian', reml: true, ...options })
    expect(got.convergence.singular).toBe(false)
    const at = psi(got)
    satterthwaiteDf(dense, at).forEach((df, j) => expect(Math.abs(got.fixed[j].df! / df - 1)).toBeLessThan(1e-3))
    const adjusted = fit(formula, table, { family: 'gaussian', reml: true, df: 'kr', ...options })
    const truth = kenwardRogerDense(dense, at)
    truth.df.forEach((df, j) => expect(Math.abs(adjusted.fixed[j].df! / df - 1)).toBeLessThan(1e-5))
    truth.covariance.forEach((row, j) => {
      row.forEach((value, l) => {
        const scale = Math.sqrt(row[j] * truth.covariance[l][l])
        expect(Math.abs(adjusted.fixedCovariance[j][l] - value) / scale).toBeLessThan(1e-6)
      })
      expect(adjusted.fixed[j].se).toBe(Math.sqrt(adjusted.fixedCovariance[j][j]))
    })
  })

  it('a dispersion that depends on a covariate', () => {
    const V = ([a, b, c]: readonly number[]): Matrix =>
      square(n, (i, j) => a * same(g[i], g[j]) + Math.exp(2 * (b + c * x[i])) * same(i, j))
    const got = fit('y ~ x + (1 | g)', table, { family: 'gaussian', reml: true, dispersion: '~ x' })
    const at = [got.random[0].sd[0] ** 2, ...got.further[0].fixed.map(({ estimate }) => estimate)]
    const dense = { X, y: y.map((value) => [value]), V }
    satterthwaiteDf(dense, at).forEach((df, j) => expect(Math.abs(got.fixed[j].df! / df - 1)).toBeLessThan(1e-3))
  })

  it('a chain of many times, which is integrated by its precision, beside another term', () => {
    const [levels, times_] = [4, 17]
    const of = Array.from({ length: levels * times_ }, (_, i) => [i % levels, Math.floor(i / levels)])
    const u = of.map((_, i) => Math.sin(5 * i) + 0.1 * (i % 7))
    const rng = stream({ seed: 3, purpose: 'response' })
    const chains = Array.from({ length: levels }, () => {
      let b = rng.normal()
      return Array.from({ length: times_ }, () => {
        const now = b
        b = 0.9 * b + Math.sqrt(0.19) * rng.normal()
        return now
      })
    })
    const steady = Array.from({ length: 5 }, () => rng.normal())
    const value = of.map(([level, time], i) => 2 + u[i] + 1.5 * chains[level][time] + steady[time % 5] + rng.normal())
    const many = tableFrom({
      y: value,
      x: u,
      g: of.map(([level]) => `g${level}`),
      t: of.map(([, time]) => `t${String(time).padStart(2, '0')}`),
      s: of.map(([, time]) => `s${time % 5}`),
    })
    const options = { family: 'gaussian', reml: true } as const
    const formula = 'y ~ x + ar1(0 + t | g) + (1 | s)'
    const got = fit(formula, many, options)
    expect([got.convergence.converged, got.convergence.singular]).toEqual([true, false])
    const [chain, other] = got.random
    const psi = [chain.sd[0] ** 2, chain.correlation[1][0], other.sd[0] ** 2, sigma2(got)]
    const dense: Dense = {
      X: u.map((one) => [1, one]),
      y: value.map((one) => [one]),
      V: ([a, rho, b, s]) =>
        square(of.length, (i, j) => {
          const [[g1, t1], [g2, t2]] = [of[i], of[j]]
          return same(g1, g2) * a * rho ** Math.abs(t1 - t2) + b * same(t1 % 5, t2 % 5) + s * same(i, j)
        }),
    }
    satterthwaiteDf(dense, psi).forEach((df, j) => expect(Math.abs(got.fixed[j].df! / df - 1)).toBeLessThan(1e-3))
    const adjusted = fit(formula, many, { ...options, df: 'kr' })
    const truth = kenwardRogerDense(dense, psi)
    adjusted.fixed.forEach(({ df, se }, j) => {
      expect(Math.abs(df! / truth.df[j] - 1)).toBeLessThan(1e-5)
      expect(Math.abs(se! ** 2 / truth.covariance[j][j] - 1)).toBeLessThan(1e-5)
    })
  })

  it('where the adjustment fails near the boundary of a curved structure, a warning says so', () => {
    const rows = Array.from({ length: 60 }, (_, i) => i)
    const weak = tableFrom({
      y: rows.map((i) => 1 + 0.1 * Math.sin(3 * i) + noise(i)),
      x: rows.map((i) => Math.sin(3 * i)),
      g: rows.map((i) => `g${i % 10}`),
      k: rows.map((i) => `k${Math.floor(i / 10) % 3}`),
    })
    const got = fit('y ~ x + cs(0 + k | g)', weak, { family: 'gaussian', reml: true, df: 'kr' })
    const plain = fit('y ~ x + cs(0 + k | g)', weak, { family: 'gaussian', reml: true })
    expect(got.convergence.singular).toBe(true)
    const smaller = got.fixed.some(({ se }, j) => !(se! ** 2 >= 0.8 * plain.fixed[j].se! ** 2))
    expect(got.warnings.some(({ code }) => code === 'DF')).toBe(smaller)
    expect(smaller).toBe(true)
    for (const { formula } of cases.slice(0, 3))
      expect(fit(formula, table, { family: 'gaussian', reml: true, df: 'kr' }).warnings).toEqual([])
  })

  it('two effects of compound symmetry are two with any covariance, though their parameters are others', () => {
    const options = { family: 'gaussian', reml: true, df: 'kr' } as const
    const [cs, us] = ['cs', 'us'].map((of) => fit(`y ~ x + ${of}(1 + x | g)`, table, options))
    cs.fixed.forEach((row, j) => {
      expect(row.df! / us.fixed[j].df!).toBeCloseTo(1, 6)
      expect(row.se! / us.fixed[j].se!).toBeCloseTo(1, 7)
    })
  })
})
