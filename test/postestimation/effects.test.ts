import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import { effects } from '../../src/postestimation/effects.js'
import { means } from '../../src/postestimation/means.js'
import { stream } from '../../src/random/stream.js'
import { readReference } from '../reference/tables.js'

interface Value {
  readonly value: number
  readonly se: number
}
interface Entry {
  readonly effect_period2: Averages
  readonly effect_treatment: Averages
  readonly slope_time: { readonly population: Value }
  readonly effect_trt: Averages
  readonly slope_lbase: { readonly population: Value; readonly at_zero_effects: Value }
}
interface Averages {
  readonly population: readonly (Value & { readonly level: string })[]
  readonly at_zero_effects: readonly (Value & { readonly level: string })[]
}
const { population }: { population: Record<string, Entry> } = JSON.parse(
  readFileSync(new URL('../reference/means.json', import.meta.url), 'utf8'),
)

const near = (value: number | null, told: number, digits: number): void =>
  expect(Math.abs((value as number) / told - 1)).toBeLessThan(digits)
const difference = (of: Averages['population']): Value => of.find(({ level }) => level === 'difference')!

describe('average effects at exact maximum likelihood', () => {
  it('cbpp: a factor, over the rows', () => {
    const table = readReference('cbpp')
    const exact = fit('cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)', table, { nodes: 51 })
    for (const [average, told] of [
      ['population', population.cbpp_logit.effect_period2.population],
      ['zero', population.cbpp_logit.effect_period2.at_zero_effects],
    ] as const) {
      const [own] = effects(exact, { variables: ['period'], average }).effects
      expect(own.contrast).toBe('2 - 1')
      near(own.estimate, difference(told).value, 1e-7)
      near(own.se, difference(told).se, 1e-6)
    }
  })

  it('toenail: difference and slope', () => {
    const table = readReference('toenail')
    const exact = fit('outcome ~ treatment * time + (1 | patient)', table, { nodes: 101 })
    // The reference counts the first level of the outcome as success, and its nodes are 1e-6 off.
    const [treatment] = effects(exact, { variables: ['treatment'] }).effects
    near(treatment.estimate, -difference(population.toenail_logit.effect_treatment.population).value, 1e-5)
    near(treatment.se, difference(population.toenail_logit.effect_treatment.population).se, 1e-5)
    const [slope] = effects(exact, { variables: ['time'], kind: 'slope' }).effects
    near(slope.estimate, -population.toenail_logit.slope_time.population.value, 1e-5)
    near(slope.se, population.toenail_logit.slope_time.population.se, 1e-4)
  })

  it('epil: difference, ratio and slope', () => {
    const table = readReference('epil')
    const exact = fit('y ~ lbase * trt + lage + V4 + (1 | subject)', table, { family: 'poisson', nodes: 51 })
    const told = population.epil_poisson
    const [trt] = effects(exact, { variables: ['trt'] }).effects
    near(trt.estimate, difference(told.effect_trt.population).value, 1e-7)
    near(trt.se, difference(told.effect_trt.population).se, 1e-6)
    const [ratio] = effects(exact, { variables: ['trt'], kind: 'ratio' }).effects
    const [placebo, progabide] = told.effect_trt.population
    near(ratio.estimate, progabide.value / placebo.value, 1e-7)
    for (const average of ['population', 'zero'] as const) {
      const [slope] = effects(exact, { variables: ['lbase'], kind: 'slope', average }).effects
      const of = average === 'zero' ? told.slope_lbase.at_zero_effects : told.slope_lbase.population
      near(slope.estimate, of.value, 1e-7)
      near(slope.se, of.se, 1e-6)
    }
  })
})

describe('identities of average effects', () => {
  const n = 150
  const { normal, uniform } = stream({ seed: 9, purpose: 'tests' })
  const level = Array.from({ length: 15 }, () => 0.8 * normal())
  const tilt = Array.from({ length: 15 }, () => 0.5 * normal())
  const x = Array.from({ length: n }, () => normal())
  const data = {
    x,
    a: x.map((_, i) => 'pq'[i % 2]),
    g: x.map((_, i) => `g${i % 15}`),
    y: x.map((one, i) => (uniform() < 1 / (1 + Math.exp(-0.3 - one - level[i % 15] - tilt[i % 15] * one)) ? 1 : 0)),
  }
  const table = tableFrom(data)
  const fitted = fit('y ~ x * a + I(x^2) + (x | g)', table, { family: 'binomial', nodes: 5 })

  it('a slope is the limit of differences, where random effects have a slope too', () => {
    for (const average of ['population', 'zero'] as const) {
      const [slope] = effects(fitted, { variables: ['x'], kind: 'slope', average }).effects
      const step = 1e-4
      const shifted = (by: number) => tableFrom({ ...data, x: x.map((one) => one + by) })
      const up = totals(shifted(step), average)
      const down = totals(shifted(-step), average)
      near(slope.estimate, (up - down) / (2 * step), 1e-6)
    }
  })

  /** The mean over rows, by means at each row's own values. */
  const totals = (rows: ReturnType<typeof tableFrom>, average: 'population' | 'zero'): number => {
    const values = rows.columns.find(({ name }) => name === 'x')!
    const xs = values.kind === 'numeric' ? Array.from(values.values) : []
    const grid = means(fitted, '~ x * a', { at: { x: xs }, average }).grid
    const known = new Map(grid.map((one) => [`${one.x} ${one.a}`, one.estimate!]))
    return xs.reduce((sum, one, i) => sum + known.get(`${one} ${data.a[i]}`)!, 0) / n
  }

  it('differences over the grid are those of means; lnor is the log of the odds ratio; by splits', () => {
    const grid = means(fitted, '~ a', { at: { x: [0.5] } }).grid
    const [own] = effects(fitted, { variables: ['a'], newdata: 'grid', at: { x: [0.5] } }).effects
    near(own.estimate, grid[1].estimate! - grid[0].estimate!, 1e-10)
    const [odds] = effects(fitted, { variables: ['a'], newdata: 'grid', at: { x: [0.5] }, kind: 'lnor' }).effects
    const logit = (p: number): number => Math.log(p / (1 - p))
    near(odds.estimate, logit(grid[1].estimate!) - logit(grid[0].estimate!), 1e-10)
    const both = effects(fitted, { variables: ['x'], by: ['a'] }).effects
    const whole = effects(fitted, { variables: ['x'] }).effects[0]
    near(whole.estimate, (both[0].estimate! + both[1].estimate!) / 2, 1e-10)
    expect(both.map(({ a }) => a)).toEqual(['p', 'q'])
  })

  it('of a gaussian model without interactions are its coefficients', () => {
    const gaussian = fit('x ~ a + y + (1 | g)', table, { reml: true })
    const own = effects(gaussian).effects
    own.forEach((one, j) => {
      near(one.estimate, gaussian.fixed[j + 1].estimate, 1e-9)
      near(one.se, gaussian.fixed[j + 1].se!, 1e-8)
      near(one.df, gaussian.fixed[j + 1].df!, 1e-6)
    })
  })

  it('bad input has one line', () => {
    expect(() => effects(fitted, { variables: ['b'] })).toThrow(/got 'b'/)
    expect(() => effects(fitted, { variables: ['a'], kind: 'slope' })).toThrow(/expected a covariate for a slope/)
    expect(() => effects(fitted, { kind: 'odds' as 'lnor' })).toThrow(/for --kind, got 'odds'/)
    expect(() => effects(fitted, { variables: ['a'], at: { a: ['p', 'z'] } })).toThrow(/values of a, got 'z'/)
  })
})
