import type { Stated } from '../likelihood/frame/stated.js'
import type { GlmFit } from './start/glm.js'
import type { Intervals } from './limits/profile-intervals.js'
import type { FitRecord, Nodes } from './record/fit-record.js'
import type { LimitModel } from './runaway/limit-model.js'

/** A fit that was asked for, and what is known of it before the climb. */
export interface FitTask {
  /** The model as it was asked for. */
  readonly stated: Stated
  readonly asked: Nodes
  readonly reml: boolean
  readonly call: FitRecord['call']
  readonly intervals: Intervals
  /** The model that is climbed, where some coefficients have no finite maximum. */
  readonly limit: LimitModel | null
  /** The fit without random effects of the model that is climbed; see `glmOf`. */
  readonly glm: GlmFit | null
  /** When the fit began, by `performance.now()`. */
  readonly began: number
}
