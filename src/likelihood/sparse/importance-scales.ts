import { pairIndex } from '../../families/derivative-order.js'
import { entryOf } from '../../numerics/sparse-pattern.js'
import type { TwoPieceScales } from './importance-points.js'
import { sameElement } from '../frame/slots.js'
import type { LaplaceParts } from './laplace-parts.js'

/** How far from the mode the density is looked at, in conditional standard deviations. */
const distance = 1.5
/** The share of an element's precision that is left where those eliminated before it are integrated out. */
const nearlyAll = 0.98
const [least, most] = [0.6, 2.5]

/**
 * Scales that make a normal density of two pieces as high as that of the random effects, `distance` to either side of
 * the mode at the outer parameters x (the split-normal proposal of Geweke 1989, Econometrica 57). One for each variable of
 * e = L'(u - m), as far as it moves its own effect only: those of the factor eliminated first. The others have 1.
 */
export function importanceScales(
  { structure, linear, rows, approximation }: LaplaceParts,
  x: Float64Array,
): TwoPieceScales {
  const { size, width, columns, precision, chains, symbolic } = structure
  const { slots, fixed, multipliers: a } = linear
  const { predictors: K, eta, d2, logDensity } = rows
  const above = new Float64Array(size).fill(1)
  const below = new Float64Array(size).fill(1)
  if (approximation.evaluate(x, null) === Number.NEGATIVE_INFINITY) return { above, below }
  const { u, factor } = approximation
  const n = logDensity.length
  const diagonal = Float64Array.from({ length: size }, (_, c) => factor[entryOf(symbolic, c, c)])
  const predictorOf = slots.map((slot) => slot.predictor)
  const heights = new Float64Array(size)
  const place = (): void => {
    for (let k = 0; k < K; k++) eta[k].set(fixed[k])
    for (let i = 0, at = 0; i < n; i++) {
      for (let s = 0; s < width; s++, at++) eta[predictorOf[s]][i] += a[at] * u[columns[at]]
    }
  }
  for (const own of slots.keys()) {
    // All slots of one element move with it; they are looked at once.
    const moved = slots.flatMap((other, s) => (sameElement(other, slots[own]) ? [s] : []))
    if (moved[0] !== own) continue
    scale(own, moved)
  }
  return { above, below }

  function scale(s: number, moving: readonly number[]): void {
    place()
    rows.evaluate(0, n)
    const own = precision.slice()
    // An element of a chain is never alone.
    for (const { term, starts } of chains)
      for (const first of starts) own.fill(Number.POSITIVE_INFINITY, first, first + term.laid.term.names.length)
    heights.fill(0)
    for (let i = 0; i < n; i++) heights[columns[i * width + s]] -= logDensity[i]
    for (const one of moving)
      for (const other of moving) {
        const second = d2[pairIndex(predictorOf[one], predictorOf[other])]
        for (let i = 0, at = 0; i < n; i++, at += width) own[columns[at + s]] -= second[i] * a[at + one] * a[at + other]
      }
    const atMode = heights.slice()
    for (const [sign, scales] of [
      [1, above],
      [-1, below],
    ] as const) {
      place()
      for (const one of moving)
        for (let i = 0, at = one; i < n; i++, at += width)
          eta[predictorOf[one]][i] += (sign * distance * a[at]) / diagonal[columns[at]]
      rows.evaluate(0, n)
      heights.set(atMode)
      for (let i = 0; i < n; i++) heights[columns[i * width + s]] += logDensity[i]
      for (let i = 0; i < n; i++) {
        const c = columns[i * width + s]
        if (!(diagonal[c] ** 2 >= nearlyAll * own[c])) continue
        const moved = u[c] + (sign * distance) / diagonal[c]
        const drop = heights[c] - 0.5 * precision[c] * (moved * moved - u[c] * u[c])
        scales[c] = drop < 0 ? Math.min(Math.max(distance / Math.sqrt(-2 * drop), least), most) : most
      }
    }
  }
}
