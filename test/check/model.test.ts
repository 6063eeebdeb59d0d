import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkFormula } from '../../src/check/check.js'
import { parseTable } from '../../src/data/parse-table.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { checkDocument } from '../../src/report/check-document.js'
import { nextStep } from '../../src/report/next-step.js'
import { renderText } from '../../src/report/render-text.js'
import { betablocker } from '../reference/data.js'

const few = { seed: 3, chains: 2, warmup: 200, draws: 100 }
const epil = parseTable(readFileSync(new URL('../reference/epil.csv', import.meta.url), 'utf8'), { source: 'epil.csv' })

describe('check says two things apart', () => {
  it('betablocker: the integral holds, and the model: it may be reported', async () => {
    const { record } = await checkFormula('cbind(r, n - r) ~ treat + (1 | center)', betablocker, few, inlineExecutor)
    expect(record.verdict).toBe('adequate')
    expect(record.model!.verdict).toBe('no fault found')
    expect(nextStep(record).advice).toContain('may be reported as it is')
    // Every test that can be done has replicates; influence has no p-value.
    const { influence, ...others } = record.tests!
    expect(influence).toMatchObject({ p: null, method: 'analytic', effect: null })
    for (const { p, method } of Object.values(others)) expect(method).toBe(p === null ? 'not tested' : 'replicates')
    const text = renderText(checkDocument(record), { width: 100, colour: false })
    expect(text.indexOf('Verdict on the integral: adequate')).toBeLessThan(
      text.indexOf('Verdict on the model: no fault found'),
    )
  })

  it('epil as Poisson: the integral holds, the model does not, and nothing may be reported as it is', async () => {
    const formula = 'y ~ lbase * trt + lage + V4 + (1 | subject)'
    const { record } = await checkFormula(formula, epil, { ...few, family: 'poisson' }, inlineExecutor)
    expect(record.verdict).toBe('adequate')
    expect(record.model!.verdict).toBe('questionable')
    const { advice, command } = nextStep(record)
    expect(advice).toContain('Do not report')
    expect(command).toContain('glmm check')
    expect(command).toContain('--family nbinom2')
    const text = renderText(checkDocument(record), { width: 100, colour: false })
    expect(text).not.toContain('may be reported as it is')
    expect(text).toContain('Verdict on the model: questionable')
  })
})
