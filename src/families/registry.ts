import { GlmmError } from '../errors.js'
import { addedLinks, isPositiveLink, isProbabilityLink } from '../links/registry.js'
import { unknownInThread } from '../unknown-in-thread.js'
import { nearestName } from '../nearest-name.js'
import { beta } from './beta.js'
import { betabinomial } from './betabinomial.js'
import { binomial } from './binomial.js'
import type { Family, FurtherPredictor } from './family.js'
import { absentFamilies, elsewhere, familySpelled, normalised } from './family-spelling.js'
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

/**
 * Makes a family a user wrote known by its name, in this thread; threads that sample import the module that does so (option
 * `modules`).
 *
 * @param family - Of `defineFamily`, or with derivatives of one's own.
 * @throws GlmmError USAGE where another family has the name.
 * @example
 * import { addFamily, defineFamily, fit, tableFrom } from 'glmm/core'
 * const logDensity = (y, _, [mu]) => y * Math.log(mu) - (y + 1) * Math.log1p(mu)
 * addFamily(defineFamily({ name: 'geometric', response: 'count', links: ['log'], logDensity }))
 * console.log(fit('y ~ 1', tableFrom({ y: [0, 3, 1, 4, 2] }), { family: 'geometric' }).family) // geometric
 */
export function addFamily(family: Family): void {
  if ([...families, ...added].some((one) => normalised(one.name) === normalised(family.name) && one !== family)) {
    throw new GlmmError('USAGE', `expected a new name for a family, got '${family.name}'`, 'choose another name')
  }
  if (!added.includes(family)) added.push(family)
}

/** The family that a model names, by its name as it stands in the registry. */
export function familyOf(name: string): Family {
  const family = [...families, ...added].find((candidate) => candidate.name === name)
  if (!family) throw unknownInThread('family', name)
  return family
}

/** The links that a family takes, those of a user's own last. */
export function linksOf({ links, takes }: Family): string[] {
  const fits = takes === 'probability' ? isProbabilityLink : takes === 'positive' ? isPositiveLink : () => false
  return [...links, ...addedLinks.filter(fits).map(({ name }) => name)]
}

/** The family of that name, exactly; else in any capitals and with any separators, or by its name elsewhere. */
function known(name: string, all: readonly Family[]): Family | undefined {
  const exact = all.find((candidate) => candidate.name === name)
  if (exact) return exact
  const plain = normalised(name)
  const own = Object.hasOwn(elsewhere, plain) ? elsewhere[plain] : plain
  return all.find((candidate) => normalised(candidate.name) === normalised(own))
}

/**
 * The family of that name, and the link: the given one, or the family's default. The name may be spelled as in R, with a
 * link in brackets: `Gamma(link = log)`.
 *
 * @throws GlmmError USAGE for an unknown family, a link that it does not take, or two links that differ.
 */
export function familyNamed(name: string, link?: string): { family: Family; link: string } {
  const all = [...families, ...added]
  const plain = known(name, all)
  if (plain) return { family: plain, link: linkOf(plain, link) }
  const spelled = familySpelled(name)
  const family = known(spelled.name, all)
  if (!family) throw unknownFamily(spelled.name, all)
  if (spelled.link !== undefined && link !== undefined && linkOf(family, spelled.link) !== linkOf(family, link))
    throw new GlmmError('USAGE', `expected one link, got ${name} and ${link}`, 'leave one of the two out')
  return { family, link: linkOf(family, spelled.link ?? link) }
}

function unknownFamily(name: string, all: readonly Family[]): GlmmError {
  const plain = normalised(name)
  const near = nearestName(plain, [...all.map((one) => normalised(one.name)), ...Object.keys(elsewhere)])
  const meant = near === null ? null : (known(near, all)?.name ?? null)
  const hint = Object.hasOwn(absentFamilies, plain)
    ? absentFamilies[plain]
    : `${meant === null ? '' : `did you mean ${meant}? `}give one of these with --family, or name the module of your own that adds it with --import`
  const names = all.map((candidate) => candidate.name).join(', ')
  return new GlmmError('USAGE', `expected a family (${names}), got '${name}'`, hint)
}

/** The link of that name among those that the family takes, in any capitals; its default where none is given. */
function linkOf(family: Family, link: string | undefined): string {
  if (link === undefined) return family.links[0]
  const taken = linksOf(family)
  if (taken.includes(link)) return link
  const small = link.toLowerCase()
  const own = taken.find((candidate) => candidate.toLowerCase() === small)
  if (own !== undefined) return own
  const near = nearestName(small, taken)
  const hint =
    family.unfitLinks?.[small] ?? `${near === null ? '' : `did you mean ${near}? `}give one of these with --link`
  throw new GlmmError(
    'USAGE',
    `expected a link of the ${family.name} family (${taken.join(', ')}), got '${link}'`,
    hint,
  )
}

/** What a family says of the predictor of that name; null of the location's, and of parts of it. */
export const furtherNamed = (family: Family, name: string): FurtherPredictor | null =>
  family.further.find((one) => one.name === name) ?? null
