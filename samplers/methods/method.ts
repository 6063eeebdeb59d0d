import type { Model } from '../../src/data/model.js'
import type { PosteriorRecord } from '../../src/draws/answers/posterior-record.js'
import type { Executor } from '../../src/executor.js'
import type { OuterLook } from '../place/outer-look.js'
import type { Sample, SampleHooks } from '../run/sample.js'
import type { SampleOptions } from '../run/sample-options.js'

/** A posterior of draws: the record that --json prints, and the draws behind it. */
export interface DrawnPosterior {
  readonly record: PosteriorRecord
  readonly sample: Sample
}

/** A posterior that was integrated: there are no draws. */
export interface IntegratedPosterior {
  readonly record: PosteriorRecord
  readonly sample: null
}

export type FoundPosterior = DrawnPosterior | IntegratedPosterior

/** What is asked of a method. */
export interface PosteriorJob {
  readonly model: Model
  readonly options: SampleOptions
  /** What is known of the posterior already. */
  readonly look: OuterLook
  readonly executor: Executor
  readonly hooks: SampleHooks
  /** The call as the record has it, with the settings in force. */
  readonly callOf: (settings: object) => PosteriorRecord['call']
}

/**
 * A way to find a posterior, as a value. It says which settings it has, and refuses others with a USAGE error, as well as
 * a model that it cannot do.
 */
export interface PosteriorMethod {
  readonly name: string
  /** True where what it finds has draws. */
  readonly draws: boolean
  readonly run: (job: PosteriorJob) => Promise<FoundPosterior>
}
