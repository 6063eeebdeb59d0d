import { GlmmError } from '../errors.js'
import { autoregressive } from './autoregressive.js'
import { compoundSymmetry } from './compound-symmetry.js'
import type { Covariance } from './covariance.js'
import { diagonal } from './diagonal.js'
import { flat } from './flat.js'
import { unstructured } from './unstructured.js'

export const covariances: readonly Covariance[] = [unstructured, diagonal, compoundSymmetry, autoregressive]

export function covarianceNamed(name: string): Covariance {
  const covariance = [...covariances, flat].find((candidate) => candidate.name === name)
  if (covariance) return covariance
  const known = covariances.map((candidate) => candidate.name).join(', ')
  const hint = 'write one of these around the term, as in diag(1 + x | g)'
  throw new GlmmError('FORMULA', `expected a covariance structure (${known}), got '${name}'`, hint)
}
