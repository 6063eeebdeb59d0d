import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { type Rng, stream } from '../../../src/random/stream.js'

const rng: Rng = stream({ seed: 31, replicate: 0, chain: 0, purpose: 'simulation' })
const effect = Array.from({ length: 14 }, () => 0.4 * rng.normal())
const rows = Array.from({ length: 168 }, (_, i) => {
  const x = 2 * rng.uniform() - 1
  const mean = Math.exp(0.7 + 0.4 * x + effect[i % 14])
  let [count, p] = [0, rng.uniform()]
  while (p > Math.exp(-mean)) {
    p *= rng.uniform()
    count++
  }
  const a = 'pqr'[Math.floor(i / 14) % 3]
  return { x, a, g: `g${i % 14}`, count, u: rng.uniform(), n: 4 + (i % 5) }
})
type Row = (typeof rows)[number]
const table = (of: readonly Row[], y: (row: Row) => number) =>
  tableFrom({
    y: of.map(y),
    f: of.map((row) => row.n - y(row)),
    x: of.map(({ x }) => x),
    a: of.map(({ a }) => a),
    g: of.map(({ g }) => g),
  })
const successes = ({ n, u, x }: Row): number => Math.min(n, Math.floor(n * (0.3 + 0.2 * x) + 3 * u))

describe('the model of a fit with parameters that the data leave open', () => {
  it.each<[string, string, { family: string; zi?: string }, (row: Row) => number, number]>([
    ['a cell of zeros', 'y ~ a + x + (1 | g)', { family: 'poisson' }, ({ count }) => count, 0],
    ['that of the baseline', 'y ~ a + x + (1 | g)', { family: 'nbinom2' }, ({ count }) => count + 0, 0],
    ['a cell of ones', 'y ~ a + x + (1 | g)', { family: 'truncated_poisson' }, ({ count }) => Math.max(1, count), 1],
    ['failures only', 'cbind(y, f) ~ a + x + (1 | g)', { family: 'binomial' }, successes, 0],
    ['zeros of a hurdle', 'y ~ a + x + (1 | g)', { family: 'hurdle_poisson' }, ({ count }) => count, 0],
  ])(
    'is never free of fault, and its tests are those of the rows that are left: %s',
    (what, formula, family, of, at) => {
      const cell = what.includes('baseline') ? 'p' : 'r'
      const y = (row: Row): number => (row.a === cell ? at : of(row))
      const found = fit(formula, table(rows, y), { ...family, tests: true })
      expect(found.convergence.converged).toBe(true)
      expect(found.model?.verdict).toBe('questionable')
      expect(found.model?.reasons[0]).toMatch(/without a finite maximum|not identified/)
      expect(found.certificate?.verdict).not.toBe('adequate')
      const left = rows.filter(({ a }) => a !== cell)
      // The hurdle's constant is of all rows: only the mean's tests are the rest's.
      if (family.family === 'hurdle_poisson') {
        expect(Object.values(found.tests!).filter(({ method }) => method !== 'not tested').length).toBeGreaterThan(4)
        return
      }
      const rest = fit(formula, table(left, y), { ...family, tests: true })
      for (const [key, { statistic, p, effect }] of Object.entries(found.tests!)) {
        expect(effect === null, key).toBe(rest.tests![key].effect === null)
        if (['dispersion', 'curvature x'].includes(key) && p !== null) {
          expect(statistic, key).toBeCloseTo(rest.tests![key].statistic!, 2)
        }
      }
    },
  )

  it.each<[string, { family: string; zi?: string; dispersion?: string }]>([
    ['y ~ x + (1 | g)', { family: 'poisson' }],
    ['y ~ x + (1 | g)', { family: 'nbinom2', dispersion: '~a' }],
    ['y ~ x', { family: 'poisson', zi: '~1' }],
    ['y ~ x + (1 | g)', { family: 'hurdle_poisson' }],
    ['cbind(y, f) ~ x + (1 | g)', { family: 'binomial' }],
    ['cbind(y, f) ~ x + (1 | g)', { family: 'betabinomial' }],
  ])('has nothing to be tested by where every response is zero: %s %o', (formula, family) => {
    const found = fit(
      formula,
      table(rows, () => 0),
      { ...family, tests: true },
    )
    expect(found.model?.verdict).toBe('questionable')
    expect(Object.values(found.tests!).every(({ p }) => p === null)).toBe(true)
    expect(found.warnings.map(({ code }) => code)).not.toContain('MODEL')
  })

  it('says what else speaks against it', () => {
    const y = ({ a, count }: Row): number => (a === 'r' ? 0 : count % 2 === 0 ? 0 : 5 * count)
    const found = fit('y ~ a + x + (1 | g)', table(rows, y), { family: 'poisson', tests: true })
    expect(found.model?.reasons.some((reason) => reason.includes('--family nbinom2'))).toBe(true)
    expect(found.warnings.map(({ code }) => code)).toContain('MODEL')
  })

  it('is no fault where a family becomes a simpler one', () => {
    const found = fit(
      'y ~ x + (1 | g)',
      table(rows, ({ count }) => Math.min(count, 5)),
      { family: 'nbinom2', tests: true },
    )
    expect(found.warnings.map(({ code }) => code)).toContain('LIMIT')
    expect(found.model?.reasons.join()).not.toContain('without a finite maximum')
  })
})
