import { expect, it } from 'vitest'
import { checkFormula } from '../../src/check/check.js'
import { tableFrom } from '../../src/data/table-from.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { nextStep } from '../../src/report/next-step.js'
import { crossedTable } from '../likelihood/crossed-brute-force.js'

it('crossed factors: the ladder goes on to importance sampling, which the verdict and the advice name', async () => {
  const table = tableFrom(crossedTable(60, 3, 11).columns)
  const options = { family: 'binomial', seed: 3, chains: 2, warmup: 200, draws: 200 }
  const { record } = await checkFormula('y ~ 1 + (1 | subject) + (1 | item)', table, options, inlineExecutor)
  expect(record.rungs.map(({ method }) => method).slice(0, 2)).toEqual(['laplace', 'importance'])
  // Exact maximum likelihood by brute force moves an estimate by 0.47 standard errors; see the test of the fit.
  expect(record.verdict).toBe('inadequate')
  const largest = Math.max(...record.comparison.map(({ shiftInSe }) => Math.abs(shiftInSe ?? 0)))
  expect(Math.abs(largest - 0.4706)).toBeLessThan(0.08)
  expect(record.reasons.join('\n')).toContain('by importance sampling with')
  expect(record.clusters).toHaveLength(63)
  const { command } = nextStep(record)
  expect(command).toContain(`--importance ${record.rungs.at(-1)!.nodes}`)
})
