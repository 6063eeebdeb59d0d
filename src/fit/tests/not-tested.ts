import type { ModelTest } from '../results/model-test.js'

/** A test that was not done, and why. */
export const notTested = (why: string): ModelTest => ({
  statistic: Number.NaN,
  p: null,
  method: 'not tested',
  effect: null,
  says: why,
  remedy: null,
})
