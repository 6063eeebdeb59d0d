import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord, FixedEstimate } from '../../../src/fit/record/fit-record.js'
import { type Rng, stream } from '../../../src/random/stream.js'

interface Row {
  y: number
  a: string
  x: number
  w: number
  g: string
}

function poisson(rng: Rng, mean: number): number {
  let [k, p] = [0, rng.uniform()]
  while (p > Math.exp(-mean)) {
    p *= rng.uniform()
    k++
  }
  return k
}

/** Counts with a mean of e^0.8 or so, in twelve groups, three cells, and rows on either side of a number x. */
function counts(seed: number): Row[] {
  const rng = stream({ seed, replicate: 0, chain: 0, purpose: 'simulation' })
  const effect = Array.from({ length: 12 }, () => 0.5 * rng.normal())
  return Array.from({ length: 144 }, (_, i) => {
    const x = 2 * rng.uniform() - 1
    const w = rng.normal()
    const y = poisson(rng, Math.exp(0.8 + 0.3 * w + effect[i % 12]))
    return { y, a: 'pqr'[Math.floor(i / 12) % 3], x, w, g: `g${i % 12}` }
  })
}

const table = (rows: readonly Row[]) =>
  tableFrom(
    Object.fromEntries(
      (['y', 'a', 'x', 'w', 'g'] as const).map((name) => [name, rows.map((row) => row[name])]),
    ) as never,
  )
const separation = ({ warnings }: FitRecord): string =>
  warnings.flatMap(({ code, message }) => (code === 'SEPARATION' ? [message] : [])).join('; ')
const further = (record: FitRecord, predictor: string): readonly FixedEstimate[] =>
  record.further.find((one) => one.predictor === predictor)!.fixed

function expectSameMean(found: FitRecord, rest: FitRecord): void {
  expect(found.convergence.converged).toBe(true)
  expect(found.logLik).toBeCloseTo(rest.logLik, 5)
  found.fixed.forEach(({ name, estimate, se }, j) => {
    expect(name).toBe(rest.fixed[j].name)
    expect(estimate).toBeCloseTo(rest.fixed[j].estimate, 4)
    expect(se! / rest.fixed[j].se! - 1).toBeCloseTo(0, 4)
  })
  expect(found.random[0].sd[0]).toBeCloseTo(rest.random[0].sd[0], 4)
}

/** Runs with nothing that a test could be made of. */
function expectRuns(found: readonly FixedEstimate[], to: Record<string, string | null>): void {
  expect(Object.fromEntries(found.map(({ name, runsTo }) => [name, runsTo]))).toEqual(to)
  for (const { runsTo, se, z, p } of found) if (runsTo) expect([se, z, p]).toEqual([null, null, null])
}

describe('both ends of the probability of a zero', () => {
  const ofZeros = { family: 'poisson', zi: '~x' } as const

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    'tells a number that parts rows of zeros alone from rows without more of them than Poisson: %i',
    (seed) => {
      const rows = counts(seed).map((row) => ({ ...row, y: row.x > 0.1 ? row.y : 0 }))
      const found = fit('y ~ w + (1 | g)', table(rows), ofZeros)
      const zeros = further(found, 'zi')
      // On one side each zero is one of the inflation's, on the other none is. With a zero next to where they part there may be a
      // maximum of finite slope besides, at which a climb ends.
      if (zeros[1].runsTo === null) {
        expect(zeros[1].se).toBeLessThan(500)
        return
      }
      expectRuns(zeros, { '(Intercept)': 'Inf', x: '-Inf' })
      expect(separation(found)).toContain('(Intercept) and x of zi')
      const above = rows.filter(({ x }) => x > -zeros[0].estimate / zeros[1].estimate)
      expectSameMean(found, fit('y ~ w + (1 | g)', table(above), { family: 'poisson' }))
    },
  )

  it.each<[string, FitOptions]>([
    ['poisson', {}],
    ['nbinom2', {}],
    ['poisson', { zi: '~a + (1 | g)' }],
  ])('tells a cell of zeros, %s %o', (family, options) => {
    const rng = stream({ seed: 5, replicate: 0, chain: 0, purpose: 'simulation' })
    const rows = counts(2).map((row) => ({ ...row, y: row.a === 'r' || rng.uniform() < 0.3 ? 0 : row.y }))
    const choice = { family, zi: '~a', ...options }
    const found = fit('y ~ w + (1 | g)', table(rows), choice)
    expect(further(found, 'zi').find(({ name }) => name === 'ar')?.runsTo).toBe('Inf')
    expect(further(found, 'zi').find(({ name }) => name === 'ar')?.se).toBeNull()
    expect(separation(found)).toMatch(/a = r: all 48 counts are zero/)
    const rest = fit('y ~ w + (1 | g)', table(rows.filter(({ a }) => a !== 'r')), choice)
    expectSameMean(found, rest)
    further(rest, 'zi').forEach(({ name, estimate, se, runsTo }) => {
      const one = further(found, 'zi').find((other) => other.name === name)!
      expect(one.runsTo).toBe(runsTo)
      if (runsTo) return
      expect(one.estimate).toBeCloseTo(estimate, 3)
      expect(one.se! / se! - 1).toBeCloseTo(0, 3)
    })
  })

  it('tells the constant of zeros with random effects where there are none too many', () => {
    const rows = table(counts(3).filter(({ y }, i) => y > 0 || i % 3 === 0))
    const found = fit('y ~ w + (1 | g)', rows, { family: 'poisson', zi: '~1 + (1 | g)' })
    expectRuns(further(found, 'zi'), { '(Intercept)': '-Inf' })
    expectSameMean(found, fit('y ~ w + (1 | g)', rows, { family: 'poisson' }))
  })

  it('leaves sound data alone', () => {
    const rng = stream({ seed: 6, replicate: 0, chain: 0, purpose: 'simulation' })
    const rows = counts(4).map((row) => ({ ...row, y: rng.uniform() < 0.35 ? 0 : row.y }))
    for (const zi of ['~a', '~x', '~x + (1 | g)']) {
      const found = fit('y ~ w + (1 | g)', table(rows), { family: 'poisson', zi })
      expect(separation(found)).toBe('')
      expect(further(found, 'zi').every(({ se, runsTo }) => runsTo === null && se! < 2)).toBe(true)
    }
  })
})

describe('both ends of a dispersion', () => {
  it('tells a cell of zeros whose phi runs to zero', () => {
    const rng = stream({ seed: 7, replicate: 0, chain: 0, purpose: 'simulation' })
    const rows = counts(8).map((row) => ({ ...row, y: row.a === 'q' ? 0 : row.y + (rng.uniform() < 0.2 ? 6 : 0) }))
    const found = fit('y ~ w + (1 | g)', table(rows), { family: 'nbinom2', dispersion: '~a' })
    expect(further(found, 'dispersion').find(({ name }) => name === 'aq')?.runsTo).toBe('-Inf')
    expectSameMean(
      found,
      fit('y ~ w + (1 | g)', table(rows.filter(({ a }) => a !== 'q')), { family: 'nbinom2', dispersion: '~a' }),
    )
  })
})

describe('beta-binomial rows of one trial', () => {
  const rows = (): Row[] => counts(9).map((row) => ({ ...row, y: row.y + row.w > 2 ? 1 : 0 }))

  it.each(['y ~ w + (1 | g)', 'y ~ w + a', 'y ~ w + (1 | g) + (1 | a)'])(
    'are binomial: %s, and nothing is told of phi',
    (formula) => {
      const found = fit(formula, table(rows()), { family: 'betabinomial' })
      const binomial = fit(formula, table(rows()), { family: 'binomial' })
      expect(found.convergence.converged).toBe(true)
      expect(found.logLik).toBeCloseTo(binomial.logLik, 6)
      found.fixed.forEach(({ estimate, se }, j) => {
        expect(estimate).toBeCloseTo(binomial.fixed[j].estimate, 4)
        expect(se! / binomial.fixed[j].se! - 1).toBeCloseTo(0, 4)
      })
      expect(found.dispersion.phi.se).toBeNull()
      expect(found.warnings.map(({ code }) => code)).toContain('NOT_IDENTIFIED')
      expect(found.warnings.find(({ code }) => code === 'NOT_IDENTIFIED')?.message).toContain('--family binomial')
    },
  )

  it('have a separated cell told as the binomial has it', () => {
    const separated = table(rows().map((row) => ({ ...row, y: row.a === 'r' ? 1 : row.y })))
    const found = fit('y ~ w + a + (1 | g)', separated, { family: 'betabinomial' })
    const binomial = fit('y ~ w + a + (1 | g)', separated, { family: 'binomial' })
    expect(found.convergence.converged).toBe(true)
    expect(found.fixed.map(({ runsTo }) => runsTo)).toEqual([null, null, null, 'Inf'])
    expect(found.logLik).toBeCloseTo(binomial.logLik, 6)
    expect(found.fixed[1].se! / binomial.fixed[1].se! - 1).toBeCloseTo(0, 4)
  })

  it('leave phi to the rows of more trials', () => {
    const some = counts(10).map((row, i) => ({ ...row, n: i % 2 === 0 ? 1 : 6, k: 0 }))
    const rng = stream({ seed: 11, replicate: 0, chain: 0, purpose: 'simulation' })
    for (const row of some) row.k = Math.min(row.n, poisson(rng, 0.4 * row.n * (rng.uniform() < 0.5 ? 2 : 0.3)))
    const both = tableFrom({ k: some.map(({ k }) => k), f: some.map(({ n, k }) => n - k), w: some.map(({ w }) => w) })
    const found = fit('cbind(k, f) ~ w', both, { family: 'betabinomial' })
    expect(found.dispersion.phi.se).toBeGreaterThan(0)
    expect(found.warnings.map(({ code }) => code)).not.toContain('NOT_IDENTIFIED')
  })
})
