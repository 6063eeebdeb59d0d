import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { stream } from '../../../src/random/stream.js'

const rng = stream({ seed: 3, purpose: 'tests' })
const normal = (): number => Math.sqrt(-2 * Math.log(rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform())
const n = 400
const g = Array.from({ length: n }, (_, i) => `g${i % 40}`)
const effects = new Map(g.map((one) => [one, 0.5 * normal()]))
const x = Array.from({ length: n }, () => 5 * rng.uniform())
const arm = Array.from({ length: n }, () => (rng.uniform() < 0.5 ? 'low' : 'high'))
const table = tableFrom({
  g,
  x,
  arm,
  byArm: arm.map((one, i) => x[i] + effects.get(g[i])! + (one === 'low' ? 3 : 1) * normal()),
  byX: x.map((one, i) => 4 * one + effects.get(g[i])! + Math.exp(0.6 * one - 2) * normal()),
  bent: x.map((one, i) => (one - 2.5) ** 2 + effects.get(g[i])! + normal()),
})
const gaussian = { family: 'gaussian', tests: true } as const

/** The formula of the dispersion that a remedy proposes. */
const proposed = (remedy: string | null): string => /--dispersion "(.*)"/.exec(remedy ?? '')![1]

describe('remedies run as they stand', () => {
  it('a residual variance that differs between levels: the factor, not its column', () => {
    const { tests } = fit('byArm ~ x + arm + (1 | g)', table, gaussian)
    expect(tests!.spread).toMatchObject({ remedy: 'try --dispersion "~ arm"' })
    expect(tests!.spread.effect).toMatch(/where arm is low/)
    const mended = fit('byArm ~ x + arm + (1 | g)', table, { ...gaussian, dispersion: proposed(tests!.spread.remedy) })
    expect(mended.tests!.spread.effect).toBeNull()
  })

  it('one that rises with a covariate, beside what the dispersion has', () => {
    const { tests } = fit('byX ~ x + (1 | g)', table, { ...gaussian, dispersion: '~ arm' })
    expect(tests!.spread.remedy).toBe('try --dispersion "~ arm + x"')
    const mended = fit('byX ~ x + (1 | g)', table, { ...gaussian, dispersion: proposed(tests!.spread.remedy) })
    expect(mended.tests!.spread.effect).toBeNull()
  })

  it('one of a transformed column, as it stands in the formula', () => {
    const { tests } = fit('byX ~ poly(x, 2) + (1 | g)', table, gaussian)
    expect(proposed(tests!.spread.remedy)).toBe('~ poly(x, 2)')
    expect(
      fit('byX ~ poly(x, 2) + (1 | g)', table, { ...gaussian, dispersion: '~ poly(x, 2)' }).tests!.spread.effect,
    ).toBe(null)
  })

  it.each(['x', 'scale(x)', 'I(x/10)'])(
    'a bend with %s: a polynomial in its place, which is then a curve',
    (column) => {
      const { tests } = fit(`bent ~ ${column} + arm + (1 | g)`, table, gaussian)
      const { remedy } = tests![`curvature ${column}`]
      expect(remedy).toBe(`try poly(${column}, 2) in place of ${column}`)
      const mended = fit(`bent ~ poly(${column}, 2) + arm + (1 | g)`, table, gaussian)
      expect(mended.model!.verdict).toBe('no fault found')
      expect(Object.keys(mended.tests!).filter((key) => key.startsWith('curvature'))).toEqual([])
    },
  )
})
