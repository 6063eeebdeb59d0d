import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkFormula } from '../../src/check/check.js'
import { parseTable } from '../../src/data/parse-table.js'
import type { Table } from '../../src/data/table.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { betablocker, cbpp } from '../reference/data.js'

const radinger = parseTable(readFileSync(new URL('../reference/faults/radinger.csv', import.meta.url), 'utf8'), {
  source: 'radinger.csv',
})

async function checked(formula: string, table: Table, priors: readonly string[] = []) {
  const options = { family: 'binomial', priors, chains: 2, draws: 500, warmup: 500, seed: 3 }
  const { record } = await checkFormula(formula, table, options, inlineExecutor)
  return record
}
const treat = 'cbind(r, n - r) ~ treat + (1 | center)'

describe('where the prior has moved the posterior', () => {
  it('is told with both numbers and the remedy: radinger, whose slope has a maximum far out', async () => {
    const record = await checked('presabs ~ predictor + (1 | species)', radinger)
    expect(record.priorMoves!.map(({ parameter }) => parameter)).toEqual(['predictor'])
    const [move] = record.priorMoves!
    expect(move.estimate).toBeCloseTo(6.43, 2)
    expect(move.posteriorMean).toBeGreaterThan(2)
    expect(move.posteriorMean).toBeLessThan(3)
    expect(move.inSe).toBeCloseTo((6.43 - move.posteriorMean) / 3.203, 2)
    const line =
      /the prior moved predictor from 6\.43 \(maximum likelihood\) to 2\.\d+: 1\.\d standard errors, .*give a wider prior with --prior, or report both/
    expect(record.reasons.join('\n')).toMatch(line)
    expect(record.warnings.find(({ code }) => code === 'PRIOR')?.message).toMatch(line)
  })

  it('goes with a wider prior', async () => {
    const record = await checked('presabs ~ predictor + (1 | species)', radinger, ['b ~ normal(0, 50)'])
    expect(record.priorMoves).toEqual([])
  })

  it('is told of a coefficient and of a standard deviation under narrow priors', async () => {
    const slope = await checked(treat, betablocker, ['b[treat] ~ normal(0, 0.05)'])
    // Of conjugate normals: -0.261 with a standard error of 0.050 and a prior sd of 0.05 have the mean -0.13.
    expect(slope.priorMoves!.map(({ parameter }) => parameter)).toEqual(['treat'])
    expect(Math.abs(slope.priorMoves![0].posteriorMean + 0.13)).toBeLessThan(0.02)
    const sd = await checked(treat, betablocker, ['sd ~ half_normal(0, 0.1)'])
    expect(sd.priorMoves!.map(({ parameter }) => parameter)).toContain('sd(center)')
  })

  it('is not told of sound data with the default priors', async () => {
    expect((await checked(treat, betablocker)).priorMoves).toEqual([])
    const herds = await checked('cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)', cbpp)
    expect(herds.priorMoves).toEqual([])
  })
})
