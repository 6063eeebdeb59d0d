import { cholesky, forwardSolve } from '../../numerics/cholesky.js'
import { gaussianRows, type GaussianRows } from './gaussian-rows.js'
import type { Stated } from '../frame/stated.js'
import { type LevelProducts, levelProducts } from './level-products.js'
import { type PenalisedSystem, penalisedSystem } from './penalised-system.js'
import { type AverageInformation, type Direction, type Slopes, slopes } from './slopes.js'

/** One parameter of the covariance of the random effects. */
export interface RelativeParameter {
  /** Position among the outer parameters, less the first theta's. */
  readonly at: number
  /** The term's first theta, likewise. */
  readonly first: number
  readonly factor: number
  /** First column of its term in the factor. */
  readonly column: number
  /** Whether it is in the unit of the response, as a standard deviation; 0 for a correlation's. */
  readonly power: 0 | 1
  /** Lambda is even in it, with a kink at zero: a standard deviation that is reported as its size. */
  readonly even: boolean
}

/** A point at which the likelihood has been evaluated. Arrays are written over by the next evaluation. */
export interface Evaluated {
  readonly value: number
  /** sigma^2, and log sigma. */
  readonly variance: number
  readonly logSigma: number
}

/**
 * The log-likelihood in the coefficients of X T, s = log sigma, and theta relative to sigma: tau, with theta = sigma tau for what
 * is in the response's unit. Coefficients and s may be given, or are the best ones:
 *
 *   l = -nu log(2 pi) / 2 - nu s - log|A| / 2 - rho^2 / (2 sigma^2),  nu = n;
 *
 * of a restricted likelihood nu = n - p, - log|X'V^-1 X| / 2 is added, and the coefficients are integrated out, which gives them their best values.
 */
export interface RelativeDensity {
  readonly rows: GaussianRows
  readonly system: PenalisedSystem
  readonly slopes: Slopes
  readonly parameters: readonly RelativeParameter[]
  /** Length of tau. */
  readonly size: number
  readonly nu: number
  /** The least of the factors' standard deviations within levels; infinity where none has rows for it. */
  readonly within: number
  /** The outer parameters before theta. */
  readonly fixed: number
  /** Null out of support. The factor and the solution of the point evaluated last serve the same tau and coefficients again. */
  readonly evaluate: (tau: Float64Array, coefficients: Float64Array | null, logSigma: number | null) => Evaluated | null
  /** Brings the inverse of the system to the point evaluated last. */
  readonly invert: () => void
  /** Writes derivatives in tau at the point evaluated last, at fixed coefficients and sigma; returns those in each factor's Lambda. */
  readonly gradient: (point: Evaluated, out: Float64Array) => readonly Float64Array[]
  /** Derivative of Lambda in each tau, of the point evaluated last. */
  readonly directions: () => readonly Direction[]
  readonly average: () => AverageInformation
  /** Derivatives in each factor's Lambda beside the point evaluated last; see Lifted. That point is solved anew. */
  readonly lifted: (point: Evaluated) => Lifted | null
}

/** A point beside one of which Lambda is singular: zeros of its diagonals are raised to a little of what the rows can tell from zero. */
export interface Lifted {
  readonly lambdas: readonly Float64Array[]
  readonly moments: readonly Float64Array[]
}

/** Null where columns of X depend on each other, and where the structure is too large for the lists of this engine. */
export function relativeDensity(stated: Stated): RelativeDensity | null {
  const rows = gaussianRows(stated)
  if (!rows) return null
  const products = levelProducts(rows)
  if (!products) return null
  const system = penalisedSystem(rows, products)
  const derivatives = slopes(system)
  const { p, reml, basis, factors } = rows
  const { layout } = stated
  const parameters = parametersOf(rows, layout.fixed)
  const size = layout.dimension - layout.fixed
  const nu = rows.observations - (reml ? p : 0)
  const now = new Float64Array(size)
  let logBasis = 0
  for (let j = 0; j < p; j++) logBasis += Math.log(Math.abs(basis[j * (p + 1)]))
  const scratch = factors.map(({ terms }) => terms.map(({ laid }) => new Float64Array(laid.term.names.length ** 2)))

  const setLambdas = (): void => {
    factors.forEach(({ terms, stride }, f) => {
      const lambda = system.lambdas[f]
      terms.forEach(({ laid, column }, t) => {
        const q = laid.term.names.length
        const own = scratch[f][t]
        const start = laid.start - layout.fixed
        laid.covariance.factor(now.subarray(start, start + laid.size), q, own)
        for (let i = 0; i < q; i++)
          for (let j = 0; j <= i; j++) lambda[(column + i) * stride + column + j] = own[i * q + j]
      })
    })
  }

  const directions = (): Direction[] =>
    parameters.map(({ at, first, factor, column }) => {
      const { terms, stride } = factors[factor]
      const { laid } = terms.find((one) => one.column === column)!
      const q = laid.term.names.length
      const own = new Float64Array(q * q)
      laid.covariance.factorDerivative(now.subarray(first, first + laid.size), q, at - first, own)
      const slope = new Float64Array(stride * stride)
      for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) slope[(column + i) * stride + column + j] = own[i * q + j]
      return { factor, slope }
    })

  /** Whether `now` is factorized, what for it has been solved, and whether there is an inverse. */
  let definite: boolean | null = null
  let solved: { readonly coefficients: Float64Array | null } | null = null
  let inverted = false
  const factorizeAt = (tau: Float64Array): boolean => {
    if (definite === null || !isSame(now, tau)) {
      now.set(tau)
      setLambdas()
      definite = system.factorize()
      solved = null
      inverted = false
    }
    return definite
  }
  const invert = (): void => {
    if (!inverted) derivatives.invert()
    inverted = true
  }

  return {
    rows,
    system,
    slopes: derivatives,
    parameters,
    size,
    nu,
    within: withinLevels(rows, products),
    fixed: layout.fixed,
    directions,
    average: () => derivatives.averageInformation(directions()),
    evaluate: (tau, given, log) => {
      if (!factorizeAt(tau)) return null
      const coefficients = reml ? null : given
      if (!solved || !isSame(solved.coefficients, coefficients)) {
        system.solve(coefficients)
        solved = { coefficients: coefficients?.slice() ?? null }
      }
      const penalised = system.penalised()
      const variance = log === null ? Math.max(nu > 0 ? penalised / nu : 0, rows.leastVariance) : Math.exp(2 * log)
      const logSigma = log ?? 0.5 * Math.log(variance)
      const { a, s } = system.logDeterminants()
      let value = -nu * (halfLog2Pi + logSigma) - rows.logScale - 0.5 * a - (0.5 * penalised) / variance
      if (reml) value -= 0.5 * s - logBasis
      return Number.isFinite(value) ? { value, variance, logSigma } : null
    },
    invert,
    lifted: ({ variance }) => {
      const given = solved?.coefficients ?? null
      factors.forEach(({ stride }, f) => {
        const { values } = products.pairs.find((pair) => pair.f === f && pair.g === f)!
        for (let j = 0; j < stride; j++) {
          let squares = 0
          for (let at = j * (stride + 1); at < values.length; at += stride * stride) squares += values[at]
          if (system.lambdas[f][j * (stride + 1)] === 0)
            system.lambdas[f][j * (stride + 1)] = little / Math.sqrt(squares || 1)
        }
      })
      let out: Lifted | null = null
      if (system.factorize()) {
        system.solve(given)
        derivatives.invert()
        const moments = derivatives.moments(variance).map((one) => one.slice())
        out = { lambdas: system.lambdas.map((one) => one.slice()), moments }
      }
      definite = null
      if (factorizeAt(now.slice())) system.solve(given)
      solved = { coefficients: given }
      return out
    },
    gradient: ({ variance }, out) => {
      invert()
      const moments = derivatives.moments(variance)
      directions().forEach(({ factor, slope }, j) => {
        const moment = moments[factor]
        let sum = 0
        for (let e = 0; e < slope.length; e++) sum += slope[e] * moment[e]
        out[parameters[j].at] = sum
      })
      return moments
    },
  }
}

const isSame = (a: Float64Array | null, b: Float64Array | null): boolean =>
  a && b ? a.every((value, j) => value === b[j]) : a === b

/** A standard deviation beside which its square is nothing, and that still leaves digits to divide by: in units of 1 / |z|. */
const little = 0.01
const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

function parametersOf({ factors }: GaussianRows, fixed: number): RelativeParameter[] {
  return factors
    .flatMap(({ terms }, factor) =>
      terms.flatMap(({ laid: { term, covariance, start, size }, column }) => {
        const q = term.names.length
        const units = covariance.units(q)
        const lambdaWith = (j: number, value: number): Float64Array => {
          const out = new Float64Array(q * q)
          covariance.factor(
            covariance.start(q).map((one, k) => (k === j ? value : one)),
            q,
            out,
          )
          return out
        }
        return Array.from({ length: size }, (_, j): RelativeParameter => {
          const first = start - fixed
          const even = units[j] >= 0 && isSame(lambdaWith(j, 1), lambdaWith(j, -1))
          return { at: first + j, first, factor, column, power: units[j] >= 0 ? 1 : 0, even }
        })
      }),
    )
    .sort((a, b) => a.at - b.at)
}

/** A share of the sum of squares that is what a difference leaves by rounding. */
const rounding = 1e-10

/** Root of the least mean square that any one factor leaves of y, its levels' columns fitted by least squares. */
function withinLevels({ factors, p, xx, observations }: GaussianRows, { pairs, zx, starts }: LevelProducts): number {
  const P = p + 1
  let least = Number.POSITIVE_INFINITY
  factors.forEach(({ stride, levels }, f) => {
    const { values } = pairs.find((pair) => pair.f === f && pair.g === f)!
    let [left, rank] = [xx[P * P - 1], 0]
    const block = new Float64Array(stride * stride)
    const pull = new Float64Array(stride)
    for (let g = 0; g < levels; g++) {
      block.set(values.subarray(g * stride * stride, (g + 1) * stride * stride))
      if (!cholesky(block, stride)) continue
      for (let j = 0; j < stride; j++) pull[j] = zx[(starts[f][g] + j) * P + p]
      forwardSolve(block, stride, pull)
      for (const one of pull) left -= one * one
      rank += stride
    }
    if (observations > rank && left > rounding * xx[P * P - 1]) least = Math.min(least, left / (observations - rank))
  })
  return Math.sqrt(least)
}
