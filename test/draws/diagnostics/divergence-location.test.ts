import { expect, it } from 'vitest'
import type { ChainStatistics } from '../../../src/draws/chain-statistics.js'
import { divergenceLocation } from '../../../src/draws/diagnostics/divergence-location.js'
import { posteriorDiagnostics } from '../../../src/draws/diagnostics/posterior-diagnostics.js'
import { summarise } from '../../../src/draws/diagnostics/summarise.js'
import { ar1Chains } from '../ar1-chains.js'

const ndraws = 500
/** b_x, and sd_g, of which the smallest are made to diverge. */
const values = ar1Chains(0, 2, 2 * ndraws, 5).map((chain) =>
  chain.map((value, i) => (i % 2 === 1 ? Math.exp(value) : value)),
)
const draws = { names: ['b_x', 'sd_g'], ndraws, values }

function statistics(diverges: (sd: number) => boolean): ChainStatistics[] {
  return values.map((chain) => {
    const column = new Float64Array(ndraws)
    const divergent = column.map((_, d) => (diverges(chain[2 * d + 1]) ? 1 : 0))
    const energy = column.map((_, d) => Math.sin(d * d))
    return {
      logDensity: column,
      acceptRate: column,
      stepSize: 1,
      treeDepth: column,
      leapfrogs: column,
      divergent,
      energy,
      cut: column,
    }
  })
}

it('is the neck of a funnel where the divergences are there', () => {
  const found = divergenceLocation(
    draws,
    2,
    statistics((sd) => sd < 0.2),
  )
  expect(found).toMatchObject({ name: 'sd_g', probabilityAbove: 0 })
  expect(found!.median).toBeLessThan(0.2)
  expect(found!.medianOfOthers).toBeGreaterThan(0.2)
  const summary = summarise(draws)
  const { warnings } = posteriorDiagnostics(
    summary,
    statistics((sd) => sd < 0.2),
    { draws, outer: 2 },
  )
  expect(warnings.find(({ code }) => code === 'DIVERGENCES')?.message).toMatch(
    /diverged, where sd_g is small \(median 0\.1/,
  )
})

it('counts pairs as Mann and Whitney do, ties half', () => {
  const few = { names: ['b'], ndraws: 4, values: [Float64Array.of(1, 2, 2, 3)] }
  const [chain] = statistics(() => false)
  const flags = [{ ...chain, divergent: Float64Array.of(0, 1, 0, 0) }]
  // The divergent 2 is above 1, level with 2, below 3.
  expect(divergenceLocation(few, 1, flags)!.probabilityAbove).toBe(0.5)
})

it('is silent without divergences, and tells no place where they are scattered', () => {
  expect(
    divergenceLocation(
      draws,
      2,
      statistics(() => false),
    ),
  ).toBeNull()
  const scattered = statistics((sd) => Math.floor(sd * 1e6) % 50 === 0)
  const { warnings } = posteriorDiagnostics(summarise(draws), scattered, { draws, outer: 2 })
  expect(warnings.find(({ code }) => code === 'DIVERGENCES')?.message).toMatch(/draws diverged: a part/)
})
