import { GlmmError } from '../errors.js'

/** A family as a user wrote it: its name, and the link where one stands in its brackets. */
export interface FamilySpelling {
  readonly name: string
  readonly link: string | undefined
}

const call = /^\s*(?:[\w.]+::)?([\p{L}_][\p{L}\p{N}_.\- ]*?)\s*(?:\(([^()]*)\))?\s*$/u
const linkArgument = /^\s*(?:link\s*=\s*)?(["'`]?)([\w./^-]+)\1\s*$/

/**
 * Takes a family apart that is spelled as a call of R: `Gamma(link = log)`, `binomial("probit")`, `glmmTMB::nbinom2()`.
 * A plain name is its own spelling.
 *
 * @throws GlmmError USAGE where there is more in the brackets than a link.
 * @example familySpelled('Gamma(link = "log")') // { name: 'Gamma', link: 'log' }
 */
export function familySpelled(text: string): FamilySpelling {
  const found = call.exec(text)
  if (!found) return { name: text, link: undefined }
  const [, name, inside] = found
  if (inside === undefined || inside.trim() === '') return { name, link: undefined }
  const link = linkArgument.exec(inside)
  if (!link)
    throw new GlmmError(
      'USAGE',
      `expected a link alone in the brackets of a family, got '${text.trim()}'`,
      `such as ${name}(link = log); parameters of a family are estimated`,
    )
  return { name, link: link[2] }
}

/** Small letters, with dots, hyphens and spaces as underscores: what capitals and separators do not change. */
export const normalised = (name: string): string => name.toLowerCase().replace(/[.\- ]/g, '_')

/** What lme4, glmmTMB, brms, rstanarm, MASS and base R call families that have another name here; normalised. */
export const elsewhere: Readonly<Record<string, string>> = {
  bernoulli: 'binomial',
  beta_family: 'beta',
  beta_binomial: 'betabinomial',
  hurdle_negbinomial: 'hurdle_nbinom2',
  hurdle_negative_binomial: 'hurdle_nbinom2',
  inversegaussian: 'inverse_gaussian',
  nb: 'nbinom2',
  nb1: 'nbinom1',
  nb2: 'nbinom2',
  nbinom: 'nbinom2',
  neg_binomial: 'nbinom2',
  neg_binomial_1: 'nbinom1',
  neg_binomial_2: 'nbinom2',
  neg_binomial1: 'nbinom1',
  neg_binomial2: 'nbinom2',
  negative_binomial: 'nbinom2',
  negative_binomial_1: 'nbinom1',
  negative_binomial_2: 'nbinom2',
  negativebinomial: 'nbinom2',
  negbin: 'nbinom2',
  negbinomial: 'nbinom2',
  normal: 'gaussian',
  student_t: 'student',
  t: 'student',
  t_family: 'student',
  truncated_negbinomial: 'truncated_nbinom2',
  zero_inflated_negbinomial: 'zero_inflated_nbinom2',
  zero_inflated_negative_binomial: 'zero_inflated_nbinom2',
  zinb: 'zero_inflated_nbinom2',
  zip: 'zero_inflated_poisson',
}

/** Families of other software that are not there, with what serves in their place; normalised. */
export const absentFamilies: Readonly<Record<string, string>> = {
  quasi: 'quasi-likelihoods have no likelihood to integrate; name the family of the response',
  quasibinomial: 'quasi-likelihoods have no likelihood to integrate; betabinomial lets binomial counts vary more',
  quasipoisson:
    'quasi-likelihoods have no likelihood to integrate; nbinom1 has the same variance, proportional to the mean',
  lognormal: 'fit log(y) with the gaussian family',
  multinomial: 'fit one level against the others: I(y == "level") with the binomial family',
  categorical: 'fit one level against the others: I(y == "level") with the binomial family',
  cumulative: 'fit a cut of the scale: I(y > 2) with the binomial family',
  ordinal: 'fit a cut of the scale: I(y > 2) with the binomial family',
}
