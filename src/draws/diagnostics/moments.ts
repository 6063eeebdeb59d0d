/** Mean, second and fourth central moments (divided by the number of draws), and the SD (divided by one less). */
export interface Moments {
  readonly mean: number
  readonly variance: number
  readonly fourth: number
  readonly sd: number
}

/** Moments over all draws of all chains, in two passes so that a large mean costs no digits. */
export function moments(chains: readonly Float64Array[]): Moments {
  let count = 0
  let sum = 0
  for (const chain of chains) {
    count += chain.length
    for (let i = 0; i < chain.length; i++) sum += chain[i]
  }
  const rough = sum / count
  // Residual of the rounded mean; for a constant it makes the mean exact.
  let rest = 0
  for (const chain of chains) for (let i = 0; i < chain.length; i++) rest += chain[i] - rough
  const mean = rough + rest / count
  let second = 0
  let fourth = 0
  for (const chain of chains) {
    for (let i = 0; i < chain.length; i++) {
      const square = (chain[i] - mean) ** 2
      second += square
      fourth += square * square
    }
  }
  return { mean, variance: second / count, fourth: fourth / count, sd: Math.sqrt(second / (count - 1)) }
}
