import type { DfMethod } from '../fit/df/degrees-of-freedom.js'
import type { Nodes } from '../fit/record/fit-record.js'
import type { ReadFlags } from './read-flags.js'

/** Flags of every command that reads a table and states a model; see program.ts for what each means. */
export interface ModelFlags extends ReadFlags {
  readonly data: string
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
  /** Modules of the user's own that are imported first. */
  readonly import?: readonly string[]
  readonly contrasts?: string
  readonly json?: true
}

export interface FitFlags {
  readonly nodes?: Nodes
  readonly importance?: number
  readonly seed?: number
  readonly reml?: true
  readonly intervals?: 'wald' | 'profile'
  readonly level?: number
  readonly df?: DfMethod
  readonly se?: 'robust'
  readonly cluster?: string
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
  /** Files to write; a call may name several, see outputsOf. */
  readonly out?: string | readonly string[]
}
