import type { Nodes } from '../fit/fit-record.js'

/** Flags of every command that reads a table and states a model; see program.ts for what each means. */
export interface ModelFlags {
  readonly data: string
  readonly header: boolean
  readonly names?: string
  readonly family?: string
  readonly link?: string
  readonly weights?: string
  readonly trials?: string
  readonly frequency?: string
  readonly precision?: string
  readonly offset?: string
  readonly time?: string
  readonly dispersion?: string
  readonly zi?: string
  readonly json?: true
}

export interface FitFlags {
  readonly nodes?: Nodes
  readonly importance?: number
  readonly seed?: number
  readonly reml?: true
  readonly intervals?: 'wald' | 'profile'
  readonly level?: number
  readonly residuals?: 'quantile'
  readonly tests: boolean
}

/** Flags of every command that samples. */
export interface SamplingFlags {
  readonly prior?: readonly string[]
  readonly priorOnly?: true
  readonly sampler?: string
  readonly chains?: number
  readonly warmup?: number
  readonly draws?: number
  readonly targetAccept?: number
  readonly maxDepth?: number
  readonly seed?: number
  readonly threads?: number
}

export interface OutputFlag {
  readonly out?: string
}
