import type { Model } from '../data/model.js'
import { familyNamed } from '../families/registry.js'

/**
 * Which end of its range each row's response is at: 1 the upper, -1 the lower, 0 neither, 2 for a row without trials. A
 * row's density tends to 1 as its predictor goes to that end. Null where no response of the family has an end.
 */
export function responseEnds({ family: name, response, nobs }: Model): Int8Array | null {
  const { family } = familyNamed(name)
  if (family.response !== 'binomial' && family.response !== 'count') return null
  const ends = new Int8Array(nobs)
  for (let i = 0; i < nobs; i++) {
    const observed = family.observed(response, i)
    if (family.response === 'count') ends[i] = observed === (family.least ?? 0) ? -1 : 0
    else if (family.weight(response, i) === 0) ends[i] = 2
    else ends[i] = observed === 0 ? -1 : observed === 1 ? 1 : 0
  }
  return ends
}
