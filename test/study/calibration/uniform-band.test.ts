import { describe, expect, it } from 'vitest'
import { stream } from '../../../src/random/stream.js'
import { uniformBand, uniformityP } from '../../../src/study/calibration/uniform-band.js'

/** Counts of N uniform numbers below i / (K + 1). */
function countsOf(N: number, K: number, uniform: () => number): Int32Array {
  const counts = new Int32Array(K)
  for (let r = 0; r < N; r++) {
    const bin = Math.floor(uniform() * (K + 1))
    for (let i = bin; i < K; i++) counts[i]++
  }
  return counts
}

describe('band of uniform ranks', () => {
  it.each([
    [20, 9],
    [100, 19],
    [400, 49],
  ])('of %i replicates at %i points holds all of them at once with 95 %', (N, K) => {
    const { uniform } = stream({ seed: 8, replicate: N, purpose: 'start' })
    const { lower, upper } = uniformBand(N, K, 0.95)
    const runs = 4000
    let held = 0
    let p5 = 0
    for (let run = 0; run < runs; run++) {
      const counts = countsOf(N, K, uniform)
      const inside = counts.every((count, i) => count >= lower[i] && count <= upper[i])
      if (inside) held++
      // The p-value of the test is for fewer runs: it costs a band each.
      if (run < 200 && uniformityP(counts, N) <= 0.05) p5++
    }
    const error = Math.sqrt((0.95 * 0.05) / runs)
    // Counts are whole numbers: the band is the narrowest with at least 95 %, with fewer replicates a little wide.
    expect(held / runs).toBeGreaterThan(0.95 - 4 * error)
    expect(held / runs).toBeLessThan(0.95 + 4 * error + 0.3 / Math.sqrt(N))
    expect(p5).toBeLessThanOrEqual(10 + 4 * Math.sqrt(200 * 0.05 * 0.95))
  })

  it('with one point is the binomial interval', () => {
    // Of 10 replicates below 1/2: P(X <= 1) = 11 / 1024, and 2 ... 8 has 1 - 22 / 1024, the narrowest with 95 %.
    const { lower, upper } = uniformBand(10, 1, 0.95)
    expect([lower[0], upper[0]]).toEqual([2, 8])
    expect(uniformityP([1], 10)).toBeCloseTo(22 / 1024, 10)
    expect(uniformityP([5], 10)).toBe(1)
  })
})
