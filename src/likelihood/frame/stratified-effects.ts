import { normalQuantile } from '../../numerics/special.js'
import type { Rng } from '../../random/stream.js'
import type { ParameterLayout } from './parameter-layout.js'

/**
 * Effects b of each term for `sets` simulations at the outer parameters x, levels x q each: every set's are drawn from
 * the model, but all sets together are stratified, so that their tails come in proportion. Of levels x sets equal parts
 * of the normal distribution each is met once, and each level meets each of its `sets` blocks once.
 */
export function stratifiedEffects(
  { terms }: ParameterLayout,
  x: Float64Array,
  sets: number,
  rng: Rng,
): readonly (readonly Float64Array[])[] {
  const made = Array.from({ length: sets }, (): Float64Array[] => [])
  for (const { term, covariance, start, size } of terms) {
    const q = term.names.length
    const m = term.levels.length
    const lambda = new Float64Array(q * q)
    covariance.factor(x.subarray(start, start + size), q, lambda)
    const u = Array.from({ length: sets }, () => new Float64Array(m * q))
    for (let j = 0; j < q; j++) {
      const turn = Array.from({ length: m }, () => permutation(sets, rng))
      for (let block = 0; block < sets; block++) {
        const place = permutation(m, rng)
        for (let g = 0; g < m; g++) {
          const cell = block * m + place[g]
          // A uniform number of zero would be at the very end of the first part.
          const within = Math.max(rng.uniform(), 1e-9)
          u[turn[g][block]][g * q + j] = normalQuantile((cell + within) / (m * sets))
        }
      }
    }
    for (const [set, of] of u.entries()) {
      const b = new Float64Array(m * q)
      for (let at = 0; at < b.length; at += q)
        for (let i = 0; i < q; i++) for (let j = 0; j <= i; j++) b[at + i] += lambda[i * q + j] * of[at + j]
      made[set].push(b)
    }
  }
  return made
}

/** Of 0 ... n - 1 (Fisher and Yates). */
function permutation(n: number, rng: Rng): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(rng.uniform() * (i + 1))
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
  return order
}
