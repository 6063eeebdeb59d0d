import { heap } from '../../numerics/space.js'
import { forward } from '../../numerics/sparse-cholesky.js'
import type { LinearPredictors } from '../frame/linear-predictors.js'
import { denseBorder } from './dense-border.js'
import type { RandomStructure } from './random-structure.js'
import { pairIndex } from '../../families/derivative-order.js'
import type { RowModel } from '../frame/row-model.js'

/**
 * The information about the fixed effects with the random ones maximised out: with W the rows' minus second
 * derivatives and `factor` that of H = I + A'WA, all at the mode,
 *
 *   X'WX - X'WA H^-1 A'WX,   p x p over the fixed effects of all predictors, columns of one parameter added up,
 *
 * which for a gaussian with identity link is X'V^-1 X (Bates, Maechler, Bolker and Walker 2015, section 3).
 */
export function profiledInformation(
  structure: RandomStructure,
  { slots, designs, multipliers: a, dense }: LinearPredictors,
  { d2, eta }: RowModel,
  factor: Float64Array,
): Float64Array {
  const { size: q, width, columns, symbolic } = structure
  const p = designs.reduce((most, { parameter }) => Math.max(most, parameter + 1), 0)
  const information = new Float64Array(p * p)
  const reduced: Float64Array[] = []
  const weighted = new Float64Array(d2[0].length)
  const border = dense && denseBorder(structure, slots, dense, dense.multipliers, a, heap)
  designs.forEach(({ parameter, predictor: k, x }, i) => {
    const half = new Float64Array(q)
    for (let s = 0; s < width; s++) {
      const second = d2[pairIndex(k, slots[s].predictor)]
      for (let row = 0, at = s; row < second.length; row++, at += width) {
        half[columns[at]] -= second[row] * x[row] * a[at]
      }
    }
    border?.addBack(
      eta.map((_, l) => d2[pairIndex(k, l)].map((second, row) => -second * x[row])),
      half,
    )
    forward(symbolic, factor, half)
    reduced.push(half)
    for (let j = 0; j <= i; j++) {
      const { parameter: other, predictor: l, x: y } = designs[j]
      const second = d2[pairIndex(k, l)]
      for (let row = 0; row < weighted.length; row++) weighted[row] = -second[row] * x[row]
      const sum = product(weighted, y) - product(half, reduced[j])
      information[parameter * p + other] += sum
      if (i !== j) information[other * p + parameter] += sum
    }
  })
  return information
}

function product(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i]
  return sum
}
