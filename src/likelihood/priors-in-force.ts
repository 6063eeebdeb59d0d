import type { Model } from '../data/model.js'
import { GlmmError } from '../errors.js'
import type { Distribution } from '../priors/distribution.js'
import { defaultPriors, type Prior, parsePrior } from '../priors/parse-prior.js'

/** The prior of each outer parameter of a model. */
export interface PriorsInForce {
  /** One a fixed effect. */
  readonly fixed: readonly Distribution[]
  /** One a standard deviation, in the order of the outer parameters. */
  readonly sd: readonly Distribution[]
  /** The statements in force, defaults included. */
  readonly text: readonly string[]
}

/**
 * Which prior each parameter gets: the last statement that names it, else the last on its class, else the default.
 * `b` is on all coefficients of the columns as they are, the intercept's included unless `Intercept` has its own.
 */
export function priorsInForce(model: Model, statements: readonly string[]): PriorsInForce {
  const priors = [...defaultPriors, ...statements].map(parsePrior)
  const used = new Set<Prior>()
  const names = model.predictors[0].fixed.names
  const terms = model.predictors.flatMap((predictor) => predictor.random)
  const groups = terms.map((term) => term.group)
  for (const prior of priors.slice(defaultPriors.length)) checkTarget(prior, names, groups)

  /** The last statement that passes the most specific test any statement passes. */
  const choose = (tests: readonly ((prior: Prior) => boolean)[]): Distribution => {
    for (const test of tests) {
      const prior = priors.findLast(test)
      if (prior) {
        used.add(prior)
        return prior.distribution
      }
    }
    throw new TypeError('a default prior is missing')
  }
  const fixed = names.map((name) =>
    choose([
      ...(name === '(Intercept)' ? [(prior: Prior) => prior.target === 'Intercept'] : []),
      (prior) => prior.target === 'b' && isCoefficient(prior.element, name),
      (prior) => prior.target === 'b' && prior.element === null,
    ]),
  )
  const sd = terms.flatMap((term) =>
    term.names.map(() =>
      choose([
        (prior) => prior.target === 'sd' && prior.element === term.group,
        (prior) => prior.target === 'sd' && prior.element === null,
      ]),
    ),
  )
  return { fixed, sd, text: priors.filter((prior) => used.has(prior)).map((prior) => prior.text) }
}

const isCoefficient = (element: string | null, name: string): boolean =>
  element === name || (element === 'Intercept' && name === '(Intercept)')

function checkTarget(prior: Prior, names: readonly string[], groups: readonly string[]): void {
  const { target, element, text } = prior
  if (target === 'Intercept' && !names.includes('(Intercept)')) {
    throw new GlmmError('PRIOR', `expected a model with an intercept for '${text}', got none`, 'leave the prior out')
  }
  if (element === null) return
  const known = target === 'sd' ? groups : names
  if (target === 'sd' ? groups.includes(element) : names.some((name) => isCoefficient(element, name))) return
  const what = target === 'sd' ? 'a grouping factor' : 'a coefficient'
  const list = known.length > 0 ? known.join(', ') : 'none'
  throw new GlmmError(
    'PRIOR',
    `expected ${what} of the model (${list}), got '${element}' in '${text}'`,
    'name one of these',
  )
}
