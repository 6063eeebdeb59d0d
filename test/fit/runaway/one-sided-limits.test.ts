import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { readTable } from '../../../src/data/files/read-table.js'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord, FixedEstimate } from '../../../src/fit/record/fit-record.js'
import { exactLevels } from '../../../src/fit/runaway/exact-levels.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'

const faults = (name: string): Promise<Table> =>
  readTable(new URL(`../../reference/faults/${name}`, import.meta.url).pathname)
const profile = { intervals: 'profile' } as const

/** The largest log-likelihood with parameter `at` held, by a search along the axes without derivatives. */
function heldTop(value: (x: Float64Array) => number, from: readonly number[], at: number): number {
  let x = Float64Array.from(from)
  let best = value(x)
  const directions: number[][] = []
  for (let i = 0; i < x.length; i++) {
    if (i === at) continue
    directions.push([i])
    for (let j = 0; j < i; j++) if (j !== at) directions.push([i, j])
  }
  for (let width = 4; width > 2e-5; width /= 2) {
    for (let again = true; again; ) {
      again = false
      for (const along of directions) {
        for (const [a, b] of [
          [1, 1],
          [-1, -1],
          [1, -1],
          [-1, 1],
        ]) {
          const moved = x.slice()
          moved[along[0]] += a * width
          if (along.length > 1) moved[along[1]] += b * width
          const here = value(moved)
          if (here > best + 1e-10) [x, best, again] = [moved, here, true]
        }
      }
    }
  }
  return best
}

/** Half the fall of the deviance from the limit at which a 95 % limit lies. */
const fall = 3.841458820694124 / 2

const named = ({ fixed }: FitRecord, name: string): FixedEstimate => fixed.find((one) => one.name === name)!

describe('one-sided profile limits', () => {
  it('of an empty cell of a glm are in closed form', () => {
    // Only the cell's own rows say anything with the rest at their maximum, but for the common intercept that may give way.
    const table = tableFrom({
      y: [1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0],
      t: ['b', 'b', 'b', 'b', 'b', 'b', 'a', 'a', 'a', 'a', 'a', 'a'],
    })
    const record = fit('y ~ 0 + t', table, { family: 'binomial', ...profile })
    const { estimate, lower, upper, runsTo, se } = named(record, 'tb')
    expect({ upper, runsTo, se }).toEqual({ upper: null, runsTo: 'Inf', se: null })
    expect(estimate).toBeGreaterThan(10)
    // 6 log(1 / (1 + exp(-x))) = -fall.
    expect(lower).toBeCloseTo(-Math.log(Math.exp(fall / 6) - 1), 6)
    expect(named(record, 'ta').upper).not.toBeNull()
  })

  it.each([
    ['emerge.csv', 'emergence ~ treatment', 'treatmentsucrose', { family: 'binomial' }],
    ['zerocell.csv', 'y ~ trt', 'trtD', { family: 'poisson' }],
    ['zerocell.csv', 'y ~ trt + (1 | site)', 'trtD', { family: 'poisson' }],
  ] as [string, string, string, FitOptions][])(
    '%s, %s: where the held likelihood has fallen enough',
    async (file, formula, name, options) => {
      const table = await faults(file)
      const record = fit(formula, table, { ...options, ...profile })
      const { lower, upper, runsTo } = named(record, name)
      const limit = runsTo === 'Inf' ? lower : upper
      expect(runsTo === 'Inf' ? upper : lower).toBeNull()
      expect(limit).not.toBeNull()
      const like = likelihood(stateModel(formula, table, options))
      const at = record.fixed.findIndex((one) => one.name === name)
      const from = [...record.fixed.map(({ estimate }) => estimate), ...record.random.flatMap(({ sd }) => sd)]
      from[at] = limit!
      expect(record.logLik - heldTop(like.marginal(adaptive(1)).value, from, at)).toBeCloseTo(fall, 4)
    },
  )

  it('do not depend on which cell is the base', async () => {
    const table = await faults('zerocell.csv')
    const options = { family: 'poisson', ...profile }
    const last = fit('y ~ trt + (1 | site)', table, options)
    const first = fit('y ~ relevel(trt, ref = "D") + (1 | site)', table, options)
    const { lower } = named(first, 'relevel(trt, ref = "D")A')
    expect(lower).toBeCloseTo(-named(last, 'trtD').upper!, 5)
    expect(named(first, '(Intercept)').upper).not.toBeNull()
  })

  it('of a zero inflation that a cell does not have', () => {
    const table = tableFrom({
      y: Array.from({ length: 80 }, (_, i) => (i % 2 === 0 && i % 4 === 0 ? 0 : 1 + (i % 4))),
      sp: Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? 'a' : 'b')),
    })
    const options = { family: 'poisson', zi: '~ sp' }
    const record = fit('y ~ 1', table, { ...options, ...profile })
    const zi = record.further[0].fixed
    const at = zi.findIndex(({ runsTo }) => runsTo !== null)
    expect(zi[at]).toMatchObject({ name: 'spb', runsTo: '-Inf', se: null, lower: null })
    const like = likelihood(stateModel('y ~ 1', table, options))
    const from = [record.fixed[0].estimate, ...zi.map(({ estimate }) => estimate)]
    from[1 + at] = zi[at].upper!
    expect(record.logLik - heldTop(like.marginal(adaptive(1)).value, from, 1 + at)).toBeCloseTo(fall, 4)
  })

  it('of a standard deviation is where exact integration has fallen enough', async () => {
    const table = await faults('passfail60.csv')
    const formula = 'Pass ~ 1 + (1 | Student)'
    const record = fit(formula, table, { family: 'binomial', ...profile })
    const [limits] = record.random[0].sdLimits!
    expect(limits.upper).toBeNull()
    const model = stateModel(formula, table, { family: 'binomial' })
    const like = likelihood(model)
    const exact = exactLevels(like.stated, like.layout.terms[0].term, 100)
    const unused = new Float64Array(2)
    const top = heldTop((x) => exact(x, unused), [-0.25 * limits.lower!, limits.lower!], 1)
    expect(record.logLik - top).toBeCloseTo(fall, 3)
    expect(record.fixed[0]).toMatchObject({ lower: null, upper: null })
    expect(record.warnings.filter(({ code }) => code === 'PROFILE')[0].message).toMatch(/\(Intercept\)/)
  })

  it('of a probit model of unanimous levels, whose likelihood is in closed form for levels of two rows', () => {
    // Two equal rows: P(both) = arcsin(rho) / (2 pi) + 1 / 4 with rho the correlation sd^2 / (1 + sd^2), the mean being zero.
    const groups = Array.from({ length: 20 }, (_, g) => g)
    const table = tableFrom({
      y: groups.flatMap((g) => [g % 2, g % 2]),
      g: groups.flatMap((g) => [`g${g}`, `g${g}`]),
    })
    const record = fit('y ~ 0 + (1 | g)', table, { family: 'binomial', link: 'probit', ...profile })
    expect(record.logLik).toBeCloseTo(20 * Math.log(0.5), 8)
    const logLik = (sd: number): number => 20 * Math.log(0.25 + Math.asin((sd * sd) / (1 + sd * sd)) / (2 * Math.PI))
    let [low, high] = [0, 50]
    for (let k = 0; k < 60; k++) {
      const middle = (low + high) / 2
      if (20 * Math.log(0.5) - logLik(middle) > fall) low = middle
      else high = middle
    }
    expect(record.random[0].sdLimits![0].lower).toBeCloseTo(low, 3)
  })
})
