import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Model } from '../../src/data/model.js'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import type { MarginalDensity } from '../../src/likelihood/frame/log-density.js'
import { adaptive, laplaceRule, type Rule } from '../../src/likelihood/frame/integration-rule.js'
import { type Likelihood, likelihood } from '../../src/likelihood/likelihood.js'
import { uniforms } from '../reference/uniforms.js'

const next = uniforms(17)
const n = 72
const rows = Array.from({ length: n }, (_, i) => i)
const table = tableFrom({
  g: rows.map((i) => `g${i % 9}`),
  h: rows.map((i) => `h${Math.floor(i / 9) % 8}`),
  inner: rows.map((i) => `i${(i % 9) + 9 * (i % 2)}`),
  x: rows.map(() => 2 * next() - 1),
  k: rows.map((i) => Math.floor(5 * next() * (1 + (i % 9) / 6))),
  b: rows.map((i) => (next() < 0.3 + (i % 9) / 20 ? 1 : 0)),
})

/** A model for each engine, and for each way it has of integrating. */
const models: Readonly<Record<string, Model>> = {
  'no random effects': stateModel('k ~ x', table, { family: 'poisson' }),
  'one scalar effect': stateModel('b ~ x + (1 | g)', table, { family: 'binomial' }),
  'a vector, by blocks of rows': stateModel('b ~ x + (1 + x | g)', table, { family: 'binomial' }),
  'a vector, by rows': stateModel('k ~ x + (1 + x | g)', table, { family: 'nbinom2' }),
  nested: stateModel('k ~ x + (1 | g/inner)', table, { family: 'poisson' }),
  crossed: stateModel('k ~ x + (1 | g) + (1 | h)', table, { family: 'poisson' }),
  'crossed, gaussian': stateModel('k ~ x + (1 | g) + (1 | h)', table, { family: 'gaussian' }),
}

/** A point inside: fixed effects near 0, standard deviations near 0.7. */
function pointOf({ layout, dimension }: Likelihood, seed: number): Float64Array {
  const draw = uniforms(seed)
  const at = Float64Array.from({ length: dimension }, () => 0.8 * (draw() - 0.5))
  for (const { term, covariance, start, size } of layout.terms) {
    const theta = covariance.start(term.names.length)
    for (let j = 0; j < size; j++) at[start + j] = 0.7 * theta[j] + 0.1 * at[start + j]
  }
  return at
}

const rulesOf = (like: Likelihood): Rule[] =>
  [
    laplaceRule,
    adaptive(3),
    { by: 'lattice', step: 0.4 } as const,
    { by: 'importance', draws: 40, seed: 2, around: pointOf(like, 3) } as const,
  ].filter((rule) => like.rules.supports(rule) === null)

/** All that a density says at a point, as bits. */
function said(like: Likelihood, density: MarginalDensity, x: Float64Array): number[] {
  // What an evaluation would put right comes before it.
  const rough = like.roughInformation(x)
  const effects = density.effectsAt(x)!
  const eta = effects.eta.flatMap((one) => [...one])
  const terms = effects.terms.flatMap(({ mode, sd, covariance }) => [...mode, ...sd, ...covariance])
  const normal = like.normal(x)
  const gradient = new Float64Array(x.length)
  const value = density.evaluate(x, gradient)
  return [
    value,
    ...gradient,
    density.value(x),
    ...density.byLevel(x)!,
    ...eta,
    ...terms,
    ...(rough ?? []),
    ...(normal?.covariance ?? []),
  ]
}

/** What may happen in between: each takes another point. */
const events: readonly ((like: Likelihood, density: MarginalDensity, y: Float64Array) => unknown)[] = [
  (_, density, y) => density.value(y),
  (_, density, y) => density.evaluate(y, new Float64Array(y.length)),
  (_, density, y) => density.near(y).evaluate(y, new Float64Array(y.length)),
  (_, density, y) =>
    density
      .near(y)
      .near(y.map((one) => 1.1 * one))
      .value(y),
  (like, density, y) =>
    density.byLevel(
      y,
      null,
      like.model.predictors.map(() => new Float64Array(n).fill(0.3)),
    ),
  (_, density, y) => density.effectsAt(y)?.secondOrder(),
  (_, density, y) => density.effectsAt(y)?.eta,
  (like, density, y) => density.effectsAt(y)?.whitened(new Float64Array(like.coordinates.effects).fill(1)),
  (like, _, y) => like.effectsAt(y)?.terms.map(({ covariance }) => covariance),
  (like, _, y) => like.roughInformation(y),
  (like, _, y) => like.normal(y)?.derivatives(),
  (like, _, y) => like.marginal(laplaceRule).near(y).value(y),
]

/** The seed of the point that is asked about: things happen there, too. */
const own = 11
const happenings = fc.array(
  fc.record({ event: fc.nat(events.length - 1), seed: fc.constantFrom(own, own, 20, 21, 22) }),
  {
    minLength: 1,
    maxLength: 5,
  },
)

describe.each(Object.entries(models))('%s', (_, model) => {
  it('the same parameters give the same bits, whatever was asked before', () => {
    const like = likelihood(model)
    const x = pointOf(like, own)
    for (const rule of rulesOf(like)) {
      const first = said(likelihood(model), likelihood(model).marginal(rule), x)
      fc.assert(
        fc.property(happenings, (list) => {
          const density = like.marginal(rule)
          for (const { event, seed } of list) events[event](like, density, pointOf(like, seed))
          expect(said(like, density, x)).toEqual(first)
        }),
        { numRuns: 20 },
      )
    }
  })

  it('near a point, too, and there the values are the same but for rounding', () => {
    const like = likelihood(model)
    const [x, y] = [pointOf(like, own), pointOf(like, 12)]
    for (const rule of rulesOf(like)) {
      const plain = like.marginal(rule).value(x)
      const fresh = likelihood(model)
      const first = said(fresh, fresh.marginal(rule).near(y), x)
      expect(Math.abs(first[0] - plain)).toBeLessThan(1e-10 * (1 + Math.abs(plain)))
      const near = like.marginal(rule).near(y)
      fc.assert(
        fc.property(happenings, (list) => {
          for (const { event, seed } of list) events[event](like, near, pointOf(like, seed))
          expect(said(like, near, x)).toEqual(first)
        }),
        { numRuns: 20 },
      )
    }
  })
})

describe('out of support', () => {
  const identity = { family: 'poisson', link: 'identity' }
  it.each([
    ['k ~ 1', identity],
    ['k ~ 1 + (1 | g)', identity],
    ['k ~ 1 + (1 + x | g)', identity],
    ['k ~ 1 + (1 | g/inner)', identity],
    ['k ~ 1 + (1 | g) + (1 | h)', identity],
  ])('%s: every answer says so', (formula, choice) => {
    const like = likelihood(stateModel(formula, table, choice))
    const x = new Float64Array(like.dimension).fill(0.1)
    x[0] = -5
    expect(like.effectsAt(x)).toBeNull()
    expect(like.roughInformation(x)).toBeNull()
    expect(like.normal(x)).toBeNull()
    for (const rule of [laplaceRule, adaptive(3)].filter((one) => like.rules.supports(one) === null)) {
      const density = like.marginal(rule)
      expect(density.value(x)).toBe(Number.NEGATIVE_INFINITY)
      expect(density.evaluate(x, new Float64Array(x.length))).toBe(Number.NEGATIVE_INFINITY)
      expect(density.byLevel(x)).toBeNull()
      expect(density.effectsAt(x)).toBeNull()
      expect(density.near(x).value(x)).toBe(Number.NEGATIVE_INFINITY)
    }
  })
})
