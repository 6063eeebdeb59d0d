import type { Model } from '../../data/model.js'
import { familyNamed } from '../../families/registry.js'
import { linkNamed } from '../../links/registry.js'

/** An offset that is infinite for every link, however heavy its tails. */
const farthest = 1e12

/**
 * Which end of its range each row's response is at: 1 the upper, -1 the lower, 0 neither, 2 for a row without
 * trials, or with an offset that has it there already. A
 * row's density tends to 1 as its predictor goes to that end. Null where no response of the family has an end.
 */
export function responseEnds({ family: name, link: linkName, response, nobs, predictors }: Model): Int8Array | null {
  const { family } = familyNamed(name)
  const { inverse } = linkNamed(linkName)
  const [{ offset }] = predictors
  /** Whether the offset alone has the row where it is going: it says nothing more. */
  const there = (i: number, end: number): boolean => {
    if (!offset || !(offset[i] * end > 0)) return false
    return Math.abs(offset[i]) >= farthest || Math.abs(inverse(offset[i]) - inverse(end * 1e300)) <= 1e-14
  }
  if (family.response !== 'binomial' && family.response !== 'count') return null
  const ends = new Int8Array(nobs)
  for (let i = 0; i < nobs; i++) {
    const observed = family.observed(response, i)
    if (family.response === 'count') ends[i] = observed === (family.least ?? 0) ? -1 : 0
    else if (family.weight(response, i) === 0) ends[i] = 2
    else ends[i] = observed === 0 ? -1 : observed === 1 ? 1 : 0
    if (there(i, ends[i])) ends[i] = 2
  }
  return ends
}
