import type { Span } from './span.js'

/**
 * True if a trajectory ends with the join of two neighbouring spans. It must say the same of both walked in the other
 * direction: a growth that is exact with one such test is with any.
 */
export type TurnTest = (first: Span, second: Span) => boolean

/**
 * The generalised U-turn criterion (Betancourt 2013; 2017, appendix A.4.2): a span has turned where the velocity at either
 * end no longer points along the sum of its momenta. Looked at are the whole, and either half with the first point of the
 * other, since the seam may hide a turn of half a period from the ends.
 */
export function generalisedUTurn(first: Span, second: Span): boolean {
  const { rho: rhoA } = first
  const { rho: rhoB } = second
  let startWhole = 0
  let endWhole = 0
  let startLeft = 0
  let seamLeft = 0
  let seamRight = 0
  let endRight = 0
  for (let j = 0; j < rhoA.length; j++) {
    const sum = rhoA[j] + rhoB[j]
    startWhole += first.vStart[j] * sum
    endWhole += second.vEnd[j] * sum
    const left = rhoA[j] + second.pStart[j]
    startLeft += first.vStart[j] * left
    seamLeft += second.vStart[j] * left
    const right = rhoB[j] + first.pEnd[j]
    seamRight += first.vEnd[j] * right
    endRight += second.vEnd[j] * right
  }
  return !(startWhole > 0 && endWhole > 0 && startLeft > 0 && seamLeft > 0 && seamRight > 0 && endRight > 0)
}
