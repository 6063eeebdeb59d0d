/** Variance (divisor m - 1) of the means of m chains: B / n of Vehtari et al. (2021), eq. 1. Zero for one chain. */
export function varianceOfMeans(chains: readonly Float64Array[]): number {
  const m = chains.length
  if (m < 2) return 0
  const means = chains.map(meanOf)
  const mean = means.reduce((sum, x) => sum + x, 0) / m
  return means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (m - 1)
}

/** Arithmetic mean of one chain. */
export function meanOf(chain: Float64Array): number {
  let sum = 0
  for (let i = 0; i < chain.length; i++) sum += chain[i]
  return sum / chain.length
}
