import type { Stated } from '../../likelihood/frame/stated.js'

/** A logit beyond `plateau` leaves a probability without slope; one of `shoulder` has some. */
const plateau = 7
const shoulder = 3

/**
 * Where a predictor of a probability has run out onto the plateau near 0 or 1 in some rows, the parameters with that
 * predictor drawn in to where there is slope again: the top may lie between. Predictors with parameters `held` stay. Null
 * where there is none.
 */
export function offPlateau(
  { model, layout }: Stated,
  x: Float64Array,
  held: readonly number[] = [],
): Float64Array | null {
  const again = x.slice()
  let found = false
  for (const { kind, stated, fixed: range } of layout.further) {
    if (kind?.link !== 'logit') continue
    const { fixed } = stated
    const first = range.from
    if (held.some((j) => j >= first && j < range.to)) continue
    let farthest = 0
    for (let i = 0; i < model.nobs; i++) {
      let eta = 0
      for (let j = 0; j < fixed.names.length; j++) eta += fixed.x[j * model.nobs + i] * x[first + j]
      farthest = Math.max(farthest, Math.abs(eta))
    }
    if (farthest <= plateau) continue
    found = true
    for (let j = 0; j < fixed.names.length; j++) again[first + j] *= shoulder / farthest
  }
  return found ? again : null
}
