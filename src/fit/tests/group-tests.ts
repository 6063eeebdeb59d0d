import type { Stated } from '../../likelihood/frame/stated.js'
import { levelTests } from './level-tests.js'
import type { ModelTest } from '../results/model-test.js'
import { notTested } from './not-tested.js'

/** Simulated levels of the first look, which takes a variance from them, and of the second, which decides. */
const simulated = { first: 200, second: 3000 } as const
/** No p-value of the first look below this: the second would not find anything either. */
const promising = 0.1

/**
 * The tests of a model's groups by name: `normality` of a random intercept, `randomSlopes` left out and, where there
 * is a time, `autocorrelation`. They rest on the integral: where that is not adequate nothing is tested. A fit looks twice, the second time where the first gives a reason; a check once, in full.
 */
export function groupTests(
  stated: Stated,
  x: Float64Array,
  seed: number,
  inFull: boolean,
  integrated = true,
): Readonly<Record<string, ModelTest>> {
  const { model } = stated
  if (model.predictors.every(({ random }) => random.length === 0))
    return model.time
      ? { autocorrelation: notTested('rows are followed in time within groups, and there are none') }
      : {}
  if (!integrated) {
    const none = notTested('the integral is not adequate: fit with more nodes first')
    return { normality: none, randomSlopes: none, ...(model.time && { autocorrelation: none }) }
  }
  const look = (which: keyof typeof simulated): Readonly<Record<string, ModelTest>> => {
    const reported = levelTests(stated, x, { seed, simulated: simulated[which], normal: which === 'first' })
    const always = { normality: reported.effectsNormality, randomSlopes: reported.randomSlopes }
    return reported.autocorrelation ? { ...always, autocorrelation: reported.autocorrelation } : always
  }
  const first = inFull ? null : look('first')
  if (first && Object.values(first).every(({ p }) => p === null || p >= promising)) return first
  return look('second')
}
