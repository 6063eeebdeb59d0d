import type { ModelTest } from './model-test.js'

/** What a test says that was not done. */
export const notTested = (why: string): ModelTest => ({
  statistic: Number.NaN,
  p: null,
  method: 'not tested',
  effect: null,
  says: `not tested: ${why}`,
  remedy: null,
})
