import type { ModelTest } from './model-test.js'

/** What the tests of a model come to. */
export interface ModelVerdict {
  readonly verdict: 'no fault found' | 'questionable'
  /** The tests that reject the model, with their remedies; else how many tests found nothing, and what could not be tested. */
  readonly reasons: readonly string[]
}

/** Level of all tests together. */
export const testLevel = 0.05

/** Which p-values are significant together at a level (Holm 1979); NaN is no test. */
export function holm(p: readonly number[], level: number = testLevel): boolean[] {
  const order = Array.from(p.keys())
    .filter((t) => !Number.isNaN(p[t]))
    .sort((a, b) => p[a] - p[b])
  const significant = new Array<boolean>(p.length).fill(false)
  for (let rank = 0; rank < order.length; rank++) {
    if (!(p[order[rank]] * (order.length - rank) <= level)) break
    significant[order[rank]] = true
  }
  return significant
}

/**
 * The verdict of tests whose `effect` says which of them reject the model, and of what the data leave `undecided`, without
 * which no model is free of fault. Those of `general` see faults of many kinds: beside
 * one that names its remedy they are reported in one line.
 */
export function modelVerdict(
  tests: Readonly<Record<string, ModelTest>>,
  general: readonly string[] = [],
  undecided: readonly string[] = [],
): ModelVerdict {
  const all = Object.entries(tests)
  // Without a p-value an effect is worth reporting, and no fault of the model: a level that carries the estimates.
  const notes = all.flatMap(([, { effect, remedy, p }]) =>
    effect !== null && p === null ? [`${effect}${remedy ? `: ${remedy}` : ''}`] : [],
  )
  const against = all.filter(([, { effect, p }]) => effect !== null && p !== null)
  const special = against.filter(([key]) => !general.includes(key))
  if (against.length > 0) {
    const reported = special.length > 0 ? special : against
    const rest = against.filter((one) => !reported.includes(one)).map(([key]) => key)
    const reasons = reported.map(
      ([, { effect, remedy, p }]) => `${effect}${remedy ? `: ${remedy}` : ''} (p ${probability(p!)})`,
    )
    return {
      verdict: 'questionable',
      reasons: [...undecided, ...reasons, ...(rest.length > 0 ? [`seen in ${rest.join(', ')} as well`] : []), ...notes],
    }
  }
  const done = all.filter(([, { p }]) => p !== null)
  const least = done.reduce<(typeof done)[number] | null>((a, b) => (a && a[1].p! <= b[1].p! ? a : b), null)
  return {
    verdict: undecided.length > 0 ? 'questionable' : 'no fault found',
    reasons: [
      ...undecided,
      ...(least
        ? [
            foundNothing(
              done.map(([key]) => key),
              least[0],
              least[1].p!,
              undecided.length > 0 ? 'of the rest nothing is found' : 'no fault found',
            ),
          ]
        : ['nothing could be tested']),
      ...notes,
      ...all.flatMap(([key, { method, says }]) => (method === 'not tested' ? [`${key} not tested: ${says}`] : [])),
    ],
  }
}

function foundNothing(keys: readonly string[], key: string, p: number, says: string): string {
  const by = `${says} by ${keys.length} test${keys.length > 1 ? 's' : ''}: ${keys.join(', ')}`
  if (!(p < testLevel) || keys.length === 1) return by
  return `${by}; the least p, ${Number(p.toPrecision(2))} of ${key}, is not significant among ${keys.length}`
}

/** A p-value as a sentence has it: two digits, with the sign before it. */
export const probability = (p: number): string => (p < 1e-4 ? '< 0.0001' : `= ${Number(p.toPrecision(2))}`)
