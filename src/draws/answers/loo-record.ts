import type { Warning } from '../../errors.js'
import type { LooPoint } from './loo-point.js'

/** A sum over units, and its standard error: sqrt(number of units times their variance). */
export interface Total {
  readonly estimate: number
  /** Null for a single unit. */
  readonly se: number | null
}

/** Leave-one-out cross-validation of a posterior, by rows or by clusters. */
export interface LooRecord {
  /** What is left out, one at a time. */
  readonly unit: 'row' | 'cluster'
  /** The grouping factor whose clusters are left out; null for rows. */
  readonly group: string | null
  /** Quadrature nodes that integrate a cluster's effects out; null for rows. */
  readonly nodes: number | null
  /** Expected log pointwise predictive density, summed over what is left out. */
  readonly elpd: Total
  /** Effective number of parameters: log density of the data less `elpd`. */
  readonly p: Total
  /** -2 elpd. */
  readonly looic: Total
  /** Monte Carlo standard error of elpd; null where a Pareto k above 0.7 leaves it without meaning. */
  readonly mcse: number | null
  readonly maxParetoK: number
  /** Units with a Pareto k above 0.5, 0.7 and 1. */
  readonly paretoKAbove: { readonly '0.5': number; readonly '0.7': number; readonly '1': number }
  /** One a row, named from 1 among the rows used, or one a cluster, named by its level. */
  readonly pointwise: readonly NamedPoint[]
  /** Equal for two posteriors of the same data; a comparison asks for it. */
  readonly responseChecksum: string
  readonly warnings: readonly Warning[]
}

export interface NamedPoint extends LooPoint {
  readonly name: string
}

/** The widely applicable information criterion (Watanabe 2010; Vehtari, Gelman and Gabry 2017). */
export interface WaicRecord {
  /** Expected log pointwise predictive density. */
  readonly elpd: Total
  /** Effective number of parameters: the posterior variances of the rows' log densities. */
  readonly p: Total
  /** -2 elpd. */
  readonly waic: Total
  /** Rows whose p is above 0.4, where WAIC is unreliable. */
  readonly highP: number
  readonly warnings: readonly Warning[]
}

/** Sum and standard error over units. */
export function totalOf(values: readonly number[], scale = 1): Total {
  const n = values.length
  const sum = values.reduce((a, b) => a + b, 0)
  const mean = sum / n
  const squares = values.reduce((a, b) => a + (b - mean) ** 2, 0)
  return { estimate: scale * sum, se: n > 1 ? Math.abs(scale) * Math.sqrt((n * squares) / (n - 1)) : null }
}

/** Names as a warning lists them: the first few, and how many more. */
export function listed(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}
