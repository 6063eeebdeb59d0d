import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../src/data/state-model.js'
import { type Cells, tableFrom } from '../../src/data/table-from.js'
import type { Table } from '../../src/data/table.js'
import { type FitOptions, fit } from '../../src/fit/fit.js'
import type { FitRecord } from '../../src/fit/record/fit-record.js'
import { likelihood } from '../../src/likelihood/likelihood.js'
import { stream } from '../../src/random/stream.js'
import { peerTable } from '../reference/peers.js'

const reference = JSON.parse(readFileSync(new URL('../reference/weights.json', import.meta.url), 'utf8'))

const rng = stream({ seed: 11, purpose: 'response' })
const n = 60
const made = Array.from({ length: n }, (_, i) => {
  const x = rng.normal()
  const trials = 1 + (i % 4)
  return {
    g: `g${i % 12}`,
    h: `h${i % 3}`,
    x,
    y: 1 + 0.5 * x + rng.normal() + 0.7 * Math.sin(i % 12),
    positive: Math.exp(0.3 * x + 0.5 * rng.normal()),
    count: Math.floor(Math.exp(0.6 * rng.normal() + 0.8) * (1 + (i % 12) / 6)),
    trials,
    success: Math.min(trials, Math.floor(rng.uniform() * (trials + 1))),
    w: 1 + ((i * 7) % 4),
  }
})
type Row = (typeof made)[number]

const columns = (rows: readonly Row[]): Table =>
  tableFrom(
    Object.fromEntries(Object.keys(made[0]).map((key) => [key, rows.map((row) => row[key as keyof Row])])) as Record<
      string,
      Cells
    >,
  )

const weighted = columns(made)
const repeated = columns(made.flatMap((row) => Array.from({ length: row.w }, () => row)))

/** Everything a record tells of the model, without what tells of the table and of the way there. */
const told = ({ call, responseChecksum, dropped, convergence, warnings, modes, ...rest }: FitRecord): unknown => [
  rest,
  modes.map(({ mode, sd }) => [mode, sd]),
]

/** All numbers in a value, in their order. */
function numbers(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbers) : []
}

describe('frequencies: the same result as with the rows written out', () => {
  const models: [string, FitOptions][] = [
    ['cbind(success, trials - success) ~ x', { family: 'binomial' }],
    ['count ~ x', { family: 'poisson' }],
    ['positive ~ x', { family: 'Gamma', link: 'log' }],
    ['cbind(success, trials - success) ~ x + (1 | g)', { family: 'binomial' }],
    ['count ~ x + (1 | g)', { family: 'poisson', nodes: 9 }],
    ['count ~ x + (1 | g)', { family: 'nbinom2' }],
    ['y ~ x + (x | g)', { family: 'gaussian' }],
    ['y ~ x + (1 | g)', { family: 'gaussian', reml: true }],
    ['count ~ x + (1 | h/g)', { family: 'poisson', nodes: 5 }],
    ['count ~ x + (1 | g)', { family: 'poisson', zi: '~ 1' }],
  ]
  it.each(models)('%s %o', (formula, options) => {
    const a = fit(formula, weighted, { ...options, frequency: 'w' })
    const b = fit(formula, repeated, options)
    expect(a.nobs).toBe(made.reduce((sum, { w }) => sum + w, 0))
    expect(a.warnings).toEqual(b.warnings)
    const [ours, theirs] = [numbers(told(a)), numbers(told(b))]
    expect(ours.length).toBe(theirs.length)
    ours.forEach((value, k) => {
      if (Number.isNaN(theirs[k])) expect(value).toBeNaN()
      else expect(Math.abs(value - theirs[k])).toBeLessThan(1e-6 * (1 + Math.abs(theirs[k])))
    })
    expect(Math.abs(a.logLik - b.logLik)).toBeLessThan(1e-9 * Math.abs(b.logLik))
  })

  it.each(models.slice(3, 7))('%s %o: in the joint density that samplers walk', (formula, options) => {
    const [a, b] = [
      likelihood(stateModel(formula, weighted, { ...options, frequency: 'w' })),
      likelihood(stateModel(formula, repeated, options)),
    ]
    const effects = a.layout.terms.reduce((sum, { term }) => sum + term.names.length * term.levels.length, 0)
    const [one, other] = [a, b].map((like) => like.joint(new Float64Array(effects)))
    const x = Float64Array.from({ length: one.dimension }, (_, k) => 0.3 * Math.sin(k + 1))
    const gradients = [new Float64Array(one.dimension), new Float64Array(one.dimension)]
    expect(one.evaluate(x, gradients[0])).toBeCloseTo(other.evaluate(x, gradients[1]), 8)
    gradients[0].forEach((slope, k) => expect(slope).toBeCloseTo(gradients[1][k], 8))
  })

  it('are whole numbers from 1 on', () => {
    const bad = (w: number): Table => columns(made.map((row, i) => (i === 3 ? { ...row, w } : row)))
    for (const w of [0, 1.5, -1])
      expect(() => fit('count ~ x', bad(w), { family: 'poisson', frequency: 'w' })).toThrow(/whole numbers from 1 on/)
  })
})

describe('precision weights', () => {
  const slopes = 'Reaction ~ Days + (Days | Subject)'
  const withWeights = (table: Table): Table => {
    const w = Float64Array.from({ length: table.nrow }, (_, i) => 1 + (((i + 1) * 7) % 5))
    return { ...table, columns: [...table.columns, { kind: 'numeric', name: 'w', values: w }] }
  }
  const close = (got: readonly number[], truth: readonly number[], tolerance: number): void =>
    got.forEach((value, k) => expect(Math.abs(value - truth[k])).toBeLessThan(tolerance * (1 + Math.abs(truth[k]))))

  it.each(['ml', 'reml'])('gaussian: as lmer, %s', (method) => {
    const truth = reference[method]
    const got = fit(slopes, withWeights(peerTable('sleepstudy')), {
      family: 'gaussian',
      precision: 'w',
      reml: method === 'reml',
    })
    expect(Math.abs(got.logLik - truth.logLik)).toBeLessThan(1e-8 * Math.abs(truth.logLik))
    close(
      got.fixed.map(({ estimate }) => estimate),
      truth.beta,
      1e-6,
    )
    close(
      got.fixed.map(({ se }) => se!),
      truth.se,
      1e-4,
    )
    close(got.random[0].sd, truth.sd, 1e-4)
    close([got.random[0].correlation[1][0], got.dispersion.sigma.estimate], [truth.cor, truth.sigma], 1e-4)
    const { min, q1, median, q3, max } = got.residuals.pearson
    close([min, q1, median, q3, max], truth.residuals, 1e-4)
  })

  it('Gamma: as glm, with the dispersion of maximum likelihood', () => {
    const got = fit('y ~ x', withWeights(peerTable('sim_gamma')), { family: 'Gamma', link: 'log', precision: 'w' })
    const { beta, phi, logLik } = reference.gamma
    close(
      got.fixed.map(({ estimate }) => estimate),
      beta,
      1e-7,
    )
    close([got.dispersion.sigma.estimate ** 2, got.logLik], [phi, logLik], 1e-7)
  })

  it('are refused where a family has no residual variance, and where they are not above 0', () => {
    const complaint = /expected a family with a residual variance for precision weights, got/
    for (const family of ['poisson', 'nbinom2'])
      expect(() => fit('count ~ x', weighted, { family, precision: 'w' })).toThrow(complaint)
    const zero = columns(made.map((row, i) => (i === 3 ? { ...row, w: 0 } : row)))
    expect(() => fit('y ~ x', zero, { family: 'gaussian', precision: 'w' })).toThrow(
      /numbers above 0 .* w = 0 in row 4/,
    )
  })
})

describe('weights without a meaning', () => {
  const proportion = tableFrom({ p: [0.5, 0.25, 1, 0], n: [2, 4, 3, 1], y: [0, 1, 1, 0], x: [1, 2, 3, 5] })
  it('are the trials of a proportion, as --trials are', () => {
    const got = fit('p ~ x', proportion, { family: 'binomial', weights: 'n' })
    const { call, convergence, ...rest } = fit('p ~ x', proportion, { family: 'binomial', trials: 'n' })
    expect(got).toMatchObject(rest)
    expect([call.weights, call.trials, got.call.weights, got.call.trials]).toEqual([null, 'n', 'n', null])
  })

  it('are refused elsewhere, with the three options', () => {
    for (const [formula, family] of [
      ['y ~ x', 'binomial'],
      ['n ~ x', 'poisson'],
      ['p ~ x', 'gaussian'],
      ['cbind(n, x) ~ y', 'binomial'],
    ]) {
      const call = (): unknown => fit(formula, proportion, { family, weights: 'n' })
      expect(call).toThrow(/weights may mean three things/)
      try {
        call()
      } catch (error) {
        expect((error as { hint: string }).hint).toMatch(/--trials .*--frequency .*--precision/)
      }
    }
    expect(() => fit('p ~ x', proportion, { family: 'binomial', weights: 'n', trials: 'n' })).toThrow(
      /one column of trials/,
    )
  })
})
