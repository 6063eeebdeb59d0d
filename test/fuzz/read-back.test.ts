import { expect, test } from 'vitest'
import { runFuzz } from '../bench/fuzz/run-fuzz.mjs'

// `npm run bench:fuzz` makes thousands more of each.
test.each(['formulas', 'documents', 'run-files', 'logs'])(
  '%s: whatever is in them ends in a result or in a line',
  async (kind) => {
    const report = await runFuzz(kind, { seed: 1, count: 80 })
    expect(report.faults).toEqual([])
    expect(Object.values(report.outcomes).reduce((sum, n) => sum + n)).toBe(80)
    // Most of what is changed is found to be; some changes leave a sound input.
    expect(report.outcomes.result).toBeGreaterThan(0)
    expect(report.outcomes.result).toBeLessThan(40)
  },
)
