import type { ModeResult } from './conditional-mode.js'
import type { GroupedRows } from '../frame/grouped-rows.js'
import type { Scratch } from '../frame/scratch.js'

/** Step in eta for the differences: fourth derivatives enter by small corrections only. */
const step = 1e-3

/** Work space of `fourthDerivatives`, arrays of length n. */
export type FourthScratch = Readonly<Record<'logDensity' | 'd1' | 'd2' | 'above' | 'below', Float64Array>>

/** Makes it on first need: a shift kernel has closed forms and needs none. */
export function fourthScratch({ n }: GroupedRows): () => FourthScratch {
  let made: FourthScratch | null = null
  const column = (): Float64Array => new Float64Array(n)
  return () => {
    made ??= { logDensity: column(), d1: column(), d2: column(), above: column(), below: column() }
    return made
  }
}

/** Fourth derivatives of level g's rows at its mode into `out`: closed ones, or differences of the third. */
export function fourthDerivatives(
  { z, start, kernel, shifted }: GroupedRows,
  { fixed, eta, d1, d2, d3 }: Scratch,
  sigma: number,
  g: number,
  mode: ModeResult,
  spare: () => FourthScratch,
  out: Float64Array,
): void {
  if (mode.shifted) {
    shifted!.derivatives(sigma * mode.u, d1, d2, d3, out)
    return
  }
  const from = start[g]
  const to = start[g + 1]
  const { logDensity, d1: first, d2: second, above, below } = spare()
  for (let i = from; i < to; i++) eta[i] = fixed[i] + sigma * z[i] * mode.u + step
  kernel.curvature(eta, from, to, logDensity, first, second, above)
  for (let i = from; i < to; i++) eta[i] -= 2 * step
  kernel.curvature(eta, from, to, logDensity, first, second, below)
  for (let i = from; i < to; i++) out[i] = (above[i] - below[i]) / (2 * step)
}
