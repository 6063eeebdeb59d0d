import { selectedInverse } from '../numerics/sparse-inverse.js'
import { entryOf } from '../numerics/sparse-pattern.js'
import type { Laplace } from './laplace.js'
import type { ConditionalModes } from './likelihood.js'
import type { LinearPredictors } from './linear-predictors.js'
import type { ParameterLayout } from './parameter-layout.js'
import type { RandomStructure } from './random-structure.js'

/** Conditional modes b = Lambda u and standard deviations, the roots of the diagonal of Lambda H^-1 Lambda', by term. */
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
    starts[t].forEach((first, level) => {
      for (let i = 0; i < q; i++) {
        let b = 0
        let variance = 0
        for (let j = 0; j <= i; j++) {
          b += lambda[i * q + j] * u[first + j]
          for (let k = 0; k <= i; k++) {
            const entry = inverse[entryOf(symbolic, first + j, first + k)]
            variance += lambda[i * q + j] * lambda[i * q + k] * entry
          }
        }
        mode[level * q + i] = b
        sd[level * q + i] = Math.sqrt(variance)
      }
    })
    return { mode, sd }
  })
}
