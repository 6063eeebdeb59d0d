import { GlmmError } from '../errors.js'
import { beta } from './beta.js'
import { betabinomial } from './betabinomial.js'
import { binomial } from './binomial.js'
import type { Family } from './family.js'
import { gamma } from './gamma.js'
import { gaussian } from './gaussian.js'
import { hurdle } from './hurdle.js'
import { inverseGaussian } from './inverse-gaussian.js'
import { nbinom1 } from './nbinom1.js'
import { nbinom2 } from './nbinom2.js'
import { poisson } from './poisson.js'
import { student } from './student.js'
import { truncated } from './truncated.js'
import { zeroInflated } from './zero-inflated.js'

const counts: readonly Family[] = [poisson, nbinom2, nbinom1]
const withoutZeros = counts.map(truncated)
const withMoreZeros = counts.map(zeroInflated)
const hurdles = counts.map(hurdle)

export const families: readonly Family[] = [
  binomial,
  betabinomial,
  beta,
  ...counts,
  gaussian,
  student,
  gamma,
  inverseGaussian,
  ...withoutZeros,
  ...withMoreZeros,
  ...hurdles,
]

/**
 * The family that a predictor for zeros makes of one: zero-inflated counts, or, of counts without zeros, a hurdle; null
 * where it makes none.
 */
export function withZeros(family: Family): Family | null {
  return withMoreZeros[counts.indexOf(family)] ?? hurdles[withoutZeros.indexOf(family)] ?? null
}

const added: Family[] = []

/** Makes a family a user wrote known by its name, in this thread. */
export function addFamily(family: Family): void {
  if ([...families, ...added].some((known) => known.name === family.name && known !== family)) {
    throw new GlmmError('USAGE', `expected a new name for a family, got '${family.name}'`, 'choose another name')
  }
  if (!added.includes(family)) added.push(family)
}

/** What lme4, glmmTMB, brms and base R call families that have another name here; small letters. */
const elsewhere: Readonly<Record<string, string>> = {
  bernoulli: 'binomial',
  beta_family: 'beta',
  beta_binomial: 'betabinomial',
  hurdle_negbinomial: 'hurdle_nbinom2',
  'inverse.gaussian': 'inverse_gaussian',
  negbinomial: 'nbinom2',
  normal: 'gaussian',
  t_family: 'student',
  zero_inflated_negbinomial: 'zero_inflated_nbinom2',
}

/** The family of that name, exactly; else in any capitals, or by its name elsewhere. */
function known(name: string, all: readonly Family[]): Family | undefined {
  const exact = all.find((candidate) => candidate.name === name)
  if (exact) return exact
  const small = name.toLowerCase()
  const own = Object.hasOwn(elsewhere, small) ? elsewhere[small] : small
  return all.find((candidate) => candidate.name.toLowerCase() === own.toLowerCase())
}

/** The family of that name, and the link: the given one, or the family's default. */
export function familyNamed(name: string, link?: string): { family: Family; link: string } {
  const all = [...families, ...added]
  const family = known(name, all)
  if (!family) {
    const names = all.map((candidate) => candidate.name).join(', ')
    throw new GlmmError('USAGE', `expected a family (${names}), got '${name}'`, 'give one of these with --family')
  }
  if (link !== undefined && !family.links.includes(link)) {
    const names = family.links.join(', ')
    throw new GlmmError(
      'USAGE',
      `expected a link of the ${family.name} family (${names}), got '${link}'`,
      'give one of these with --link',
    )
  }
  return { family, link: link ?? family.links[0] }
}
