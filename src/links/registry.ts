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

/** Every link. */
export const links: readonly Link[] = [...probabilityLinks, ...positiveLinks]

/** The link of that name; names come from a family's list, so one that is missing is a fault of the program. */
export function linkNamed(name: string): Link {
  const link = links.find((candidate) => candidate.name === name)
  if (!link) throw new TypeError(`no link named ${name}`)
  return link
}

/** As `linkNamed`, for the families whose mean is above 0. */
export function positiveNamed(name: string): PositiveLink {
  const link = positiveLinks.find((candidate) => candidate.name === name)
  if (!link) throw new TypeError(`no link named ${name} for a mean above 0`)
  return link
}

/** As `linkNamed`, for the families whose mean is a probability. */
export function probabilityNamed(name: string): ProbabilityLink {
  const link = probabilityLinks.find((candidate) => candidate.name === name)
  if (!link) throw new TypeError(`no link named ${name} onto probabilities`)
  return link
}
