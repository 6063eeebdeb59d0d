import { gaussHermite } from '../../src/numerics/gauss-hermite.js'
import { type HyperLattice, type Hyperpoint, stretched, unstretched } from './hyperparameter-lattice.js'
import { type LineCdf, latticeCdf, ruleCdf } from './quadrature-line.js'

/**
 * A density over R^d: a lattice of its first coordinates, the scales, and at each point of it a Gauss-Hermite rule over
 * the others. Weights are normalised.
 */
export interface Grid {
  readonly dimension: number
  readonly count: number
  /** The k-th point stands at points[k * d + j]. */
  readonly points: Float64Array
  readonly weights: Float64Array
  /** Log of the integral of exp(log density). */
  readonly logIntegral: number
  readonly mean: Float64Array
  readonly sd: Float64Array
  /** Nodes of each coordinate. */
  readonly counts: readonly number[]
  /** Largest share of the total that lies on the first or last node of any coordinate. */
  readonly edgeWeight: number
  /** P(x_j <= t). */
  readonly cdf: (j: number, t: number) => number
}

/** Sums of weights that are worth keeping. */
const leastShare = 1e-9

/** The grid over all coordinates: the points of each rule at each point of the lattice; null where there are none. */
export function gridOf(lattice: HyperLattice): Grid | null {
  const { hyperpoints, step, L } = lattice
  if (hyperpoints.length === 0) return null
  const s = hyperpoints[0].x.length
  const t = hyperpoints[0].rule.mean.length
  const d = s + t
  const logs = Float64Array.from(hyperpoints, logMass)
  const high = logs.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const headWeights = logs.map((log) => Math.exp(log - high))
  const sum = headWeights.reduce((a, b) => a + b, 0)
  let logIntegral = high + Math.log(sum) + s * Math.log(step)
  for (let j = 0; j < s; j++) logIntegral += Math.log(L[j * (s + 1)])
  const count = hyperpoints.reduce((total, { rule }) => total + rule.count, 0)
  const points = new Float64Array(count * d)
  const weights = new Float64Array(count)
  let at = 0
  hyperpoints.forEach(({ x, rule }, h) => {
    headWeights[h] /= sum
    for (let k = 0; k < rule.count; k++, at++) {
      points.set(x, at * d)
      for (let j = 0; j < t; j++) points[at * d + s + j] = rule.points[k * t + j]
      weights[at] = headWeights[h] * rule.shares[k]
    }
  })
  const mean = new Float64Array(d)
  const sd = new Float64Array(d)
  for (let k = 0; k < count; k++) for (let j = 0; j < d; j++) mean[j] += weights[k] * points[k * d + j]
  for (let k = 0; k < count; k++) {
    for (let j = 0; j < d; j++) sd[j] += weights[k] * (points[k * d + j] - mean[j]) ** 2
  }
  for (let j = 0; j < d; j++) sd[j] = Math.sqrt(sd[j])
  const nodes = Array.from({ length: s }, (_, j) => new Set(hyperpoints.map(({ node }) => node[j])).size)
  const order = hyperpoints.reduce((most, { rule }) => Math.max(most, rule.order), 0)
  const lines: LineCdf[][] = []
  return {
    dimension: d,
    count,
    points,
    weights,
    logIntegral,
    mean,
    sd,
    counts: [...nodes, ...new Array<number>(t).fill(order)],
    edgeWeight: edgeWeight(lattice, headWeights, s, t),
    cdf: (j, x) => {
      lines[j] ??= j < s ? headLines(lattice, headWeights, j, s) : fixedEffectsLines(lattice, headWeights, j - s, t)
      let below = 0
      for (const line of lines[j]) below += line(x)
      return below
    },
  }
}

function edgeWeight({ hyperpoints }: HyperLattice, weights: Float64Array, s: number, t: number): number {
  let largest = 0
  for (let j = 0; j < s; j++) {
    const places = hyperpoints.map(({ node }) => node[j])
    for (const end of [Math.min(...places), Math.max(...places)]) {
      largest = Math.max(
        largest,
        weights.reduce((sum, weight, h) => (places[h] === end ? sum + weight : sum), 0),
      )
    }
  }
  for (let j = 0; j < t; j++) {
    const ends = [0, 0]
    hyperpoints.forEach(({ rule }, h) => {
      if (rule.order === 1) return
      const after = rule.order ** (t - 1 - j)
      for (let k = 0; k < rule.count; k++) {
        const node = Math.floor(rule.index[k] / after) % rule.order
        if (node === 0) ends[0] += weights[h] * rule.shares[k]
        if (node === rule.order - 1) ends[1] += weights[h] * rule.shares[k]
      }
    })
    largest = Math.max(largest, ...ends)
  }
  return largest
}

/**
 * Coordinate j of the hyperparameters depends on w_1 ... w_j alone: at each combination of w_1 ... w_(j - 1) it is a line of equal
 * steps in w_j, and the weights, summed over the coordinates after it, are its density there.
 */
function headLines(lattice: HyperLattice, weights: Float64Array, j: number, s: number): LineCdf[] {
  const { hyperpoints, step, stride, L } = lattice
  const [all, spacing] = j === s - 1 ? [lattice.lines, lattice.spacing] : [hyperpoints, 1]
  const unit = L[j * (s + 1)]
  const found = new Map<string, Line>()
  const lineOf = ({ node, x }: Hyperpoint): Line => {
    const key = node.slice(0, j).join()
    const line = found.get(key) ?? {
      at: new Map<number, number>(),
      origin: x[j] - unit * stretched((step * node[j]) / stride),
      total: 0,
    }
    found.set(key, line)
    return line
  }
  hyperpoints.forEach((hyperpoint, h) => {
    lineOf(hyperpoint).total += weights[h]
  })
  const high = all.reduce((a, b) => Math.max(a, logMass(b)), Number.NEGATIVE_INFINITY)
  for (const hyperpoint of all) {
    const { at } = lineOf(hyperpoint)
    const place = hyperpoint.node[j] / stride
    at.set(place, (at.get(place) ?? 0) + Math.exp(logMass(hyperpoint) - high))
  }
  return [...found.values()].flatMap(({ at, origin, total }) => {
    if (total < leastShare) return []
    // The run of places around the heaviest; what lies beyond a gap weighs nothing.
    const peak = [...at].reduce((a, b) => (b[1] > a[1] ? b : a))[0]
    let [first, last] = [peak, peak]
    while ((at.get(first - spacing) ?? 0) > 0) first -= spacing
    while ((at.get(last + spacing) ?? 0) > 0) last += spacing
    const logs = Float64Array.from({ length: (last - first) / spacing + 1 }, (_, k) =>
      Math.log(at.get(first + spacing * k)!),
    )
    const cdf = latticeCdf(step * first, step * spacing, logs, total)
    return [(x: number) => cdf(unstretched((x - origin) / unit))]
  })
}

interface Line {
  /** Mass at each place, in a unit of its own. */
  readonly at: Map<number, number>
  readonly origin: number
  /** Share of the whole. */
  total: number
}

const logMass = ({ rule, logStretch }: Hyperpoint): number => rule.logIntegral + logStretch

/** The same for the fixed effects, given the hyperparameters: the sums of weights give the density at the nodes of a rule. */
function fixedEffectsLines({ hyperpoints }: HyperLattice, weights: Float64Array, j: number, t: number): LineCdf[] {
  const z = new Float64Array(t)
  return hyperpoints.flatMap(({ rule }, h) => {
    const { order, count, index, shares, map } = rule
    if (weights[h] < leastShare) return []
    const after = order ** (t - 1 - j)
    const before = order ** j
    const { nodes, logWeights } = gaussHermite(order)
    const mass = new Float64Array(before * order)
    for (let k = 0; k < count; k++) mass[Math.floor(index[k] / after)] += weights[h] * shares[k]
    const lines: LineCdf[] = []
    for (let line = 0; line < before; line++) {
      const own = mass.subarray(line * order, (line + 1) * order)
      const total = own.reduce((a, b) => a + b, 0)
      if (total < leastShare) continue
      const kept: number[] = []
      for (let k = 0; k < order; k++) if (own[k] > 0) kept.push(k)
      const ratios = Float64Array.from(kept, (k) => Math.log(own[k]) - logWeights[k])
      const cdf = ruleCdf(order, kept, ratios, total)
      for (let i = j - 1, rest = line; i >= 0; i--) {
        z[i] = nodes[rest % order]
        rest = Math.floor(rest / order)
      }
      const place = map.along(j, z)
      lines.push((x) => cdf(place(x)))
    }
    return lines
  })
}
