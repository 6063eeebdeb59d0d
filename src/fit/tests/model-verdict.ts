import type { ModelTest } from './model-test.js'

/** What the tests of a model come to. */
export interface ModelVerdict {
  readonly verdict: 'no fault found' | 'questionable'
  /** What speaks against the model, with its remedy; else how many tests found nothing, and what could not be tested. */
  readonly reasons: readonly string[]
}

/** Level of all tests together. */
export const testLevel = 0.05

/** Which p-values are significant together at a level (Holm 1979). */
export function holm(p: readonly number[], level: number = testLevel): boolean[] {
  const order = Array.from(p.keys()).sort((a, b) => p[a] - p[b])
  const significant = new Array<boolean>(p.length).fill(false)
  for (let rank = 0; rank < order.length; rank++) {
    if (!(p[order[rank]] * (p.length - rank) <= level)) break
    significant[order[rank]] = true
  }
  return significant
}

/** The verdict of tests whose `effect` says which of them speak against the model. */
export function modelVerdict(tests: Readonly<Record<string, ModelTest>>): ModelVerdict {
  const all = Object.entries(tests)
  const against = all.filter(([, { effect }]) => effect !== null)
  if (against.length > 0) {
    const reasons = against.map(
      ([, { effect, remedy, p }]) => `${effect}${remedy ? `: ${remedy}` : ''} (p ${probability(p!)})`,
    )
    return { verdict: 'questionable', reasons }
  }
  const done = all.filter(([, { p }]) => p !== null)
  const rest = all.filter(([, { p }]) => p === null)
  return {
    verdict: 'no fault found',
    reasons: [
      done.length === 0 ? 'nothing could be tested' : `no fault found by ${done.length} test${done.length > 1 ? 's' : ''}: ${done.map(([key]) => key).join(', ')}`,
      ...rest.map(([key, { says }]) => `${key} not tested: ${says}`),
    ],
  }
}

const probability = (p: number): string => (p < 1e-4 ? '< 0.0001' : `= ${Number(p.toPrecision(2))}`)
