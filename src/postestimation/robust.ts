import type { Table } from '../data/table.js'
import { dataOf } from '../fit/record/fitted-data.js'
import type { FitSource } from '../fit/predict/predict-source.js'
import { generalisedInverse } from '../numerics/generalised-inverse.js'
import {
  type ClusterScore,
  clusterScore,
  clustersOf,
  type FreeCoordinates,
  freeCoordinates,
  ruleOfFit,
} from './clusters.js'
import { fittedModel } from './fitted-model.js'

/** Kinds of the sandwich: as it is, with m / (m - 1), and by one-step deletion of clusters, like the jackknife. */
export type RobustKind = 'CR0' | 'CR1' | 'CR3'

/** What the clusters are. */
export interface RobustOptions {
  /** The data of the fit; needed where it was read from a document, and not made in this process. */
  readonly data?: Table | undefined
  /** A grouping factor or column within which all groups lie; the outermost factor where left out. */
  readonly cluster?: string | undefined
}

/** The sandwich covariance of all parameters, d x d, in the order of the fit's own. */
export interface RobustCovariance {
  /** What the clusters are levels of. */
  readonly cluster: string
  /** Number of clusters. */
  readonly clusters: number
  /** d x d, row after row. */
  readonly covariance: Readonly<Record<RobustKind, Float64Array>>
  /** The exact scores, a cluster after the other. */
  readonly scores: readonly ClusterScore[]
}

/**
 * Covariances of a fit's estimates that do not rest on the variances and correlations of the model being right, only on clusters
 * being independent (Huber 1967; White 1982; Liang and Zeger 1986): with the observed information A and the exact scores s_j of the
 * marginal likelihood, by whatever rule it is integrated, and A_j of each cluster alone,
 *
 *   CR0 = A^-1 (sum s_j s_j') A^-1,   CR1 = m / (m - 1) CR0,   CR3 = sum d_j d_j',  d_j = (A - A_j)^-1 s_j,
 *
 * the last from Newton's step without each cluster, over logarithms of standard deviations (for gaussian fixed effects Bell and McCaffrey's
 * 2002 CR3). What the estimates then mean where the model is wrong: the parameters of the model nearest to the truth. After
 * restricted likelihood the variances count as known.
 *
 * @param fit - Of `fit`, or read from its JSON; then `options.data` has its table.
 * @param options - What the clusters are: the outermost grouping factor where left out.
 * @returns The covariance matrices, d x d row after row in the order of the fit's parameters, and the scores.
 * @throws GlmmError USAGE where clusters are not independent under the model, FILE where the data are not those of the fit.
 * @example
 * import { fit, robustCovariance, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], f: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const { covariance } = robustCovariance(fit('y ~ 1', table, { family: 'poisson' }), { cluster: 'f' })
 * // Scores 15 - 21.5 and 28 - 21.5, information 43.
 * console.log((43 ** 2 * covariance.CR0[0]).toFixed(4)) // 84.5000
 */
export function robustCovariance(fit: FitSource, { data, cluster }: RobustOptions = {}): RobustCovariance {
  const fitted = fittedModel(fit, dataOf(fit, data))
  const { name, rows } = clustersOf(fitted, cluster)
  const own = freeCoordinates(fitted)
  const rule = ruleOfFit(fitted)
  const scores = rows.map((of) => clusterScore(fitted, of, rule, own))
  const d = fitted.parameters.length
  const m = scores.length
  const [zero, three] = [new Float64Array(d * d), new Float64Array(d * d)]
  for (const { score, information } of scores) {
    addSquare(zero, product(own.covariance, score), own, d)
    const left = own.information.map((value, e) => value - information[e])
    addSquare(three, product(generalisedInverse(left, score.length), score), own, d)
  }
  const covariance = { CR0: zero, CR1: zero.map((value) => (value * m) / (m - 1)), CR3: three }
  return { cluster: name, clusters: m, covariance, scores }
}

function product(matrix: Float64Array, x: Float64Array): Float64Array {
  const f = x.length
  const out = new Float64Array(f)
  for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) out[i] += matrix[i * f + j] * x[j]
  return out
}

/** Adds the square of a step in the coordinates, taken to the parameters. */
function addSquare(out: Float64Array, step: Float64Array, { free, slopes }: FreeCoordinates, d: number): void {
  const natural = product(slopes, step)
  free.forEach((i, a) => {
    free.forEach((j, b) => {
      out[i * d + j] += natural[a] * natural[b]
    })
  })
}
