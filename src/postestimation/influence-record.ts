import type { RecordHeading } from '../data/record-heading.js'

/** What `glmm influence` prints with --json: schema glmm/influence@1. */
export interface InfluenceRecord extends RecordHeading {
  readonly schema: 'glmm/influence@1'
  /** What is left out one at a time: the levels of this factor or column, or 'rows'. */
  readonly cluster: string
  /** Names of the parameters that `estimates` and `dfbetas` are of. */
  readonly parameters: readonly string[]
  readonly left: readonly LeftOut[]
}

/** The fit without one cluster. */
export interface LeftOut {
  readonly level: string
  /** Rows that are gone. */
  readonly rows: number
  readonly estimates: readonly (number | null)[]
  /** The estimate with the cluster less that without, in standard errors of the latter (Belsley, Kuh and Welsch 1980). */
  readonly dfbetas: readonly (number | null)[]
  /** Cook's distance over the fixed effects of the mean: the squared shift in units of the fit's covariance, by their number. */
  readonly cook: number | null
  /** The same over all parameters, standard deviations by their logarithms. */
  readonly cookAll: number | null
  /** The estimates by one Newton step from those with the cluster; null for rows, which are not independent. */
  readonly oneStep: readonly (number | null)[] | null
  /** Fixed effects whose 95 % interval takes 0 in with the cluster and not without it, or the other way round. */
  readonly changes: readonly string[]
  readonly converged: boolean
}
