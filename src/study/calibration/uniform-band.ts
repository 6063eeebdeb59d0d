import { logGamma } from '../../numerics/special.js'

/**
 * Bounds that the numbers of ranks below z_1 < ... < z_K keep to, all of them at once, with a given probability where
 * the ranks of N replicates are uniform.
 */
export interface UniformBand {
  /** Probability outside of the interval at each point by itself. */
  readonly gamma: number
  readonly lower: Int32Array
  readonly upper: Int32Array
}

/** Binomial probabilities of k of n, n up to `most`, from a table of log factorials. */
function binomial(most: number): (n: number, k: number, logP: number, logQ: number) => number {
  const factorial = Float64Array.from({ length: most + 1 }, (_, n) => logGamma(n + 1))
  return (n, k, logP, logQ) =>
    Math.exp(factorial[n] - factorial[k] - factorial[n - k] + (k === 0 ? 0 : k * logP) + (k === n ? 0 : (n - k) * logQ))
}

/** Equal steps: z_i = i / (K + 1), i = 1 ... K. */
const pointsOf = (K: number): Float64Array => Float64Array.from({ length: K }, (_, i) => (i + 1) / (K + 1))

/** Intervals that a binomial(N, z) number leaves on either side with probability at most gamma / 2. */
function intervals(N: number, K: number, gamma: number, pmf: ReturnType<typeof binomial>): UniformBand {
  const lower = new Int32Array(K)
  const upper = new Int32Array(K)
  pointsOf(K).forEach((z, i) => {
    const [p, q] = [Math.log(z), Math.log1p(-z)]
    let below = 0
    let k = 0
    for (; below + pmf(N, k, p, q) <= gamma / 2; k++) below += pmf(N, k, p, q)
    lower[i] = k
    let above = 0
    for (k = N; above + pmf(N, k, p, q) <= gamma / 2; k--) above += pmf(N, k, p, q)
    upper[i] = k
  })
  return { gamma, lower, upper }
}

/**
 * Probability that the counts of N uniform ranks stay within a band, by passing the distribution of the count from one
 * point to the next (Saeilynoja, Buerkner and Vehtari 2022, "Graphical test for discrete uniformity and its applications
 * in goodness-of-fit evaluation and multiple sample comparison", Statistics and Computing 32, section 2.2).
 */
function coverage(N: number, { lower, upper }: UniformBand, pmf: ReturnType<typeof binomial>): number {
  const K = lower.length
  let held = Float64Array.of(1)
  let from = 0
  for (let i = 0; i < K; i++) {
    const step = 1 / (K + 1 - i)
    const [p, q] = [Math.log(step), Math.log1p(-step)]
    const next = new Float64Array(Math.max(0, upper[i] - lower[i] + 1))
    held.forEach((mass, at) => {
      const before = from + at
      for (let k = Math.max(before, lower[i]); k <= upper[i]; k++)
        next[k - lower[i]] += mass * pmf(N - before, k - before, p, q)
    })
    held = next
    from = lower[i]
  }
  return held.reduce((sum, mass) => sum + mass, 0)
}

/** The narrowest band that holds the counts at K equal steps of N uniform ranks together with at least this probability. */
export function uniformBand(N: number, K: number, probability: number): UniformBand {
  const pmf = binomial(N)
  let [low, high] = [(1 - probability) / K / 10, 1 - probability]
  for (let round = 0; round < 20; round++) {
    const middle = Math.sqrt(low * high)
    if (coverage(N, intervals(N, K, middle, pmf), pmf) >= probability) low = middle
    else high = middle
  }
  return intervals(N, K, low, pmf)
}

/**
 * Probability that the counts of N uniform ranks stray at some point as far as these do at theirs, distance being the
 * smaller tail probability: the p-value of the test that the band is the picture of.
 */
export function uniformityP(counts: ArrayLike<number>, N: number): number {
  const K = counts.length
  const pmf = binomial(N)
  let least = 1
  pointsOf(K).forEach((z, i) => {
    const [p, q] = [Math.log(z), Math.log1p(-z)]
    let below = 0
    for (let k = 0; k <= counts[i]; k++) below += pmf(N, k, p, q)
    const above = 1 - below + pmf(N, counts[i], p, q)
    least = Math.min(least, below, above)
  })
  if (least >= 0.5) return 1
  // Counts whose tail is above `least`: the band just narrower than what was seen.
  const narrow = intervals(N, K, Math.max(0, 2 * least * (1 + 1e-9)), pmf)
  // A sum of so many terms is good to about twelve digits.
  return Math.min(1, Math.max(1e-12, 1 - coverage(N, narrow, pmf)))
}
