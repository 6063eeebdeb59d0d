import type { Covariance } from './covariance.js'
import { unstructured } from './unstructured.js'

export const covariances: readonly Covariance[] = [unstructured]

/** The covariance of that name; names come from the formula language, so one that is missing is a fault of the program. */
export function covarianceNamed(name: string): Covariance {
  const covariance = covariances.find((candidate) => candidate.name === name)
  if (!covariance) throw new TypeError(`no covariance named ${name}`)
  return covariance
}
