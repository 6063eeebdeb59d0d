import { expect, test } from 'vitest'
import { runFuzz } from '../bench/fuzz/run-fuzz.mjs'

// Seconds of a busy machine; `npm run bench:fuzz` has the bounds.
const limits = { cpuSeconds: 20, wallSeconds: 60 }

test('every mutated CSV ends in a result or in an error that says what is wrong', async () => {
  const { faults, outcomes } = await runFuzz('csv', { seed: 11, count: 400, limits })
  expect(faults).toEqual([])
  expect(outcomes.result).toBeGreaterThan(20)
  expect(outcomes.TABLE).toBeGreaterThan(20)
})

test('every mutated Parquet file ends, be it in a decoder that does not', async () => {
  const { faults, outcomes } = await runFuzz('parquet', { seed: 11, count: 40, limits })
  expect(faults).toEqual([])
  expect(outcomes.FILE).toBeGreaterThan(5)
})
