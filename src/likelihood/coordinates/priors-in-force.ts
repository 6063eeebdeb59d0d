import { deviations } from '../../covariance/chart.js'
import type { Model } from '../../data/model.js'
import { GlmmError } from '../../errors.js'
import { type Distribution, throughMap } from '../../priors/distribution.js'
import { checkSupport, type Prior, parsePrior } from '../../priors/parse-prior.js'
import { defaultPriors } from './default-priors.js'
import { coefficientOf, type DrawnFixed, drawnFixed, drawnValue, plainName } from './drawn-parameters.js'
import { type Stated, state } from '../frame/stated.js'

/** The prior of each outer coordinate of a model. */
export interface PriorsInForce {
  /** One a fixed effect of any predictor, on the scale of the coefficient. */
  readonly fixed: readonly Distribution[]
  /** One a standard deviation, in the order of the coordinates. */
  readonly sd: readonly Distribution[]
  /** Shape of the LKJ distribution, one a random term. */
  readonly lkj: readonly number[]
  /** The statements in force, defaults included. */
  readonly text: readonly string[]
  /** Those among them whose density has no finite integral. */
  readonly improper: readonly string[]
}

/**
 * Which prior each parameter gets: of the user's statements the last that names it, else the last on its class; else
 * the default. `b` is on all coefficients of the columns as they are, the intercept's included unless `Intercept` has
 * its own.
 *
 * @param given - Of `model` or `buildModel`.
 * @param statements - Such as 'b ~ normal(0, 2.5)' and 'sd ~ exponential(1)'.
 * @returns A distribution for each coefficient and standard deviation, a shape for each correlation matrix, and their text.
 * @throws GlmmError PRIOR for a statement that cannot be read, or is on what the model does not have.
 * @example
 * import { model, priorsInForce, tableFrom } from 'glmm/core'
 * const stated = model('y ~ 1 + (1 | g)', tableFrom({ y: [4, 6, 9, 11], g: ['a', 'a', 'b', 'b'] }), { family: 'poisson' })
 * const { sd } = priorsInForce(stated, ['sd ~ exponential(2)'])
 * // log(2 exp(-2 x)) at x = 0.
 * console.log(sd[0].logDensity(0).toFixed(6)) // 0.693147
 */
export function priorsInForce(given: Model | Stated, statements: readonly string[]): PriorsInForce {
  const stated = state(given)
  const { layout } = stated
  const mine = statements.map(parsePrior)
  const defaults = defaultPriors(stated).map(parsePrior)
  const fixedEffects = drawnFixed(stated)
  const used = new Set<Prior>()
  for (const prior of mine) checkTarget(prior, fixedEffects, layout.terms)

  /** The last statement that passes the most specific test any statement passes: the user's, else the defaults'. */
  const choose = (tests: readonly ((prior: Prior) => boolean)[]): Prior => {
    for (const list of [mine, defaults]) {
      for (const test of tests) {
        const prior = list.findLast(test)
        if (!prior) continue
        used.add(prior)
        return prior
      }
    }
    throw new TypeError('a default prior is missing')
  }
  const fixed = fixedEffects.map((effect): Distribution => {
    const { element, parameter, name } = effect
    if (!parameter) {
      return choose([
        ...(element === 'Intercept' ? [(prior: Prior) => prior.target === 'Intercept'] : []),
        (prior) => prior.target === 'b' && isCoefficient(prior.element, effect),
        (prior) => prior.target === 'b' && prior.element === null,
      ]).distribution!
    }
    const { distribution } = choose([(prior) => prior.target === name])
    const { link, power } = parameter
    const map = (eta: number): readonly [number, number, number, number] => {
      const value = drawnValue(parameter, eta)
      // value = m^power; dm / deta = m, or m (1 - m) under a logit: (log |slope|)' = power r - ... in those terms.
      const m = link === 'log' ? null : drawnValue({ link, power: 1 }, eta)
      const rate = m === null ? power : power * (1 - m)
      const bend = m === null ? power : power * (1 - m) - m
      return [value, Math.log(Math.abs(rate)) + Math.log(value), rate * value, bend]
    }
    return throughMap(distribution!, map, (drawn) => coefficientOf(parameter, drawn))
  })
  const sd = layout.terms.flatMap(({ term, covariance }) => {
    const q = term.names.length
    const of = covariance.chart.deviationOf(q)
    return Array.from({ length: deviations(covariance.chart, q) }, (_, d) => {
      const column = `${term.group}__${plainName(term.names[of.indexOf(d)])}`
      return choose([
        (prior) => prior.target === 'sd' && prior.element === column,
        (prior) => prior.target === 'sd' && prior.element === term.group,
        (prior) => prior.target === 'sd' && prior.element === null,
      ]).distribution!
    })
  })
  const lkj = layout.terms.map(({ term, covariance }) =>
    covariance.chart.correlationSize(term.names.length) === 0
      ? 1
      : choose([
          (prior) => prior.target === 'cor' && prior.element === term.group,
          (prior) => prior.target === 'cor' && prior.element === null,
        ]).lkj!,
  )
  const inForce = [...defaults, ...mine].filter((prior) => used.has(prior))
  return {
    fixed,
    sd,
    lkj,
    text: inForce.map((prior) => prior.text),
    improper: inForce.filter((prior) => prior.distribution?.improper).map((prior) => prior.text),
  }
}

const isCoefficient = (named: string | null, { element }: DrawnFixed): boolean =>
  named !== null && plainName(named) === element

/** Refuses a statement that no parameter of the model answers to. */
function checkTarget(
  { target, element, text, distribution }: Prior,
  fixedEffects: readonly DrawnFixed[],
  terms: Stated['layout']['terms'],
): void {
  const hint = 'name one of these'
  const refuse = (what: string, list: readonly string[], got: string): GlmmError =>
    new GlmmError(
      'PRIOR',
      `expected ${what} (${list.length > 0 ? list.join(', ') : 'none'}), got '${got}' in '${text}'`,
      hint,
    )
  const parameters = fixedEffects.flatMap(({ parameter, name }) => (parameter ? [name] : []))
  if (target === 'Intercept') {
    if (fixedEffects.some((effect) => effect.element === 'Intercept')) return
    throw new GlmmError('PRIOR', `expected a model with an intercept for '${text}', got none`, 'leave the prior out')
  }
  if (target === 'b') {
    const known = fixedEffects.flatMap((effect) => (effect.element === null ? [] : [effect.element]))
    if (element === null || fixedEffects.some((effect) => isCoefficient(element, effect))) return
    throw refuse('a coefficient of the model', known, element)
  }
  if (target === 'sd' || target === 'cor') {
    const groups = [...new Set(terms.map(({ term }) => term.group))]
    const columns = terms.flatMap(({ term }) => term.names.map((name) => `${term.group}__${plainName(name)}`))
    if (element === null || groups.includes(element)) return
    if (target === 'sd' && columns.includes(element)) return
    throw refuse('a grouping factor of the model', target === 'sd' ? [...groups, ...columns] : groups, element)
  }
  if (!parameters.includes(target) || element !== null) {
    throw refuse('a prior on', ['b', 'Intercept', 'sd', 'cor', ...parameters], target)
  }
  checkSupport(target, distribution!)
}
