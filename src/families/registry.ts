import { GlmmError } from '../errors.js'
import { beta } from './beta.js'
import { betabinomial } from './betabinomial.js'
import { binomial } from './binomial.js'
import type { Family } from './family.js'
import { gamma } from './gamma.js'
import { gaussian } from './gaussian.js'
import { inverseGaussian } from './inverse-gaussian.js'
import { nbinom1 } from './nbinom1.js'
import { nbinom2 } from './nbinom2.js'
import { poisson } from './poisson.js'
import { student } from './student.js'

export const families: readonly Family[] = [
  binomial,
  poisson,
  gaussian,
  gamma,
  inverseGaussian,
  nbinom2,
  nbinom1,
  beta,
  betabinomial,
  student,
]

/** The family of that name, and the link: the given one, or the family's default. */
export function familyNamed(name: string, link?: string): { family: Family; link: string } {
  const family = families.find((candidate) => candidate.name === name)
  if (!family) {
    const known = families.map((candidate) => candidate.name).join(', ')
    throw new GlmmError('USAGE', `expected a family (${known}), got '${name}'`, 'give one of these with --family')
  }
  if (link !== undefined && !family.links.includes(link)) {
    const known = family.links.join(', ')
    throw new GlmmError(
      'USAGE',
      `expected a link of the ${name} family (${known}), got '${link}'`,
      'give one of these with --link',
    )
  }
  return { family, link: link ?? family.links[0] }
}
