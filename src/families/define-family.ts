import { GlmmError } from '../errors.js'
import { linkNamed } from '../links/registry.js'
import { beta } from './beta.js'
import { binomial } from './binomial.js'
import { differences } from './differences.js'
import { type Family, type FurtherPredictor, noDeviance } from './family.js'
import { nearestName } from '../nearest-name.js'
import type { ResponseKind } from './response-kinds.js'
import type { Role } from './role.js'
import { gamma } from './gamma.js'
import { gaussian } from './gaussian.js'
import { poisson } from './poisson.js'

/** What defines a family; the rest has an answer without it. */
export interface FamilyDefinition {
  /** Name in the registry; `addFamily` refuses one that is taken. */
  readonly name: string
  /** The support: successes of trials, counts, any number, above 0, between 0 and 1. */
  readonly response: ResponseKind
  /** Names in the link registry; the first is the default. */
  readonly links: readonly string[]
  /** Predictors beside the mean's, none where left out; their role is 'shape' where none is given. */
  readonly further?: readonly (Omit<FurtherPredictor, 'role'> & { readonly role?: Role | undefined })[]
  /**
   * Log density of one response, every constant included, at the natural parameters: mu, then what the further
   * predictors report. `trials` is 1 where the family has none. Anything but a finite number is out of support.
   */
  readonly logDensity: (y: number, trials: number, parameters: Float64Array) => number
  /** Mean of the response (of the proportion, where there are trials) at the natural parameters; mu where left out. */
  readonly meanOfResponse?: Family['meanOfResponse']
  /** Its variance, which Pearson residuals need: NaN where left out. */
  readonly varianceOfResponse?: Family['varianceOfResponse']
  /** Draws a response; without it replicates and predictive checks are refused. */
  readonly simulate?: NonNullable<Family['simulate']>
  /** Its distribution function, which quantile residuals of a continuous family need. */
  readonly tail?: NonNullable<Family['tail']>
}

/**
 * A family from its log density alone: derivatives come from central differences, about 200 values of the log density
 * a row with one predictor's, 600 with two. `addFamily` makes it known by its name.
 *
 * @param definition - Name, support, links and log density, at least.
 * @returns The family, as the registry takes it.
 * @throws GlmmError USAGE where one of these is missing or is no such thing.
 * @example
 * import { addFamily, defineFamily, fit, tableFrom } from 'glmm/core'
 * // Failures before the first success, by their mean; its maximum is the mean of the data.
 * addFamily(
 *   defineFamily({
 *     name: 'failures',
 *     response: 'count',
 *     links: ['log'],
 *     logDensity: (y, _, [mu]) => y * Math.log(mu) - (y + 1) * Math.log1p(mu),
 *   }),
 * )
 * const { fixed } = fit('y ~ 1', tableFrom({ y: [0, 3, 1, 4, 2] }), { family: 'failures' })
 * console.log(Math.exp(fixed[0].estimate).toFixed(4)) // 2.0000
 */
export function defineFamily(definition: FamilyDefinition): Family {
  checkDefinition(definition)
  const { name, response, links, logDensity, simulate, tail } = definition
  const further = (definition.further ?? []).map((one): FurtherPredictor => ({ ...one, role: one.role ?? 'shape' }))
  const K = 1 + further.length
  const kind = workings[response]
  return {
    name,
    response,
    links,
    further,
    derivatives: 'differences',
    density: (link, { y, trials }) => {
      const inverses = [link, ...further.map((predictor) => predictor.link)].map((one) => linkNamed(one).inverse)
      const natural = new Float64Array(K)
      return {
        predictors: K,
        at: (row, eta, out) => {
          const value = (point: Float64Array): number => {
            for (let k = 0; k < K; k++) natural[k] = inverses[k](point[k])
            try {
              return logDensity(y[row], trials ? trials[row] : 1, natural)
            } catch (error) {
              throw new GlmmError(
                'USAGE',
                `expected a number of ${name}'s logDensity, got ${error}`,
                'mend that function',
              )
            }
          }
          differences(K, value, eta, out)
        },
      }
    },
    variance: kind.variance,
    meanOfResponse: definition.meanOfResponse ?? (([mu]) => mu),
    varianceOfResponse: definition.varianceOfResponse ?? (() => Number.NaN),
    weight: kind.weight,
    observed: kind.observed,
    start: kind.start,
    unitDeviance: noDeviance,
    ratio: () => null,
    ...(simulate && { simulate }),
    ...(tail && { tail }),
  }
}

function checkDefinition({ name, response, links, logDensity }: Partial<FamilyDefinition>): void {
  const refuse = (what: string, got: unknown, hint: string): GlmmError =>
    new GlmmError('USAGE', `expected ${what} in defineFamily, got ${got}`, hint)
  if (typeof name !== 'string' || name === '') throw refuse('a name', name, "write name: 'geometric'")
  const kinds = Object.keys(workings)
  if (typeof response !== 'string' || !kinds.includes(response)) {
    const near = typeof response === 'string' ? nearestName(response, kinds) : null
    const hint = near === null ? "write response: 'count', say" : `did you mean ${near}?`
    throw refuse(`a response (${kinds.join(', ')})`, response, hint)
  }
  if (!Array.isArray(links) || links.length === 0)
    throw refuse('a list of links', links, "write links: ['log']; the first is the default")
  if (typeof logDensity !== 'function')
    throw refuse('a function logDensity', logDensity, 'write logDensity: (y, trials, [mu]) => ...')
}

/** A built-in family of each kind of response, whose variance function and start serve the first working responses. */
const workings: Readonly<Record<ResponseKind, Family>> = {
  binomial,
  count: poisson,
  real: gaussian,
  positive: gamma,
  'unit-interval': beta,
}
