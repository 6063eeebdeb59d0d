import type { RecordHeading } from '../data/record-heading.js'
import type { Adjustment } from './adjustment.js'
import type { Averaging } from './estimated-means.js'
import type { Component } from './mean-function.js'

/** What `glmm means` prints with --json: schema glmm/means@1. */
export interface MeansRecord extends RecordHeading {
  readonly schema: 'glmm/means@1'
  readonly average: Averaging
  readonly scale: 'link' | 'response'
  readonly component: Component
  /** Variables whose combinations have means, and those within whose combinations they are contrasted. */
  readonly of: readonly string[]
  readonly by: readonly string[]
  /** Variables that are neither, with their values in the grid that the means are averaged over. */
  readonly averagedOver: readonly { readonly name: string; readonly values: readonly (number | string)[] }[]
  /** Of the cells that a mean is over. */
  readonly weights: 'equal' | 'proportional'
  /** Probability that the limits are to cover with. */
  readonly level: number
  /** The means, one a combination of the variables `of` and `by`. */
  readonly grid: readonly MeanEstimate[]
  /** Null unless asked for. */
  readonly contrasts: readonly ContrastEstimate[] | null
  /** How p-values and limits of the contrasts are adjusted; null without contrasts. */
  readonly adjust: Adjustment | null
}

/** A mean with the values of its variables under their names. */
export interface MeanEstimate {
  readonly [variable: string]: number | string | boolean | null
  /** Null where the mean is not estimable. */
  readonly estimate: number | null
  readonly se: number | null
  /** Null: normal. */
  readonly df: number | null
  readonly lower: number | null
  readonly upper: number | null
  /** False where a numeric variable is at a value that was not asked for, such as its mean. */
  readonly asked: boolean
}

/** A contrast among means, with the values of the variables within which it is. */
export interface ContrastEstimate {
  readonly [variable: string]: number | string | null
  readonly contrast: string
  /** What `estimate` is: a difference on the record's scale, or a ratio. */
  readonly kind: 'difference' | 'odds ratio' | 'ratio'
  readonly estimate: number | null
  readonly se: number | null
  readonly df: number | null
  /** Of the difference, or of the log of the ratio, over its standard error. */
  readonly statistic: number | null
  readonly p: number | null
  readonly pAdjusted: number | null
  /** Simultaneous limits by the same adjustment. */
  readonly lower: number | null
  readonly upper: number | null
}
