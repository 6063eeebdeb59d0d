import { expect, test } from 'vitest'
import { runFuzz } from '../bench/fuzz/run-fuzz.mjs'

const kind = new URL('./misbehaving.mjs', import.meta.url).href

test('the runner tells every way in which an input can go wrong, and goes on', async () => {
  const limits = { cpuSeconds: 0.5, wallSeconds: 10, bytes: 300 * 2 ** 20 }
  const report = await runFuzz(kind, { seed: 5, count: 10, limits })
  expect(Object.values(report.outcomes).reduce((sum, n) => sum + n)).toBe(10)
  expect(new Set(report.faults.map(({ outcome }) => outcome))).toEqual(
    new Set(['INTERNAL', 'HANG', 'DIED', 'MEMORY', 'SLOW']),
  )
  expect(report.outcomes.TABLE).toBeGreaterThan(0)
  expect(report.outcomes.result).toBeGreaterThan(report.faults.filter(({ outcome }) => outcome === 'SLOW').length)
  const [first] = report.faults
  const again = await runFuzz(kind, { seed: 5, from: first.index, count: 1, limits })
  expect(again.faults[0].outcome).toBe(first.outcome)
})
