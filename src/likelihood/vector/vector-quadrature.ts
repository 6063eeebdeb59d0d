import { productRule } from '../../numerics/product-rule.js'
import { rowsByLevel } from '../frame/level-structure.js'
import { inOrder } from '../frame/grouped-rows.js'
import { linearPredictors } from '../frame/linear-predictors.js'
import type { Evaluate } from '../frame/log-density.js'
import { isPlain } from '../frame/row-kernel.js'
import { rowModel } from '../frame/row-model.js'
import type { Stated } from '../frame/stated.js'
import { type BlockQuadrature, blockQuadrature } from './block-quadrature.js'
import { blocksOf } from './block-structure.js'
import { levelQuadrature } from './level-quadrature.js'

/** The most points a product rule may have in one level. */
const mostPoints = 20_000

/** Quadrature for the effects of one factor: a product rule over the vector of each level. */
export interface VectorQuadrature {
  /** With so many nodes an effect, the modes of all levels (levels x q) searched from `origin`, else from the data. */
  readonly evaluator: (nodes: number, origin?: Float64Array | null) => Evaluate
  /** The most nodes a rule may have. */
  readonly most: number
  /** Where rows are in blocks: the modes at outer parameters, an origin for others near. Null elsewhere: searches start from the data. */
  readonly modes: BlockQuadrature['modes'] | null
}

/** By blocks of rows for one predictor of a family with a shift kernel; by rows elsewhere, and where blocks fail. */
export function vectorQuadrature(stated: Stated): VectorQuadrature {
  const { model, family, layout } = stated
  const q = layout.terms.reduce((sum, { term }) => sum + term.names.length, 0)
  const mayBlock = isPlain(model) && family.kernel !== undefined
  const grouped = mayBlock ? blocksOf(stated) : null
  const blocks = grouped?.rows.kernel.shifted ? blockQuadrature(grouped, layout) : null
  let byRows: ((nodes: number) => Evaluate) | null = null
  const rowsMade = (): ((nodes: number) => Evaluate) => {
    const { stated: ordered, structure, order } = rowsByLevel(stated, layout)
    const linear = linearPredictors(ordered)
    const rows = rowModel(ordered)
    return (nodes) => {
      const evaluate = levelQuadrature(structure, linear, rows, productRule(nodes, q))
      return (x, gradient, byLevel, offsets = null) =>
        evaluate(
          x,
          gradient,
          byLevel,
          offsets?.map((one) => inOrder(one, order)),
        )
    }
  }
  return {
    evaluator: (nodes, origin = null) => {
      const rule = productRule(nodes, q)
      let made: Evaluate | null = null
      return (x, gradient, byLevel, offsets = null) => {
        const value = blocks?.evaluate(rule, x, gradient, byLevel, offsets, origin) ?? null
        if (value !== null) return value
        byRows ??= rowsMade()
        made ??= byRows(nodes)
        return made(x, gradient, byLevel, offsets)
      }
    },
    most: Math.floor(mostPoints ** (1 / q) + 1e-9),
    modes: blocks?.modes ?? null,
  }
}
