import type { Chart } from './chart.js'

/** A family of correlation matrices with one free number y: what a chart needs of it. */
export interface OneCorrelation {
  readonly deviationOf: Chart['deviationOf']
  /** Writes L at y. */
  readonly factor: (y: number, q: number, out: Float64Array) => void
  /** Writes dL/dy. */
  readonly slope: (y: number, q: number, out: Float64Array) => void
  /** log of d rho / dy, and its derivative. */
  readonly logJacobian: (y: number, q: number) => readonly [number, number]
  /** y of the correlation of neighbouring effects. */
  readonly fromCorrelation: (rho: number, q: number) => number
}

const normalizers = new Map<OneCorrelation, Map<string, number>>()

/** log |R|^(shape - 1) d rho / dy at y, and its derivative. */
function unnormalised(family: OneCorrelation, y: number, q: number, shape: number): [number, number] {
  const [logJacobian, slopeOfJacobian] = family.logJacobian(y, q)
  if (shape === 1) return [logJacobian, slopeOfJacobian]
  const L = new Float64Array(q * q)
  const slope = new Float64Array(q * q)
  family.factor(y, q, L)
  family.slope(y, q, slope)
  let log = 0
  let derivative = 0
  for (let i = 0; i < q; i++) {
    log += 2 * Math.log(L[i * (q + 1)])
    derivative += (2 * slope[i * (q + 1)]) / L[i * (q + 1)]
  }
  return [(shape - 1) * log + logJacobian, (shape - 1) * derivative + slopeOfJacobian]
}

/** Half width, in y, and number of steps of the trapezoid rule: for a density with exponential tails it is exact. */
const reach = 60
const steps = 4800

function logNormalizer(family: OneCorrelation, q: number, shape: number): number {
  const known = normalizers.get(family) ?? new Map<string, number>()
  normalizers.set(family, known)
  const key = `${q} ${shape}`
  let log = known.get(key)
  if (log === undefined) {
    const width = (2 * reach) / steps
    let sum = 0
    for (let s = 0; s <= steps; s++) {
      const value = Math.exp(unnormalised(family, -reach + s * width, q, shape)[0])
      if (Number.isFinite(value)) sum += value
    }
    log = Math.log(sum * width)
    known.set(key, log)
  }
  return log
}

/**
 * y at a probability: the distribution function from trapezia corrected by the slopes at their ends, and within a step
 * the cubic through values and densities. Correct to 1e-9.
 */
function quantileOf(family: OneCorrelation, q: number, shape: number, p: number): number {
  const width = (2 * reach) / steps
  const log = logNormalizer(family, q, shape)
  const density = (y: number): [number, number] => {
    const [value, slope] = unnormalised(family, y, q, shape)
    const here = Math.exp(value - log)
    return Number.isFinite(here * slope) ? [here, here * slope] : [0, 0]
  }
  let below = 0
  let [f0, g0] = density(-reach)
  for (let s = 0; s < steps; s++) {
    const y = -reach + s * width
    const [f1, g1] = density(y + width)
    const share = (width / 2) * (f0 + f1) + (width * width * (g0 - g1)) / 12
    if (below + share > p) {
      const cdf = (t: number): number =>
        share * t * t * (3 - 2 * t) + width * (f0 * t * (1 - t) ** 2 - f1 * t * t * (1 - t))
      let [low, high] = [0, 1]
      for (let k = 0; k < 50; k++) {
        const middle = (low + high) / 2
        if (below + cdf(middle) < p) low = middle
        else high = middle
      }
      return y + width * low
    }
    below += share
    f0 = f1
    g0 = g1
  }
  return reach
}

/** The chart of standard deviations and one correlation: theta are the standard deviations, then y. */
export function oneCorrelation(family: OneCorrelation): Chart {
  const size = (q: number): number => (q > 1 ? 1 : 0)
  return {
    deviationOf: family.deviationOf,
    correlationSize: size,
    correlationFactor: (y, q, out) => {
      if (q > 1) family.factor(y[0], q, out)
      else out[0] = 1
    },
    correlationFactorDerivative: (y, q, _, out) => family.slope(y[0], q, out),
    lkj: (y, q, shape, gradient, at) => {
      if (q < 2) return 0
      const [log, slope] = unnormalised(family, y[0], q, shape)
      gradient[at] += slope
      return log - logNormalizer(family, q, shape)
    },
    drawLkj: (q, shape, rng, out, at) => {
      if (q > 1) out[at] = quantileOf(family, q, shape, rng.uniform())
    },
    pairs: (q) => (q > 1 ? [[1, 0]] : []),
    fromCorrelations: (correlations, q) =>
      q > 1 ? Float64Array.of(family.fromCorrelation(correlations[q], q)) : new Float64Array(0),
    theta: (sd, y, q, out) => {
      const m = family.deviationOf(q)[q - 1] + 1
      for (let i = 0; i < m; i++) out[i] = sd[i]
      if (q > 1) out[m] = y[0]
    },
    pull: (_sd, _y, q, thetaGradient, sdGradient, yGradient) => {
      const m = family.deviationOf(q)[q - 1] + 1
      for (let i = 0; i < m; i++) sdGradient[i] += thetaGradient[i]
      if (q > 1) yGradient[0] += thetaGradient[m]
    },
  }
}
