import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { stream } from '../../../src/random/stream.js'

describe('a remedy that can be tried as it stands', () => {
  // Ratios of normal numbers: tails that no gaussian has.
  const rng = stream({ seed: 5, purpose: 'simulation' })
  const n = 120
  const g = Array.from({ length: n }, (_, i) => `g${i % 12}`)
  const x = Array.from({ length: n }, () => rng.normal())
  const y = x.map((at, i) => at + (i % 12) / 6 + rng.normal() / rng.normal())
  const table = tableFrom({ y, x, g })

  it.each([true, false])('another family is not for a restricted likelihood: reml %s', (reml) => {
    const { model, tests } = fit('y ~ x + (1 | g)', table, { family: 'gaussian', reml, tests: true, seed: 1 })
    expect(model!.verdict).toBe('questionable')
    const remedies = Object.values(tests!).flatMap(({ remedy }) =>
      remedy?.includes('--family student') ? [remedy] : [],
    )
    expect(remedies.length).toBeGreaterThan(0)
    for (const remedy of remedies) expect(remedy.includes('--family student without --reml')).toBe(reml)
  })

  it('and the restricted likelihood refuses it', () => {
    expect(() => fit('y ~ x + (1 | g)', table, { family: 'student', reml: true })).toThrow(/gaussian family/)
  })
})
