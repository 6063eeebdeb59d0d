import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GlmmError } from '../../src/errors.js'
import { defaultPriors, parsePrior } from '../../src/priors/parse-prior.js'
import { distributions } from '../../src/priors/registry.js'
import { distance, slopeOf } from './differences.js'

interface Reference {
  readonly text: string
  readonly x: readonly number[]
  readonly logDensity: readonly number[]
}
const truth: readonly Reference[] = JSON.parse(
  readFileSync(new URL('./reference/priors.json', import.meta.url), 'utf8'),
)

/** The distribution a text names, on whichever target takes it. */
const distribution = (text: string) => {
  const maker = distributions.find(({ name }) => text.startsWith(`${name}(`))!
  return parsePrior(`${maker.positive ? 'sd' : 'b'} ~ ${text}`).distribution
}

/** Integral over the real line by the trapezoid rule in t with x = sinh(pi / 2 sinh t): exact to rounding for smooth tails. */
function overLine(f: (x: number) => number, from: number): number {
  const h = 1 / 64
  let sum = 0
  for (let i = -7 * 64; i <= 7 * 64; i++) {
    const t = i * h
    const inner = (Math.PI / 2) * Math.sinh(t)
    // Above an end of the support: x = from + exp(pi / 2 sinh t).
    const bounded = from > Number.NEGATIVE_INFINITY
    const x = bounded ? from + Math.exp(inner) : Math.sinh(inner)
    const width = (Math.PI / 2) * Math.cosh(t) * (bounded ? Math.exp(inner) : Math.cosh(inner))
    if (Number.isFinite(width) && Number.isFinite(x)) sum += f(x) * width
  }
  return sum * h
}

describe.each(distributions.map((maker) => [maker.name, maker] as const))('prior %s', (name, maker) => {
  // Arguments of both sizes; a location is 0 where the distribution is folded there.
  const argumentSets = [0.3, 1, 2.5, 7].map((size, i) =>
    maker.arguments.map((argument) =>
      maker.scale.includes(argument) ? size : argument === 'zero' ? 0 : [0, -1.5, 3, 0.25][i],
    ),
  )

  it('integrates to one', () => {
    for (const values of argumentSets) {
      const { logDensity } = maker.make(...values)
      const mass = overLine((x) => Math.exp(logDensity(x)), maker.positive ? 0 : Number.NEGATIVE_INFINITY)
      // The tail of a t with 0.3 degrees of freedom beyond 1e308 weighs nothing that can be seen.
      expect(mass, `${name}(${values})`).toBeCloseTo(1, 9)
    }
  })

  it('slope is the derivative of the log density', () => {
    for (const values of argumentSets) {
      const { logDensity, slope } = maker.make(...values)
      for (const x of [-20, -3.1, -0.4, 0.2, 0.9, 2.2, 15]) {
        if (maker.positive && x < 0) continue
        expect(distance(slope(x), slopeOf(logDensity, x, 1e-3)), `${name}(${values}) at ${x}`).toBeLessThan(1e-8)
      }
    }
  })

  it('is declared positive exactly where its density vanishes below 0', () => {
    for (const values of argumentSets) {
      const { logDensity } = maker.make(...values)
      for (const x of [-1e-9, -1, -100]) expect(logDensity(x) === Number.NEGATIVE_INFINITY).toBe(maker.positive)
      expect(Number.isFinite(logDensity(1e-9))).toBe(true)
    }
  })

  it('is -Infinity or finite anywhere, never NaN', () => {
    for (const values of argumentSets) {
      const { logDensity, slope } = maker.make(...values)
      for (const x of [Number.NEGATIVE_INFINITY, -1e200, 0, 1e200, Number.POSITIVE_INFINITY]) {
        expect(logDensity(x)).not.toBeNaN()
        if (Number.isFinite(x) && !(maker.positive && x < 0)) expect(slope(x)).not.toBeNaN()
      }
    }
  })

  it('is parsed, its text normalised, and that text parses to the same', () => {
    const target = maker.positive ? 'sd' : 'b'
    for (const values of argumentSets) {
      const prior = parsePrior(`  ${target}[ some name ]~${name} ( ${values.join(' ,  ')} ) `)
      expect(prior.text).toBe(`${target}[some name] ~ ${name}(${values.join(', ')})`)
      expect(prior.element).toBe('some name')
      expect(prior.distribution.positive).toBe(maker.positive)
      expect(parsePrior(prior.text).text).toBe(prior.text)
      expect(prior.distribution.logDensity(0.7)).toBe(maker.make(...values).logDensity(0.7))
    }
  })

  it('refuses a scale that is not positive, and a number too few or too many', () => {
    const target = maker.positive ? 'sd' : 'b'
    const [values] = argumentSets
    const write = (list: readonly (number | string)[]): string => `${target} ~ ${name}(${list.join(', ')})`
    refused(write(values.slice(1)))
    refused(write([...values, 1]))
    maker.arguments.forEach((argument, i) => {
      for (const bad of ['', 'a', 'NaN', 'Infinity', '1e999', '0x10', '1_000', '1 2', '--1'])
        refused(write(values.with(i, bad as never)))
      if (maker.scale.includes(argument)) for (const bad of [0, -1]) refused(write(values.with(i, bad)))
      if (argument === 'zero') refused(write(values.with(i, 1)))
    })
  })

  it('has its support: positive ones for sd alone, the others for coefficients alone', () => {
    const list = argumentSets[1].join(', ')
    for (const target of ['b', 'b[x]', 'Intercept', 'sd', 'sd[g]']) {
      const text = `${target} ~ ${name}(${list})`
      if (target.startsWith('sd') === maker.positive) expect(parsePrior(text).text).toBe(text)
      else refused(text)
    }
  })
})

/** Expects a PRIOR error in single lines that names what to do. */
function refused(text: string): void {
  let error: unknown
  try {
    parsePrior(text)
  } catch (thrown) {
    error = thrown
  }
  expect(error, `'${text}' was taken`).toBeInstanceOf(GlmmError)
  expect((error as GlmmError).code).toBe('PRIOR')
  expect((error as GlmmError).hint).not.toBe('')
}

it.each(truth.map((one) => [one.text, one] as const))('%s has the density of R', (text, { x, logDensity }) => {
  const { logDensity: density } = distribution(text)
  x.forEach((at, i) => {
    expect(distance(density(at), logDensity[i]), `at ${at}`).toBeLessThan(1e-13)
  })
})

it('half_ distributions have twice the density of the whole ones', () => {
  for (const [half, whole] of [
    ['half_normal(0, 1.7)', 'normal(0, 1.7)'],
    ['half_cauchy(0, 0.6)', 'cauchy(0, 0.6)'],
    ['half_t(5, 0, 2)', 'student_t(5, 0, 2)'],
  ]) {
    for (const x of [0, 0.3, 4, 90]) {
      expect(distance(distribution(half).logDensity(x), Math.LN2 + distribution(whole).logDensity(x))).toBeLessThan(
        1e-15,
      )
      if (x > 0) expect(distribution(half).slope(x)).toBe(distribution(whole).slope(x))
    }
  }
})

describe('parsePrior', () => {
  it('reads the defaults', () => {
    expect(defaultPriors.map((text) => parsePrior(text).text)).toEqual(defaultPriors)
  })

  it('reads numbers in every notation', () => {
    expect(parsePrior('b~normal(-1.5e0,+2.5E+1)').text).toBe('b ~ normal(-1.5, 25)')
    expect(parsePrior('\tb[x:z] ~ student_t( 3., .5 ,1e-3 )\n').text).toBe('b[x:z] ~ student_t(3, 0.5, 0.001)')
    expect(parsePrior('sd ~ half_normal(-0, 2)').text).toBe('sd ~ half_normal(0, 2)')
  })

  it.each([
    '',
    ' ',
    'b',
    'b ~',
    '~ normal(0, 1)',
    'b normal(0, 1)',
    'b = normal(0, 1)',
    'b ~ normal',
    'b ~ normal 0, 1',
    'b ~ normal(0, 1',
    'b ~ normal 0, 1)',
    'b ~ normal((0, 1))',
    'b ~ normal(0, 1) + 1',
    'b ~ normal(0, 1); sd ~ exponential(1)',
    'b ~ normal(0 1)',
    'b ~ normal(0,, 1)',
    'b ~ normal(, 1)',
    'b ~ normal(0, 1,)',
    'b ~ normal(0; 1)',
    'b ~ normal(0, 1)(2)',
    'b[] ~ normal(0, 1)',
    'b[ ] ~ normal(0, 1)',
    'b[x ~ normal(0, 1)',
    'bx] ~ normal(0, 1)',
    'B ~ normal(0, 1)',
    'beta ~ normal(0, 1)',
    'intercept ~ normal(0, 1)',
    'Intercept[x] ~ normal(0, 1)',
    'sigma ~ exponential(1)',
    'b ~ Normal(0, 1)',
    'b ~ gaussian(0, 1)',
    'b ~ flat()',
    'b ~ constructor(0, 1)',
    'sd ~ exponential()',
    'b ~ exponential(1)',
    'sd ~ normal(0, 1)',
  ])('refuses %j', refused)

  it('never throws anything but a PRIOR error', () => {
    const pieces = fc.constantFrom(
      'b',
      'sd',
      'Intercept',
      '[',
      ']',
      '~',
      '(',
      ')',
      ',',
      ' ',
      '0',
      '1',
      '-1',
      '2.5',
      '1e3',
      'normal',
      'exponential',
      'half_t',
      'x',
      '\n',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (one) => {
        try {
          const prior = parsePrior(one)
          // What is taken is taken again from its normalised text.
          expect(parsePrior(prior.text).text).toBe(prior.text)
        } catch (thrown) {
          if (!(thrown instanceof GlmmError) || thrown.code !== 'PRIOR') throw thrown
        }
      }),
      { seed: 1, numRuns: 3000 },
    )
  })

  it('refuses any text with one sign of its grammar taken out', () => {
    const whole = 'b[x]~normal(0,1)'
    for (const sign of ['b', '[', ']', '~', 'n', '(', ')', ',', '0', '1']) refused(whole.replace(sign, ''))
  })
})
