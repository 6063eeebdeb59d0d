import { GlmmError } from '../errors.js'
import { unknownInThread } from '../unknown-in-thread.js'
import { cauchit } from './cauchit.js'
import { cloglog } from './cloglog.js'
import { identity } from './identity.js'
import { inverse } from './inverse.js'
import { inverseSquare } from './inverse-square.js'
import type { Link, PositiveLink, ProbabilityLink } from './link.js'
import { log } from './log.js'
import { logit } from './logit.js'
import { probit } from './probit.js'
import { sqrt } from './sqrt.js'

/** Links onto probabilities. */
export const probabilityLinks: readonly ProbabilityLink[] = [logit, probit, cloglog, cauchit]

/** Links that can serve a mean above 0. */
export const positiveLinks: readonly PositiveLink[] = [log, inverse, identity, inverseSquare, sqrt]

/** Every link of the program. */
export const links: readonly Link[] = [...probabilityLinks, ...positiveLinks]

const added: Link[] = []

/** Links that users wrote. */
export const addedLinks: readonly Link[] = added

/**
 * Makes a link a user wrote known by its name, in this thread; threads that sample import the module that does so (option
 * `modules`). Families of a mean between 0 and 1 take one with `logTails` (binomial, betabinomial, beta), those of a positive
 * number one with `logMean` (Gamma, inverse_gaussian), and a family a user wrote takes what its `links` name.
 *
 * @param link - For every eta a mean inside the range; see `defineLink` for one without derivatives.
 * @throws GlmmError USAGE where another link has the name.
 * @example
 * import { addLink, defineLink, fit, tableFrom } from 'glmm/core'
 * addLink(
 *   defineLink({
 *     name: 'loglog',
 *     mean: 'probability',
 *     link: (mu) => -Math.log(-Math.log(mu)),
 *     inverse: (eta) => Math.exp(-Math.exp(-eta)),
 *   }),
 * )
 * const { fixed } = fit('cbind(r, n - r) ~ 1', tableFrom({ r: [3, 5], n: [10, 10] }), { family: 'binomial', link: 'loglog' })
 * // The probability is 8 / 20 under any link.
 * console.log(Math.exp(-Math.exp(-fixed[0].estimate)).toFixed(4)) // 0.4000
 */
export function addLink(link: Link): void {
  if ([...links, ...added].some((known) => known.name === link.name && known !== link))
    throw new GlmmError('USAGE', `expected a new name for a link, got '${link.name}'`, 'choose another name')
  if (!added.includes(link)) added.push(link)
}

export const isProbabilityLink = (link: Link): link is ProbabilityLink => 'logTails' in link
export const isPositiveLink = (link: Link): link is PositiveLink => 'logMean' in link

/** The link of that name, which a model or a family has. */
export function linkNamed(name: string): Link {
  const link = [...links, ...added].find((candidate) => candidate.name === name)
  if (!link) throw unknownInThread('link', name)
  return link
}

/** As `linkNamed`, for the families whose mean is above 0. */
export function positiveNamed(name: string): PositiveLink {
  const link = linkNamed(name)
  if (!isPositiveLink(link)) throw new TypeError(`no link named ${name} for a mean above 0`)
  return link
}

/** As `linkNamed`, for the families whose mean is a probability. */
export function probabilityNamed(name: string): ProbabilityLink {
  const link = linkNamed(name)
  if (!isProbabilityLink(link)) throw new TypeError(`no link named ${name} onto probabilities`)
  return link
}
