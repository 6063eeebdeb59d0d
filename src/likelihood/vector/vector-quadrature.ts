import { productRule } from '../../numerics/product-rule.js'
import { blockQuadrature } from './block-quadrature.js'
import { blocksOf } from './block-structure.js'
import { clusterQuadrature } from './cluster-quadrature.js'
import { type Clustering, clustering } from './cluster-structure.js'
import { linearPredictors } from '../frame/linear-predictors.js'
import { isPlain } from '../frame/row-kernel.js'
import { rowModel } from '../frame/row-model.js'
import type { Stated } from '../frame/stated.js'

/** The most points a product rule may have in one cluster. */
const mostPoints = 20_000

/** Quadrature for the effects of one factor: a product rule over the vector of each level. */
export interface VectorQuadrature {
  readonly evaluator: (nodes: number) => ReturnType<typeof clusterQuadrature>
  /** The most nodes a rule may have. */
  readonly most: number
  /** See Likelihood.anchor; null where rows are not in blocks, and one node had better be left to the sparse factor. */
  readonly anchor: ((x: Float64Array) => void) | null
}

/** By blocks of rows for one predictor of a family with a shift kernel; by rows elsewhere, and where blocks fail. */
export function vectorQuadrature(stated: Stated): VectorQuadrature {
  const { model, family, layout } = stated
  const q = layout.terms.reduce((sum, { term }) => sum + term.names.length, 0)
  const mayBlock = isPlain(model) && family.kernel !== undefined
  const grouped = mayBlock ? blocksOf(stated) : null
  const blocks = grouped?.rows.kernel.shifted ? blockQuadrature(grouped, layout) : null
  let clusters: Clustering | null = null
  const byRows = (nodes: number): ReturnType<typeof clusterQuadrature> => {
    clusters ??= clustering(model, layout)
    const linear = linearPredictors(clusters.stated)
    const rows = rowModel(clusters.stated)
    return clusterQuadrature(clusters.structure, linear, rows, productRule(nodes, q))
  }
  return {
    evaluator: (nodes) => {
      const rule = productRule(nodes, q)
      let made: ReturnType<typeof clusterQuadrature> | null = null
      return (x, gradient, out) => {
        const value = blocks?.evaluate(rule, x, gradient, out) ?? null
        if (value !== null) return value
        made ??= byRows(nodes)
        return made(x, gradient, out)
      }
    },
    most: Math.floor(mostPoints ** (1 / q) + 1e-9),
    anchor: blocks?.anchor ?? null,
  }
}
