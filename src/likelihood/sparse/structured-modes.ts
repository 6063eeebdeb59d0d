import { selectedInverse } from '../../numerics/sparse-inverse.js'
import { solve } from '../../numerics/sparse-cholesky.js'
import { entryOf, type SparsePattern } from '../../numerics/sparse-pattern.js'
import type { ConditionalModes } from '../frame/conditional-effects.js'
import type { Laplace } from './laplace.js'
import type { LinearPredictors } from '../frame/linear-predictors.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import type { RandomStructure } from './random-structure.js'

/** Conditional modes b = Lambda u and, on demand, their covariance Lambda H^-1 Lambda', by term. */
export function structuredModes(
  layout: ParameterLayout,
  { starts, symbolic, chains }: RandomStructure,
  linear: LinearPredictors,
  { u, factor }: Laplace,
): ConditionalModes['terms'] {
  // The arrays that the work space writes over are kept for what is asked for later.
  const kept = factor.slice()
  let inverse: Float64Array | null = null
  const selected = (): Float64Array => {
    if (!inverse) {
      inverse = new Float64Array(kept.length)
      selectedInverse(symbolic, kept, inverse)
    }
    return inverse
  }
  return layout.terms.map(({ term }, t) => {
    const q = term.names.length
    const levels = starts[t].length
    const lambda = linear.lambdas[t].slice()
    const mode = new Float64Array(levels * q)
    let sd: Float64Array | null = null
    let covariance: Float64Array | null = null
    if (chains.some(({ term: { laid } }) => laid.term === term)) {
      const [scale] = lambda
      starts[t].forEach((first, level) => {
        for (let e = 0; e < q; e++) mode[level * q + e] = scale * u[first + e]
      })
      return {
        mode,
        get sd() {
          sd ??= chainDeviations(symbolic, selected(), starts[t], q, scale)
          return sd
        },
        // The inverse has elements of a chain's pattern only: the rest of the covariance is solved for.
        get covariance() {
          covariance ??= solvedBlocks(symbolic, kept, starts[t], q, scale * scale)
          return covariance
        },
      }
    }
    starts[t].forEach((first, level) => {
      for (let i = 0; i < q; i++) {
        for (let j = 0; j <= i; j++) mode[level * q + i] += lambda[i * q + j] * u[first + j]
      }
    })
    const blocks = (): Float64Array => {
      covariance ??= selectedBlocks(symbolic, selected(), starts[t], q, lambda)
      return covariance
    }
    return {
      mode,
      get sd() {
        sd ??= Float64Array.from({ length: levels * q }, (_, e) => Math.sqrt(blocks()[e * q + (e % q)]))
        return sd
      },
      get covariance() {
        return blocks()
      },
    }
  })
}

/** Standard deviations of the elements of chains, levels x q. */
const chainDeviations = (
  symbolic: SparsePattern,
  inverse: Float64Array,
  starts: Int32Array,
  q: number,
  scale: number,
): Float64Array =>
  Float64Array.from({ length: starts.length * q }, (_, at) => {
    const element = starts[Math.floor(at / q)] + (at % q)
    return Math.abs(scale) * Math.sqrt(inverse[symbolic.diagonal[element]])
  })

/** Lambda H^-1 Lambda' of each level, levels x q x q, from the entries of H^-1. */
function selectedBlocks(
  symbolic: SparsePattern,
  inverse: Float64Array,
  starts: Int32Array,
  q: number,
  lambda: Float64Array,
): Float64Array {
  const covariance = new Float64Array(starts.length * q * q)
  const half = new Float64Array(q * q)
  starts.forEach((first, level) => {
    const block = covariance.subarray(level * q * q, (level + 1) * q * q)
    half.fill(0)
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
    }
  })
  return covariance
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
