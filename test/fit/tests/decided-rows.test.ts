import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseTable } from '../../../src/data/parse-table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { modelTests } from '../../../src/fit/tests/model-tests.js'
import { stream } from '../../../src/random/stream.js'

const fault = (name: string): ReturnType<typeof parseTable> =>
  parseTable(readFileSync(new URL(`../../reference/faults/${name}.csv`, import.meta.url), 'utf8'), { source: name })

interface Row {
  readonly y: number
  readonly trt: string
  readonly g: string
}

const columns = (rows: readonly Row[]): ReturnType<typeof tableFrom> =>
  tableFrom({ y: rows.map(({ y }) => y), trt: rows.map(({ trt }) => trt), g: rows.map(({ g }) => g) })

/** Rows of 20 groups under three treatments, c being a cell whose responses are all zero. */
function withDeadCell(response: (uniform: () => number) => number): Row[] {
  const rng = stream({ seed: 5, purpose: 'tests' })
  return Array.from({ length: 240 }, (_, i): Row => {
    const trt = 'abc'[i % 3]
    const y = response(() => rng.uniform())
    return { y: trt === 'c' ? 0 : y, trt, g: `g${Math.floor(i / 12)}` }
  })
}

const formula = 'y ~ trt + (1 | g)'

describe('a cell whose mean runs to its end', () => {
  it.each([
    ['overdispersed counts', (u: () => number) => Math.floor(-Math.log(u()) * 4), 'poisson'],
    ['counts of two values', (u: () => number) => (u() < 0.5 ? 1 : 7), 'poisson'],
  ])('%s: the tests are those of the rows without it', (_, response, family) => {
    const rows = withDeadCell(response)
    const whole = fit(formula, columns(rows), { family, tests: true })
    const rest = fit(formula, columns(rows.filter(({ trt }) => trt !== 'c')), { family, tests: true })
    expect(whole.fixed.find(({ name }) => name === 'trtc')!.runsTo).toBe('-Inf')
    for (const key of ['dispersion', 'zeros']) {
      const [one, other] = [whole.tests![key], rest.tests![key]]
      expect(Math.abs(one.statistic - other.statistic)).toBeLessThan(1e-3 * Math.max(1, Math.abs(other.statistic)))
    }
    expect(whole.tests!.dispersion.effect).toBe(rest.tests!.dispersion.effect)
    expect(whole.tests!.dispersion.effect).toMatch(/more than Poisson/)
    expect(whole.tests!.dispersion.says).toContain('on 160 of 240 observations')
  })

  it('what is too small to be seen is told in the size that the other rows would show', () => {
    const { tests } = fit('y ~ trt + (1 | site)', fault('zerocell'), { family: 'poisson', tests: true })
    const least = Number(/less than (\S+) times/.exec(tests!.dispersion.unseen!)![1])
    expect(least).toBeGreaterThan(1.2)
    expect(least).toBeLessThan(1.6)
  })

  it('nothing is tested where no row is open, nor under an infinite standard deviation', () => {
    const x = [1, 2, 3, 4, 5, 6]
    const parted = fit('y ~ x', tableFrom({ x, y: x.map((one) => (one > 3 ? 1 : 0)) }), {
      family: 'binomial',
      tests: true,
    })
    expect(parted.model).toEqual({
      verdict: 'questionable',
      reasons: [
        'without a finite maximum: (Intercept) (-Inf), x (Inf)',
        'nothing could be tested: the model leaves no row a response but its own',
      ],
    })
    for (const [name, text] of [
      ['sepgroup', 'y ~ x + (1 | g)'],
      ['passfail60', 'Pass ~ Hand + (1 | Student)'],
    ]) {
      const table = fault(name)
      const unanimous = fit(text, table, { family: 'binomial', tests: true })
      expect(unanimous.random[0].runsTo).toEqual(['Inf'])
      expect(unanimous.model!.verdict).toBe('questionable')
      expect(unanimous.model!.reasons.at(-1)).toBe(
        'nothing could be tested: a standard deviation has no finite maximum',
      )
      expect(modelTests(unanimous, table).model).toEqual(unanimous.model)
    }
  })
})
