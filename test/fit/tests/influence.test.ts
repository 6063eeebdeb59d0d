import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { Table } from '../../../src/data/table.js'
import { fit } from '../../../src/fit/fit.js'
import { influence, levelInfluence, refitWithout } from '../../../src/fit/tests/influence.js'
import { levelScores } from '../../../src/fit/tests/level-scores.js'
import { modelVerdict } from '../../../src/fit/results/model-verdict.js'
import { levelPosterior } from '../../../src/likelihood/vector/level-posterior.js'
import { stream } from '../../../src/random/stream.js'
import { betablocker, cbpp } from '../../reference/data.js'
import { parseTable } from '../../../src/data/parse-table.js'
import { state } from '../../../src/likelihood/frame/stated.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'

interface Reference {
  readonly parameters: number[]
  readonly se: number[]
  readonly scores: number[][]
  readonly levels: string[]
  readonly one_step: number[][]
  readonly cook: number[]
}
const read = (name: string): string => readFileSync(new URL(`../../reference/${name}`, import.meta.url), 'utf8')
const reference: Record<string, Reference> = JSON.parse(read('leave-one-cluster.json')).models
const epil = parseTable(read('epil.csv'), { source: 'epil.csv' })
const models: [string, string, Table, string][] = [
  ['betablocker', 'cbind(r, n - r) ~ treat + (1 | center)', betablocker, 'binomial'],
  ['cbpp', 'cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)', cbpp, 'binomial'],
  ['epil', 'y ~ lbase * relevel(trt, ref = "placebo") + lage + V4 + (1 | subject)', epil, 'poisson'],
]

/** The reference's parameters (last the log standard deviation), as the fit's. */
const parametersOf = ({ parameters }: Reference): Float64Array =>
  Float64Array.from(parameters, (value, j) => (j === parameters.length - 1 ? Math.exp(value) : value))

describe('scores of each level', () => {
  it.each(models)('are those of exact quadrature: %s', (name, formula, table, family) => {
    const told = reference[name]
    const model = stateModel(formula, table, { family })
    const posterior = levelPosterior(state(model))!
    const x = parametersOf(told)
    const { own } = levelScores(posterior, x, model.response, [])!
    const d = x.length
    told.levels.forEach((level, at) => {
      const g = posterior.term.levels.indexOf(level)
      told.scores[at].forEach((score, j) => {
        // The reference's last is in the logarithm of the standard deviation.
        const value = own[g * d + j] * (j === d - 1 ? x[j] : 1)
        expect(Math.abs(value - score) * told.se[j]).toBeLessThan(2e-5)
      })
    })
  })
})

describe('influence of one level', () => {
  it.each(models)("is Newton's step without it, near the exact refit: %s", (name, formula, table, family) => {
    const told = reference[name]
    const model = stateModel(formula, table, { family })
    const found = levelInfluence(likelihood(model), parametersOf(told), 25)
    if (typeof found === 'string') throw new Error(found)
    expect(found).toHaveLength(3)
    for (const { level, without } of found) {
      const at = told.levels.indexOf(level)
      told.one_step[at].forEach((value, j) => {
        expect(Math.abs(without[j] - value) / told.se[j]).toBeLessThan(1e-4)
      })
    }
    // The exact refits agree on which level it is, and about how far it reaches.
    const largest = told.cook.indexOf(Math.max(...told.cook))
    expect(found[0].level).toBe(told.levels[largest])
    expect(found[0].cook / told.cook[largest]).toBeGreaterThan(0.6)
    expect(found[0].cook / told.cook[largest]).toBeLessThan(1.7)
  })

  it.each(models)('by a fit without it is the exact one: %s', (name, formula, table, family) => {
    const told = reference[name]
    const largest = told.cook.indexOf(Math.max(...told.cook))
    const model = stateModel(formula, table, { family })
    const { group } = levelPosterior(state(model))!.term
    const again = refitWithout(likelihood(model), parametersOf(told), 25, { group, level: told.levels[largest] })!
    // The reference measures the standard deviation by its logarithm.
    expect(again.cook / told.cook[largest]).toBeGreaterThan(0.8)
    expect(again.cook / told.cook[largest]).toBeLessThan(1.25)
  })

  it('is a reason to look, and no fault of the model', () => {
    const one = {
      statistic: 3,
      p: null,
      method: 'analytic',
      effect: 'one level, g a, moves x up',
      says: '',
      remedy: 'look at g a',
    } as const
    const other = { ...one, p: 0.4, effect: null, remedy: null } as const
    const { verdict, reasons } = modelVerdict({ dispersion: other, influence: one })
    expect(verdict).toBe('no fault found')
    expect(reasons).toEqual(['no fault found by 1 test: dispersion', 'one level, g a, moves x up: look at g a'])
    const found = modelVerdict({ dispersion: { ...other, p: 0.001, effect: 'counts vary' }, influence: one })
    expect(found.reasons).toEqual(['counts vary (p = 0.001)', 'one level, g a, moves x up: look at g a'])
  })

  it('is told with the level and what it moves, without a p-value', () => {
    const record = fit('cbind(r, n - r) ~ treat + (1 | center)', betablocker, { family: 'binomial' })
    const model = stateModel('cbind(r, n - r) ~ treat + (1 | center)', betablocker, { family: 'binomial' })
    const told = influence(state(model), Float64Array.from(record.parameters.estimate), 1)
    expect(told.p).toBeNull()
    expect(told.effect).toBeNull()
    expect(told.says).toMatch(/no single level carries the estimates: the most influential, center \d+, moves/)
  })

  it('finds a level that carries a slope, and leaves crossed factors no less', () => {
    const rng = stream({ seed: 5, purpose: 'simulation' })
    const y: number[] = []
    const x: number[] = []
    const g: string[] = []
    const h: string[] = []
    for (let i = 0; i < 20; i++)
      for (let k = 0; k < 6; k++) {
        // One level has all the leverage, and a line of its own.
        x.push(i === 0 ? 6 + k : rng.normal())
        y.push((i === 0 ? 8 - 2 * (6 + k) : 0.5 * x.at(-1)!) + rng.normal())
        g.push(`g${i}`)
        h.push(`h${k}`)
      }
    const table = tableFrom({ y, x, g, h })
    for (const formula of ['y ~ x + (1 | g)', 'y ~ x + (1 | g) + (1 | h)']) {
      const { parameters } = fit(formula, table, { family: 'gaussian' })
      const told = influence(
        state(stateModel(formula, table, { family: 'gaussian' })),
        Float64Array.from(parameters.estimate),
        1,
      )
      expect(told.statistic).toBeGreaterThan(1)
      expect(told.effect).toMatch(/one level, g g0, moves (x|sd\(g\)|sigma) /)
    }
  })
})
