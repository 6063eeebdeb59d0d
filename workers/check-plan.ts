import { checkSeed } from '../src/random/stream.js'
import { studyKindNamed } from '../src/study/registry.js'
import type { StudyPlan } from '../src/study/spec/study-plan.js'
import { areTexts, checkModel, expectFound, isCount, isRecord } from './check-model.js'

const mostConditions = 100_000
const mostReplicates = 1e12
const mostColumns = 100_000
const keys = ['conditions', 'data', 'facts', 'kind', 'seed']

/**
 * A plan as it comes from the queue, or QUEUE. Its models are checked wherever they lie in the data; what else a kind
 * has there, it reads as numbers and texts, and a row for which they make no sense fails like any other.
 */
export function checkPlan(found: unknown): StudyPlan {
  expectFound(isRecord(found) && Object.keys(found).sort().join() === keys.join(), `a study (${keys.join(', ')})`)
  const { kind, seed, conditions, data } = found
  expectFound(typeof kind === 'string', 'the name of a kind of study')
  studyKindNamed(kind)
  expectFound(typeof seed === 'number', 'a seed')
  checkSeed(seed)
  expectFound(Array.isArray(conditions) && conditions.length <= mostConditions, 'conditions of a study')
  for (const condition of conditions) {
    const sound =
      isRecord(condition) &&
      isRecord(condition.settings) &&
      isCount(condition.replicates, mostReplicates) &&
      areTexts(condition.columns) &&
      condition.columns.length <= mostColumns
    expectFound(sound, 'a condition of a study')
  }
  checkModels(data)
  return found as unknown as StudyPlan
}

/** Whatever has predictors is a model. */
function checkModels(data: unknown): void {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return
  if (isRecord(data) && 'predictors' in data) checkModel(data)
  else for (const part of Object.values(data)) checkModels(part)
}
