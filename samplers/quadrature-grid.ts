import { cholesky } from '../src/numerics/cholesky.js'
import { gaussHermite } from '../src/numerics/gauss-hermite.js'
import { normalCdf } from '../src/numerics/special.js'
import { lineCdf } from './quadrature-line.js'

/** Where some coordinates are, given those before them: their mode, and the factor L of the inverse curvature L L'. */
export interface Placement {
  readonly center: Float64Array
  readonly L: Float64Array
}

/**
 * Where a grid stands. The head, the first coordinates, is center + L D z with L L' its covariance and D diagonal; the tail,
 * those after, is placed anew at each head. A rule somewhat wider than a density takes its tails, where they are heavier
 * than normal ones, with fewer nodes.
 */
export interface GridPlace {
  /** Of the head. */
  readonly center: Float64Array
  readonly covariance: Float64Array
  /** The diagonal of D, and of the tail's, over all coordinates. */
  readonly widening: readonly number[]
  readonly tail: (head: Float64Array) => Placement | null
  /** Nodes of all coordinates. */
  readonly counts: readonly number[]
}

/**
 * A density over R^d on a product Gauss-Hermite grid. Weights are normalised; points of no weight are left out, as the
 * corners of a product rule are (Jaeckel 2005).
 */
export interface Grid {
  readonly dimension: number
  readonly counts: readonly number[]
  /** Points kept: the k-th stands at points[k * d + j], its place in the product, the last coordinate fastest, in index[k]. */
  readonly count: number
  readonly points: Float64Array
  readonly index: Int32Array
  readonly weights: Float64Array
  /** Log of the integral of exp(log density). */
  readonly logIntegral: number
  readonly mean: Float64Array
  readonly covariance: Float64Array
  /** Largest share of the total that lies on the first or last node of any coordinate. */
  readonly edgeWeight: number
  /** P(x_j <= t). */
  readonly cdf: (j: number, t: number) => number
}

/** Weight of the rule, against the normal density, below which a point is not looked at: its density is the middle's e^-25. */
const leastLogWeight = -25

/** Sums of weights that are worth keeping. */
const leastShare = 1e-12

/** The density on the grid; null where a covariance is not positive definite or no point has a density. */
export function densityGrid(logDensity: (x: Float64Array) => number, place: GridPlace): Grid | null {
  const { center, covariance, widening, tail, counts } = place
  const d = counts.length
  const s = center.length
  const head = covariance.slice()
  if (!cholesky(head, s)) return null
  const rules = counts.map((count) => gaussHermite(count))
  const size = (of: readonly number[]): number => of.reduce((product, count) => product * count, 1)
  const perHead = size(counts.slice(s))
  const points: number[] = []
  const scales: number[] = []
  const index: number[] = []
  const logs: number[] = []
  const x = new Float64Array(d)
  const z = new Float64Array(d)
  let below: Placement | null = null
  let high = Number.NEGATIVE_INFINITY
  for (let at = 0; at < size(counts); at++) {
    let log = 0
    for (let j = d - 1, rest = at; j >= 0; j--) {
      const { nodes, logWeights } = rules[j]
      const node = rest % counts[j]
      rest = (rest - node) / counts[j]
      z[j] = nodes[node]
      log += logWeights[node]
    }
    if (at % perHead === 0) {
      for (let i = 0; i < s; i++) {
        x[i] = center[i]
        for (let j = 0; j <= i; j++) x[i] += head[i * s + j] * widening[j] * z[j]
      }
      below = tail(x.subarray(0, s))
    }
    if (log < leastLogWeight || !below) continue
    for (let j = 0; j < d; j++) log += 0.5 * z[j] * z[j] + Math.log(widening[j])
    const t = d - s
    for (let i = 0; i < t; i++) {
      x[s + i] = below.center[i]
      for (let j = 0; j <= i; j++) x[s + i] += below.L[i * t + j] * widening[s + j] * z[s + j]
      log += Math.log(below.L[i * (t + 1)])
    }
    log += logDensity(x)
    if (!(log > Number.NEGATIVE_INFINITY && log < Number.POSITIVE_INFINITY)) continue
    high = Math.max(high, log)
    index.push(at)
    logs.push(log)
    for (let i = 0; i < d; i++) {
      points.push(x[i])
      scales.push(widening[i] * (i < s ? head[i * (s + 1)] : below.L[(i - s) * (t + 1)]))
    }
  }
  if (high === Number.NEGATIVE_INFINITY) return null
  let sum = 0
  const weights = Float64Array.from(logs, (log) => {
    const weight = Math.exp(log - high)
    sum += weight
    return weight
  })
  for (let k = 0; k < weights.length; k++) weights[k] /= sum
  let logIntegral = high + Math.log(sum) + 0.5 * d * Math.log(2 * Math.PI)
  for (let j = 0; j < s; j++) logIntegral += Math.log(head[j * (s + 1)])
  const grid = {
    dimension: d,
    counts,
    count: weights.length,
    points: Float64Array.from(points),
    index: Int32Array.from(index),
    weights,
  }
  return {
    ...grid,
    logIntegral,
    ...gridMoments(grid),
    edgeWeight: edgeWeight(grid),
    cdf: gridCdf(grid, Float64Array.from(scales)),
  }
}

type Points = Pick<Grid, 'dimension' | 'counts' | 'count' | 'points' | 'index' | 'weights'>

function gridMoments({ dimension: d, count, points, weights }: Points): Pick<Grid, 'mean' | 'covariance'> {
  const mean = new Float64Array(d)
  const covariance = new Float64Array(d * d)
  for (let k = 0; k < count; k++) for (let j = 0; j < d; j++) mean[j] += weights[k] * points[k * d + j]
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < d; i++) {
      const away = weights[k] * (points[k * d + i] - mean[i])
      for (let j = 0; j < d; j++) covariance[i * d + j] += away * (points[k * d + j] - mean[j])
    }
  }
  return { mean, covariance }
}

/** The node of coordinate j at a place of the product. */
function nodeAt(place: number, counts: readonly number[], j: number): number {
  let rest = place
  for (let i = counts.length - 1; i > j; i--) rest = Math.floor(rest / counts[i])
  return rest % counts[j]
}

function edgeWeight({ counts, count, index, weights }: Points): number {
  let largest = 0
  for (let j = 0; j < counts.length; j++) {
    const ends = [0, 0]
    for (let k = 0; k < count; k++) {
      const node = nodeAt(index[k], counts, j)
      if (node === 0) ends[0] += weights[k]
      if (node === counts[j] - 1) ends[1] += weights[k]
    }
    largest = Math.max(largest, ...ends)
  }
  return largest
}

/**
 * P(x_j <= t) from the grid. x_j depends on z_1 ... z_j alone: at each combination of z_1 ... z_(j - 1) it is a line, of
 * `scales` a unit of z_j. The weights of the nodes of z_j, summed over those after it, tell the density there at so many
 * nodes; see lineCdf.
 */
function gridCdf(grid: Points, scales: Float64Array): Grid['cdf'] {
  const { dimension: d, counts, count, points, index, weights } = grid
  const lines = counts.map((order, j) => {
    const found = new Map<number, { readonly shift: number; readonly scale: number; readonly mass: Float64Array }>()
    let after = 1
    for (let i = j + 1; i < d; i++) after *= counts[i]
    for (let k = 0; k < count; k++) {
      const own = Math.floor(index[k] / after)
      const before = Math.floor(own / order)
      let line = found.get(before)
      if (!line) {
        const scale = scales[k * d + j]
        const shift = points[k * d + j] - scale * gaussHermite(order).nodes[own % order]
        line = { shift, scale, mass: new Float64Array(order) }
        found.set(before, line)
      }
      line.mass[own % order] += weights[k]
    }
    const { nodes, logWeights } = gaussHermite(order)
    return [...found.values()].flatMap(({ shift, scale, mass }) => {
      const total = mass.reduce((a, b) => a + b, 0)
      if (total < leastShare) return []
      const kept = [...nodes.keys()].filter((k) => mass[k] > leastShare * leastShare * total)
      const ratios = kept.map((k) => Math.log(mass[k]) - logWeights[k])
      return [
        {
          shift,
          scale,
          cdf: lineCdf(
            Array.from(kept, (k) => nodes[k]),
            ratios,
            total,
          ),
        },
      ]
    })
  })
  return (j, t) => {
    let sum = 0
    for (const { shift, scale, cdf } of lines[j]) sum += cdf((t - shift) / scale)
    return sum
  }
}

/** Orthonormal Hermite polynomials h_0 ... h_(order - 1) at the nodes: [n * nodes + k]. */
export function hermiteAt(nodes: Float64Array, order: number): Float64Array {
  const count = nodes.length
  const h = new Float64Array(order * count)
  for (let k = 0; k < count; k++) {
    h[k] = 1
    if (order > 1) h[count + k] = nodes[k]
    for (let n = 2; n < order; n++) {
      h[n * count + k] = (nodes[k] * h[(n - 1) * count + k] - Math.sqrt(n - 1) * h[(n - 2) * count + k]) / Math.sqrt(n)
    }
  }
  return h
}

/** Integral up to z of phi times the sum of c_n h_n. */
export function hermiteCdf(z: number, c: Float64Array): number {
  let before = 0
  let h = 1
  let sum = 0
  for (let n = 1; n < c.length; n++) {
    sum += (c[n] * h) / Math.sqrt(n)
    const next = (z * h - Math.sqrt(n - 1) * before) / Math.sqrt(n)
    before = h
    h = next
  }
  return c[0] * normalCdf(z) - (sum * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI)
}

/** The t with cdf(t) = p, for a distribution function that rises around mean and sd. */
export function quantileOf(cdf: (t: number) => number, p: number, mean: number, sd: number): number {
  let low = mean - 8 * sd
  let high = mean + 8 * sd
  let lowValue = cdf(low) - p
  let highValue = cdf(high) - p
  if (!(lowValue < 0 && highValue > 0)) return Number.NaN
  // Regula falsi with halving of the end that stays (Illinois).
  let side = 0
  for (let step = 0; step < 100 && high - low > 1e-9 * sd; step++) {
    let t = (low * highValue - high * lowValue) / (highValue - lowValue)
    if (!(t > low && t < high)) t = 0.5 * (low + high)
    const value = cdf(t) - p
    if (Math.abs(value) < 1e-12) return t
    if (value < 0) {
      low = t
      lowValue = value
      if (side === -1) highValue /= 2
      side = -1
    } else {
      high = t
      highValue = value
      if (side === 1) lowValue /= 2
      side = 1
    }
  }
  return 0.5 * (low + high)
}
