import type { LaidPredictor } from '../../likelihood/frame/parameter-layout.js'
import { copies } from '../../data/response-rows.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { down, free, up } from '../../numerics/recession-cone.js'

/** An offset that is infinite for every link, however heavy its tails. */
const farthest = 1e12

/**
 * Which way a predictor, the location's unless another is given, of each row may go for ever, its density going to 1: `up`, `down`, `still` for neither, `free` for a
 * row that counts for nothing, or whose offset has it there already. Null where the family has no such ends.
 */
export function responseEnds(
  { model, family, layout }: Stated,
  of: LaidPredictor | null = layout.location,
): Int8Array | null {
  const { response, nobs } = model
  if (family.response !== 'binomial' && family.response !== 'count') return null
  const recession = of && (of.kind ? of.kind.recession : family.recession?.(model.link))
  if (!recession) return null
  const { inverse } = of.link
  const { offset } = of.stated
  const there = (i: number, end: number): boolean => {
    if (!offset || !(offset[i] * end > 0)) return false
    return Math.abs(offset[i]) >= farthest || Math.abs(inverse(offset[i]) - inverse(end * 1e300)) <= 1e-14
  }
  return Int8Array.from({ length: nobs }, (_, i) => {
    if (copies(response, i) === 0) return free
    const end = recession(response, i)
    return (end === up || end === down) && there(i, end) ? free : end
  })
}
