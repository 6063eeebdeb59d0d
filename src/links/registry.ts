import { cloglog } from './cloglog.js'
import type { Link, ProbabilityLink } from './link.js'
import { log } from './log.js'
import { logit } from './logit.js'
import { probit } from './probit.js'

/** Links onto probabilities. */
export const probabilityLinks: readonly ProbabilityLink[] = [logit, probit, cloglog]

/** Every link. */
export const links: readonly Link[] = [...probabilityLinks, log]

/** The link of that name; names come from a family's list, so one that is missing is a fault of the program. */
export function linkNamed(name: string): Link {
  const link = links.find((candidate) => candidate.name === name)
  if (!link) throw new TypeError(`no link named ${name}`)
  return link
}
