import { gammaQuantile, normalCdf, normalQuantile, studentQuantile, studentTwoSided } from './special.js'
import { rootOfTail } from './studentised-range.js'

/** A probability by quasi-Monte Carlo, with the standard error over the rule's random shifts. */
export interface EstimatedProbability {
  readonly value: number
  readonly error: number
}

/** The largest |T| of correlated t variates (a multivariate t of Dunnett's kind: one common chi in the denominator). */
export interface LargestOfT {
  /** P(max |T_i| > t). */
  readonly upper: (t: number) => EstimatedProbability
  /** The t with P(max |T_i| > t) = p. */
  readonly quantile: (p: number) => number
}

const shifts = 10
const points = 2048
/** Below this bound of Bonferroni's the probability is summed over what exceeds, for the sake of its relative error. */
const rare = 0.02

/**
 * The distribution of max |T_i|, T_i = Z_i / s, Z normal with the m x m `correlation` (row after row, singular ones too, as of all
 * pairwise differences), s^2 an independent chi-square over `df` degrees of freedom (Infinity: normal). By Genz's
 * separation of variables over a lattice of Richtmyer's, shifted at random (Genz and Bretz 2009, sections 4.1.1, 4.2 and 5.2); small
 * probabilities by P = sum_i P(A_i) E[1 / N | A_i], N the number of |T_i| beyond t (Naiman and Wynn 1997). The points are
 * fixed for one result, so that `upper` falls without noise. `uniform` gives their shifts.
 *
 * @example largestOfT(Float64Array.of(1, 0.5, 0.5, 1), 20, rng.uniform).quantile(0.05)
 */
export function largestOfT(correlation: Float64Array, df: number, uniform: () => number): LargestOfT {
  const m = Math.round(Math.sqrt(correlation.length))
  const factor = pivotedFactor(correlation, m)
  const { rank, rows, starts, l } = factor
  // The normal variates, and two for s and for the T_i that is beyond.
  const dimension = rank + 2
  const sample = foldedLattice(dimension, uniform)
  const z = new Float64Array(rank)
  let u = sample.subarray(0, dimension)
  const chiScale = (at: number, degrees: number): number =>
    df === Number.POSITIVE_INFINITY ? 1 : Math.sqrt(2 * gammaQuantile(at, degrees / 2))
  // Of all points once: a quantile asks for them again and again.
  const count = shifts * points
  const scales = Float64Array.from(
    { length: count },
    (_, k) => chiScale(sample[k * dimension + rank], df) / Math.sqrt(finite(df)),
  )
  let wider: Float64Array | null = null

  /** P(all |T_i| <= t) given the point. */
  const inside = (at: number, t: number): number => {
    u = sample.subarray(at * dimension, (at + 1) * dimension)
    const limit = t * scales[at]
    let product = 1
    for (let j = 0; j < rank; j++) {
      // All rows whose last coordinate is j bound z_j.
      let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      for (let at = starts[j]; at < starts[j + 1]; at++) {
        const first = rows[at] * rank
        let sum = 0
        for (let k = 0; k < j; k++) sum += l[first + k] * z[k]
        const by = l[first + j]
        const [a, b] = by > 0 ? [(-limit - sum) / by, (limit - sum) / by] : [(limit - sum) / by, (-limit - sum) / by]
        if (a > low) low = a
        if (b < high) high = b
      }
      if (!(high > low)) return 0
      // From the side where the normal tail is the smaller number.
      const mirrored = low > 0
      const [from, to] = mirrored ? [normalCdf(-high), normalCdf(-low)] : [normalCdf(low), normalCdf(high)]
      product *= to - from
      const drawn = normalQuantile(within(from + u[j] * (to - from)))
      z[j] = mirrored ? -drawn : drawn
    }
    return product
  }

  /** 1 / N at the point, given that |T_i| is beyond t, of which alone the probability is `alone`. */
  const share = (at: number, i: number, t: number, alone: number): number => {
    u = sample.subarray(at * dimension, (at + 1) * dimension)
    wider ??= Float64Array.from({ length: count }, (_, k) => chiScale(sample[k * dimension + rank + 1], df + 1))
    const ti = -studentQuantile((alone * u[rank]) / 2, df)
    // Given T_i, s^2 (df + T_i^2) is a chi-square with df + 1 degrees of freedom.
    const s = df === Number.POSITIVE_INFINITY ? 1 : wider[at] / Math.sqrt(df + ti * ti)
    // A standard normal vector, its part along row i of L replaced by Z_i.
    let along = 0
    for (let k = 0; k < rank; k++) {
      z[k] = normalQuantile(u[k])
      along += z[k] * l[i * rank + k]
    }
    const by = ti * s - along
    let beyond = 0
    for (let row = 0; row < m; row++) {
      let value = 0
      for (let k = 0; k < rank; k++) value += l[row * rank + k] * (z[k] + by * l[i * rank + k])
      if (row === i || Math.abs(value) > t * s) beyond++
    }
    return 1 / beyond
  }

  const upper = (t: number): EstimatedProbability => {
    if (!(t > 0)) return { value: 1, error: 0 }
    const alone = studentTwoSided(t, df)
    if (m === 1) return { value: alone, error: 0 }
    if (m * alone >= rare) return over((at) => 1 - inside(at, t), points)
    const exceeding = (at: number): number => {
      let sum = 0
      for (let i = 0; i < m; i++) sum += share(at, i, t, alone)
      return alone * sum
    }
    return over(exceeding, Math.max(256, Math.ceil(points / m)))
  }
  /** |T| beyond which one variate is with the probability p. */
  const alone = (p: number): number => -studentQuantile(p / 2, df)
  return {
    upper,
    quantile: (p) => (m === 1 ? alone(p) : rootOfTail((t) => upper(t).value, p, alone(p), alone(p / m), 1e-7)),
  }
}

const finite = (df: number): number => (df === Number.POSITIVE_INFINITY ? 1 : df)

/** Mean over the first `count` points of each shift, and its standard error over the shifts. */
function over(f: (at: number) => number, count: number): EstimatedProbability {
  let [mean, squares] = [0, 0]
  for (let r = 0; r < shifts; r++) {
    let sum = 0
    for (let k = 0; k < count; k++) sum += f(r * points + k)
    const move = sum / count - mean
    mean += move / (r + 1)
    squares += move * (sum / count - mean)
  }
  return { value: mean, error: Math.sqrt(squares / (shifts * (shifts - 1))) }
}

const within = (p: number): number => Math.min(1 - 2 ** -53, Math.max(1e-300, p))

/** Shifts x points x dimension, in (0, 1): Richtmyer's lattice, shifted and folded by the baker's transformation. */
function foldedLattice(dimension: number, uniform: () => number): Float64Array {
  const primes: number[] = []
  for (let k = 2; primes.length < dimension; k++) if (primes.every((prime) => k % prime !== 0)) primes.push(k)
  const out = new Float64Array(shifts * points * dimension)
  for (let r = 0, at = 0; r < shifts; r++) {
    const shift = primes.map(uniform)
    for (let k = 0; k < points; k++)
      for (let d = 0; d < dimension; d++, at++) {
        const x = (k + 1) * Math.sqrt(primes[d]) + shift[d]
        out[at] = within(Math.abs(2 * (x - Math.floor(x)) - 1))
      }
  }
  return out
}

interface PivotedFactor {
  readonly rank: number
  /** m x rank with C = L L'. */
  readonly l: Float64Array
  /** The rows by their last element that is not zero: those of column j are rows[starts[j]] to rows[starts[j + 1] - 1]. */
  readonly rows: Int32Array
  readonly starts: Int32Array
}

/** Cholesky's factor of a correlation matrix of any rank, the largest remaining variance first. */
function pivotedFactor(correlation: Float64Array, m: number): PivotedFactor {
  const tolerance = 1e-10
  const columns: Float64Array[] = []
  const left = Float64Array.from({ length: m }, (_, i) => correlation[i * m + i])
  const taken = new Uint8Array(m)
  for (;;) {
    let pivot = -1
    for (let i = 0; i < m; i++) if (!taken[i] && left[i] > tolerance && (pivot < 0 || left[i] > left[pivot])) pivot = i
    if (pivot < 0) break
    taken[pivot] = 1
    const root = Math.sqrt(left[pivot])
    const column = new Float64Array(m)
    for (let i = 0; i < m; i++) {
      let sum = correlation[i * m + pivot]
      for (const before of columns) sum -= before[i] * before[pivot]
      column[i] = i === pivot ? root : taken[i] ? 0 : sum / root
      left[i] -= column[i] ** 2
    }
    columns.push(column)
  }
  const rank = columns.length
  const l = new Float64Array(m * rank)
  const last = new Int32Array(m)
  for (let i = 0; i < m; i++)
    for (let k = 0; k < rank; k++) {
      l[i * rank + k] = columns[k][i]
      if (Math.abs(columns[k][i]) > 1e-8) last[i] = k
    }
  const rows = Int32Array.from({ length: m }, (_, i) => i).sort((a, b) => last[a] - last[b] || a - b)
  const starts = new Int32Array(rank + 1)
  for (let i = 0; i < m; i++) starts[last[i] + 1]++
  for (let j = 0; j < rank; j++) starts[j + 1] += starts[j]
  return { rank, l, rows, starts }
}
