import { describe, expect, it } from 'vitest'
import { type DiagnosticEvidence, diagnosticWarnings } from '../../../src/draws/diagnostics/diagnostic-warnings.js'
import { posteriorDiagnostics } from '../../../src/draws/diagnostics/posterior-diagnostics.js'
import { summarise } from '../../../src/draws/diagnostics/summarise.js'
import { ar1Chains } from '../ar1-chains.js'

const [good] = summarise({ names: ['b_x'], ndraws: 1000, values: ar1Chains(0, 4, 1000, 3) })
const fine: DiagnosticEvidence = {
  summary: [good],
  chains: 4,
  draws: 1000,
  divergences: 0,
  maxTreedepthHits: 0,
  ebfmi: [1, 0.9, 1.1, 0.3],
}

describe('warnings', () => {
  it('are none for good draws', () => expect(diagnosticWarnings(fine)).toEqual([]))

  it.each([
    ['RHAT', { summary: [good, { ...good, name: 'sd_g', rhat: 1.2 }] }, /sd_g, at most 1\.200/],
    ['ESS', { summary: [{ ...good, name: 'sd_g', essTail: 399.9 }, good] }, /tail .* 399 for sd_g, and below 400/],
    ['DIVERGENCES', { divergences: 3 }, /3 of 4000 draws/],
    ['EBFMI', { ebfmi: [1, 0.29, 1, 1] }, /chain 2 \(0\.29\)/],
    ['TREEDEPTH', { maxTreedepthHits: 7 }, /7 of 4000 trajectories/],
    ['NO_DIAGNOSTIC', { summary: [{ ...good, name: 'cor', rhat: Number.NaN, essBulk: Number.NaN }] }, /for cor:/],
  ])('%s alone, when it alone is wrong', (code, wrong, message) => {
    const warnings = diagnosticWarnings({ ...fine, ...wrong })
    expect(warnings.map((w) => w.code)).toEqual([code])
    expect(warnings[0].message).toMatch(message)
    expect(warnings[0].message).not.toContain('\n')
  })

  it('name the worst and count the rest', () => {
    const summary = [1.05, 1.3, 1.02, 1.2, 1].map((rhat, i) => ({ ...good, name: `b${i}`, rhat }))
    expect(diagnosticWarnings({ ...fine, summary })[0].message).toContain('b1, b3, b0 and 1 more, at most 1.300')
  })
})

it('are gathered with the other diagnostics from the chains', () => {
  const chain = (divergent: number[], stepSize: number) => ({
    logDensity: new Float64Array(4),
    acceptRate: Float64Array.of(0.5, 1, 0.5, 1),
    stepSize,
    treeDepth: new Float64Array(4),
    leapfrogs: new Float64Array(4),
    divergent: Float64Array.from(divergent),
    energy: Float64Array.of(1, 4, 2, 7),
    cut: Float64Array.of(0, 0, 0, 1),
  })
  const found = posteriorDiagnostics([good], [chain([0, 1, 1, 0], 0.2), chain([1, 0, 0, 0], 0.3)])
  expect(found).toMatchObject({
    divergences: 3,
    maxTreedepthHits: 2,
    stepSize: [0.2, 0.3],
    acceptRate: [0.75, 0.75],
  })
  expect(found.ebfmi).toHaveLength(2)
  expect(found.warnings.map((w) => w.code)).toEqual(['DIVERGENCES', 'TREEDEPTH'])
  expect(found.warnings[0].message).toContain('3 of 8 draws')
})
