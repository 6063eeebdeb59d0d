import type { Family } from '../../src/families/family.js'
import type { ResponseData } from '../../src/families/response-data.js'
import { stream } from '../../src/random/stream.js'

/** Sixty responses of the kind a family asks for, with the ends of their support. */
export function responses(family: Family): ResponseData {
  const rng = stream({ seed: 11, purpose: 'response' })
  const n = 60
  const whole = (below: number): number => Math.floor(below * rng.uniform())
  if (family.response === 'binomial') {
    const trials = Float64Array.from({ length: n }, (_, i) => [1, 0, 5, 40, 1, 1e6][i] ?? 1 + whole(30))
    const y = trials.map((size, i) => [0, 0, 5, 40, 1, 4e5][i] ?? whole(size + 1))
    return { y, trials }
  }
  const draw: Record<string, (i: number) => number> = {
    count: (i) => [0, 1, 1e6, 7][i] ?? whole(12),
    real: () => 3 * rng.normal(),
    positive: () => Math.exp(rng.normal()),
    'unit-interval': () => 0.01 + 0.98 * rng.uniform(),
  }
  const least = family.least ?? Number.NEGATIVE_INFINITY
  return {
    y: Float64Array.from({ length: n }, (_, i) => Math.max(least, draw[family.response](i))),
    trials: null,
  }
}
