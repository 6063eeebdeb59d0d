import { GlmmError } from '../errors.js'
import { unknownInThread } from '../unknown-in-thread.js'
import { autoregressive } from './autoregressive.js'
import { compoundSymmetry } from './compound-symmetry.js'
import type { Covariance } from './covariance.js'
import { diagonal } from './diagonal.js'
import { flat } from './flat.js'
import { unstructured } from './unstructured.js'

/** The covariance structures of the program; a formula names them. */
export const covariances: readonly Covariance[] = [unstructured, diagonal, compoundSymmetry, autoregressive]

const added: Covariance[] = []

/** A name that a formula can call. */
const callable = /^[A-Za-z.][\w.]*$/

/**
 * Makes a covariance structure a user wrote known by its name, in this thread: a formula may then write it around a random term,
 * as diag(1 + x | g). Threads that sample import the module that does so (option `modules`).
 *
 * @param covariance - Its relative factor, start, derivatives, and chart for priors.
 * @throws GlmmError USAGE where another structure has the name, or a formula could not write it.
 * @example
 * import { addCovariance } from 'glmm/core'
 * // A formula calls a structure by its name, which this one does not allow.
 * try {
 *   addCovariance({ name: 'not a word' })
 * } catch (error) {
 *   console.log(error.code) // USAGE
 * }
 */
export function addCovariance(covariance: Covariance): void {
  const { name } = covariance
  if (!callable.test(name))
    throw new GlmmError(
      'USAGE',
      `expected a name that a formula can call, got '${name}'`,
      'letters, digits and _ will do',
    )
  if ([...covariances, flat, ...added].some((known) => known.name === name && known !== covariance))
    throw new GlmmError('USAGE', `expected a new name for a covariance, got '${name}'`, 'choose another name')
  if (!added.includes(covariance)) added.push(covariance)
}

/** The names that a formula may write around a random term. */
export const covarianceNames = (): string[] => [...covariances, ...added].map(({ name }) => name)

/** The structure of that name, which a random term has. */
export function covarianceNamed(name: string): Covariance {
  const covariance = [...covariances, flat, ...added].find((candidate) => candidate.name === name)
  if (!covariance) throw unknownInThread('covariance', name)
  return covariance
}
