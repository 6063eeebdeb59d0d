import { gaussHermite } from '../../src/numerics/gauss-hermite.js'
import { normalCdf } from '../../src/numerics/special.js'

/** A density along a line, integrated: P(z <= t), times the mass. */
export type LineCdf = (t: number) => number

/** Cells in which a density known at the nodes of a Gauss-Hermite rule is integrated. */
const ruleCells = 64
/** How far the density goes on, at least, and the most that its logarithm may leave that of the normal one beyond the outer nodes. */
const farthest = 6
const beyond = 1.5
const most = 3

/** Where the cells of a rule begin, how wide they are, and the polynomials of its nodes at their ends: [cell * order + node]. */
interface RuleTable {
  readonly from: number
  readonly width: number
  readonly at: Float64Array
}

const tables = new Map<string, RuleTable>()

/** The Lagrange polynomials through the kept nodes, in barycentric form (Berrut and Trefethen 2004). */
function ruleTable(order: number, kept: readonly number[]): RuleTable {
  const key = `${order}:${kept.join()}`
  const known = tables.get(key)
  if (known) return known
  const { nodes } = gaussHermite(order)
  const z = kept.map((k) => nodes[k])
  const n = z.length
  // Halved differences keep the products within range.
  const barycentric = z.map((one, k) => z.reduce((p, other, j) => (j === k ? p : p / ((one - other) / 2)), 1))
  const from = Math.min(z[0] - beyond, -farthest)
  const width = (Math.max(z[n - 1] + beyond, farthest) - from) / ruleCells
  const at = new Float64Array((ruleCells + 1) * n)
  for (let i = 0; i <= ruleCells; i++) {
    const t = from + width * i
    const on = z.findIndex((one) => Math.abs(t - one) < 1e-12)
    let sum = 0
    for (let k = 0; k < n; k++) {
      const weight = on >= 0 ? Number(k === on) : barycentric[k] / (t - z[k])
      at[i * n + k] = weight
      sum += weight
    }
    for (let k = 0; k < n; k++) at[i * n + k] /= sum
  }
  const made = { from, width, at }
  tables.set(key, made)
  return made
}

/**
 * The distribution function of a density known at nodes of a Gauss-Hermite rule, the standard normal density times exp
 * of a smooth function: the logarithm of the ratio is interpolated by the polynomial through all nodes, which takes far
 * fewer of them than an expansion of the ratio itself. `kept` says which nodes, ascending; logRatios has one for each.
 */
export function ruleCdf(order: number, kept: readonly number[], logRatios: Float64Array, mass: number): LineCdf {
  const { nodes } = gaussHermite(order)
  const n = kept.length
  const [first, last] = [nodes[kept[0]], nodes[kept[n - 1]]]
  if (order === 1) return (z) => mass * normalCdf(z)
  if (n < 2) return (t) => (t >= first ? mass : 0)
  const { from, width, at } = ruleTable(order, kept)
  const high = logRatios.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const density = new Float64Array(ruleCells + 1)
  for (let i = 0; i <= ruleCells; i++) {
    const z = from + width * i
    let ratio = 0
    for (let k = 0; k < n; k++) ratio += at[i * n + k] * logRatios[k]
    if (z < first) ratio = Math.min(Math.max(ratio, logRatios[0] - most), logRatios[0] + most)
    if (z > last) ratio = Math.min(Math.max(ratio, logRatios[n - 1] - most), logRatios[n - 1] + most)
    density[i] = Math.exp(ratio - high - 0.5 * z * z)
  }
  return tabulatedCdf(density, from, width, mass)
}

/** Nodes that each local polynomial goes through, and cells a step of the lattice. */
const local = 8
const stepCells = 8

/**
 * The distribution function of a density whose logarithm is known at equally spaced points, start + step k: interpolated
 * by polynomials through the nearest points, and continued straight for a step beyond the ends.
 */
export function latticeCdf(start: number, step: number, logs: Float64Array, mass: number): LineCdf {
  const n = logs.length
  if (n < 3) return (t) => (t >= start + (step * (n - 1)) / 2 ? mass : 0)
  const high = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const width = Math.min(local, n)
  const cells = (n + 1) * stepCells
  const density = Float64Array.from({ length: cells + 1 }, (_, i) => {
    const t = i / stepCells - 1
    if (t < 0) return Math.exp(logs[0] + t * Math.max(logs[1] - logs[0], 0) - high)
    if (t > n - 1) return Math.exp(logs[n - 1] - (t - n + 1) * Math.max(logs[n - 2] - logs[n - 1], 0) - high)
    const first = Math.min(Math.max(Math.floor(t) - width / 2 + 1, 0), n - width) | 0
    let value = 0
    for (let k = 0; k < width; k++) {
      let weight = logs[first + k]
      for (let j = 0; j < width; j++) if (j !== k) weight *= (t - first - j) / (k - j)
      value += weight
    }
    return Math.exp(value - high)
  })
  return tabulatedCdf(density, start - step, step / stepCells, mass)
}

/** The integral of a density known at the ends of equal cells: corrected trapezoid rule, cubic Hermite within a cell. */
function tabulatedCdf(density: Float64Array, from: number, width: number, mass: number): LineCdf {
  const cells = density.length - 1
  const slope = (i: number): number => {
    if (i === 0 || i === cells) return 0
    if (i === 1 || i === cells - 1) return (density[i + 1] - density[i - 1]) / 2
    return (8 * (density[i + 1] - density[i - 1]) - (density[i + 2] - density[i - 2])) / 12
  }
  const below = new Float64Array(cells + 1)
  for (let i = 0, now = 0; i < cells; i++) {
    const next = slope(i + 1)
    below[i + 1] = below[i] + (density[i] + density[i + 1]) / 2 + (now - next) / 12
    now = next
  }
  const scale = mass / below[cells]
  return (t) => {
    const place = (t - from) / width
    if (!(place > 0)) return 0
    if (place >= cells) return mass
    const i = Math.floor(place)
    const s = place - i
    const rise = below[i + 1] - below[i]
    const [a, b] = [density[i], density[i + 1]]
    return scale * (below[i] + s * (a + s * (3 * rise - 2 * a - b + s * (a + b - 2 * rise))))
  }
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
  for (let step = 0; step < 100 && high - low > 1e-8 * sd; step++) {
    let t = (low * highValue - high * lowValue) / (highValue - lowValue)
    if (!(t > low && t < high)) t = 0.5 * (low + high)
    const value = cdf(t) - p
    if (Math.abs(value) < 1e-10) return t
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
