import { expect, it } from 'vitest'
import { judge } from '../../src/check/judge.js'

it.each([
  [Number.NaN, 'no Monte Carlo error', 'undetermined'],
  [Number.POSITIVE_INFINITY, 'no Monte Carlo error', 'undetermined'],
  [9, 'disagree: the mean score of the draws is 9', 'undetermined'],
  [1, 'agree: the mean score of the draws is within 1', 'adequate'],
])('a mean score of %d standard errors', (largestScore, sentence, expected) => {
  const estimate = { converged: true, singular: false, nodes: 9, reported: [], runs: [], reason: '' }
  const ladder = { climbed: [0, 1].map(() => ({ estimate, maxShiftInSe: 1e-4 })), importance: null, converged: true }
  const comparison = [{ name: 'x', shiftInSe: 1e-4, laplace: 1, best: 1 }]
  const posterior = { diagnostics: { warnings: [] } }
  type Given = Parameters<typeof judge>
  const { verdict, reasons } = judge(
    ladder as unknown as Given[0],
    comparison as unknown as Given[1],
    posterior as unknown as Given[2],
    { largestScore, paretoK: 0.1 },
  )
  expect(verdict).toBe(expected)
  expect(reasons.join('\n')).toContain(sentence)
  expect(reasons.join('\n')).not.toContain('NaN')
})
