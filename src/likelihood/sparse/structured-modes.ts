import { selectedInverse } from '../../numerics/sparse-inverse.js'
import { solve } from '../../numerics/sparse-cholesky.js'
import { entryOf, type SparsePattern } from '../../numerics/sparse-pattern.js'
import type { ConditionalModes } from '../frame/conditional-effects.js'
import type { Laplace } from './laplace.js'
import type { LinearPredictors } from '../frame/linear-predictors.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import type { RandomStructure } from './random-structure.js'

/** Conditional modes b = Lambda u and their covariance Lambda H^-1 Lambda', by term. */
export function structuredModes(
  layout: ParameterLayout,
  { starts, symbolic, chains }: RandomStructure,
  { lambdas }: LinearPredictors,
  { u, factor }: Laplace,
): ConditionalModes['terms'] {
  const inverse = new Float64Array(factor.length)
  selectedInverse(symbolic, factor, inverse)
  return layout.terms.map(({ term }, t) => {
    const q = term.names.length
    const levels = starts[t].length
    const chain = chains.find(({ term: { laid } }) => laid.term === term)
    const lambda = lambdas[t]
    const mode = new Float64Array(levels * q)
    if (chain) {
      const [scale] = lambda
      const sd = new Float64Array(levels * q)
      starts[t].forEach((first, level) => {
        for (let e = 0; e < q; e++) {
          mode[level * q + e] = scale * u[first + e]
          sd[level * q + e] = Math.abs(scale) * Math.sqrt(inverse[symbolic.diagonal[first + e]])
        }
      })
      // The inverse has elements of a chain's pattern only: the rest of the covariance is solved for on demand.
      const kept = factor.slice()
      let covariance: Float64Array | null = null
      return {
        mode,
        sd,
        get covariance() {
          covariance ??= solvedBlocks(symbolic, kept, starts[t], q, scale * scale)
          return covariance
        },
      }
    }
    const sd = new Float64Array(levels * q)
    const covariance = new Float64Array(levels * q * q)
    const half = new Float64Array(q * q)
    starts[t].forEach((first, level) => {
      const block = covariance.subarray(level * q * q, (level + 1) * q * q)
      half.fill(0)
      for (let i = 0; i < q; i++) {
        for (let j = 0; j <= i; j++) mode[level * q + i] += lambda[i * q + j] * u[first + j]
      }
      // Lambda H^-1, then its product with Lambda'.
      for (let j = 0; j < q; j++) {
        for (let k = 0; k < q; k++) {
          const entry = inverse[entryOf(symbolic, first + j, first + k)]
          for (let i = j; i < q; i++) half[i * q + k] += lambda[i * q + j] * entry
        }
      }
      for (let i = 0; i < q; i++) {
        for (let i2 = 0; i2 <= i; i2++) {
          let sum = 0
          for (let k = 0; k <= i2; k++) sum += half[i * q + k] * lambda[i2 * q + k]
          block[i * q + i2] = sum
          block[i2 * q + i] = sum
        }
        sd[level * q + i] = Math.sqrt(block[i * q + i])
      }
    })
    return { mode, sd, covariance }
  })
}

/** Blocks of H^-1 of q elements from each of `starts`, times `square`: levels x q x q, a solve an element. */
function solvedBlocks(
  symbolic: SparsePattern,
  factor: Float64Array,
  starts: Int32Array,
  q: number,
  square: number,
): Float64Array {
  const out = new Float64Array(starts.length * q * q)
  const x = new Float64Array(symbolic.q)
  starts.forEach((first, level) => {
    for (let e = 0; e < q; e++) {
      x.fill(0)
      x[first + e] = square
      solve(symbolic, factor, x)
      out.set(x.subarray(first, first + q), (level * q + e) * q)
    }
  })
  return out
}
