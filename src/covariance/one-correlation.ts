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

/** A density of y on its grid: normalising constant, then at each point density, its slope and the mass below. */
interface Table {
  readonly logNormalizer: number
  readonly density: Float64Array
  readonly slope: Float64Array
  readonly below: Float64Array
}

const tables = new Map<OneCorrelation, Map<string, Table>>()

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

const width = (2 * reach) / steps

function tableOf(family: OneCorrelation, q: number, shape: number): Table {
  const known = tables.get(family) ?? new Map<string, Table>()
  tables.set(family, known)
  const key = `${q} ${shape}`
  const table = known.get(key) ?? tabulated(family, q, shape)
  known.set(key, table)
  return table
}

/** The distribution function by trapezia corrected by the slopes at their ends. */
function tabulated(family: OneCorrelation, q: number, shape: number): Table {
  const density = new Float64Array(steps + 1)
  const slope = new Float64Array(steps + 1)
  const below = new Float64Array(steps + 1)
  let sum = 0
  for (let s = 0; s <= steps; s++) {
    const [log, inLog] = unnormalised(family, -reach + s * width, q, shape)
    const value = Math.exp(log)
    if (!Number.isFinite(value * inLog)) continue
    density[s] = value
    slope[s] = value * inLog
    sum += value
  }
  const mass = sum * width
  for (let s = 0; s <= steps; s++) {
    density[s] /= mass
    slope[s] /= mass
    if (s === 0) continue
    const corrected = (width * width * (slope[s - 1] - slope[s])) / 12
    below[s] = below[s - 1] + (width / 2) * (density[s - 1] + density[s]) + corrected
  }
  return { logNormalizer: Math.log(mass), density, slope, below }
}

/** y at a probability, within a step by the cubic through values and densities. Correct to 1e-9. */
function quantileOf(family: OneCorrelation, q: number, shape: number, p: number): number {
  const { density, below } = tableOf(family, q, shape)
  let [first, last] = [0, steps]
  while (last - first > 1) {
    const middle = (first + last) >> 1
    if (below[middle] <= p) first = middle
    else last = middle
  }
  const share = below[last] - below[first]
  const [f0, f1] = [density[first], density[last]]
  const cdf = (t: number): number =>
    share * t * t * (3 - 2 * t) + width * (f0 * t * (1 - t) ** 2 - f1 * t * t * (1 - t))
  let [low, high] = [0, 1]
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2
    if (below[first] + cdf(middle) < p) low = middle
    else high = middle
  }
  return -reach + (first + low) * width
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
      return log - tableOf(family, q, shape).logNormalizer
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
