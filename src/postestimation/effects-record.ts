import type { RecordHeading } from '../data/record-heading.js'
import type { Averaging } from './estimated-means.js'
import type { Component } from './mean-function.js'
import type { EstimateLine } from './estimate-line.js'

/** What is reported of a variable: a difference or ratio of means, the log of the ratio of odds, or the slope. */
export type EffectKind = 'difference' | 'ratio' | 'lnor' | 'slope'

/** What `glmm effects` prints with --json: schema glmm/effects@1. */
export interface EffectsRecord extends RecordHeading {
  readonly schema: 'glmm/effects@1'
  readonly kind: EffectKind
  readonly average: Averaging
  readonly component: Component
  /** What the effects are averaged over: the rows of the fit, a reference grid, or a table of one's own. */
  readonly over: 'sample' | 'grid' | 'table'
  /** Number of rows averaged over. */
  readonly rows: number
  readonly level: number
  readonly effects: readonly EffectEstimate[]
}

export interface EffectEstimate extends EstimateLine {
  readonly [variable: string]: number | string | null
  readonly variable: string
  /** 'drug - placebo', 'dose 5 - 4', 'd/d dose'. */
  readonly contrast: string
}
