import { selectedInverse } from '../numerics/sparse-inverse.js'
import { entryOf } from '../numerics/sparse-pattern.js'
import type { ConditionalModes } from './conditional-modes.js'
import type { Laplace } from './laplace.js'
import type { LinearPredictors } from './linear-predictors.js'
import type { ParameterLayout } from './parameter-layout.js'
import type { RandomStructure } from './random-structure.js'

/** Conditional modes b = Lambda u and their covariance Lambda H^-1 Lambda', by term. */
export function structuredModes(
  layout: ParameterLayout,
  { starts, symbolic }: RandomStructure,
  { lambdas }: LinearPredictors,
  { u, factor }: Laplace,
): ConditionalModes['terms'] {
  const inverse = new Float64Array(factor.length)
  selectedInverse(symbolic, factor, inverse)
  return layout.terms.map(({ term }, t) => {
    const q = term.names.length
    const lambda = lambdas[t]
    const mode = new Float64Array(term.levels.length * q)
    const sd = new Float64Array(term.levels.length * q)
    const covariance = new Float64Array(term.levels.length * q * q)
    starts[t].forEach((first, level) => {
      const block = covariance.subarray(level * q * q, (level + 1) * q * q)
      for (let i = 0; i < q; i++) {
        for (let j = 0; j <= i; j++) mode[level * q + i] += lambda[i * q + j] * u[first + j]
        for (let i2 = 0; i2 <= i; i2++) {
          let sum = 0
          for (let j = 0; j <= i; j++) {
            for (let k = 0; k <= i2; k++) {
              sum += lambda[i * q + j] * lambda[i2 * q + k] * inverse[entryOf(symbolic, first + j, first + k)]
            }
          }
          block[i * q + i2] = sum
          block[i2 * q + i] = sum
        }
        sd[level * q + i] = Math.sqrt(block[i * q + i])
      }
    })
    return { mode, sd, covariance }
  })
}
