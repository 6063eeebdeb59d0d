import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GlmmError } from '../../src/errors.js'
import type { DistributionMaker } from '../../src/priors/distribution.js'
import { parsePrior } from '../../src/priors/parse-prior.js'
import { distributions } from '../../src/priors/registry.js'
import { stream } from '../../src/random/stream.js'
import { distance, slopeOf } from './differences.js'

interface Reference {
  readonly text: string
  readonly x: readonly number[]
  readonly logDensity: readonly number[]
}
const truth: readonly Reference[] = JSON.parse(
  readFileSync(new URL('./reference/priors.json', import.meta.url), 'utf8'),
)

/** A range may begin anywhere. */
const positive = ({ name, support }: DistributionMaker): boolean => name !== 'uniform' && support(1, 2)[0] >= 0

/** A target that takes the distribution. */
const targetOf = (maker: DistributionMaker): string => (positive(maker) ? 'sd' : 'b')

/** The distribution a text names, on whichever target takes it. */
const distribution = (text: string) => {
  const maker = distributions.find(({ name }) => text.startsWith(`${name}(`))!
  return parsePrior(`${targetOf(maker)} ~ ${text}`).distribution!
}

/** Integral from `from` to `to` by the trapezoid rule after a doubly exponential change of variable. */
function integral(f: (x: number) => number, [from, to]: readonly [number, number]): number {
  const h = 1 / 64
  let sum = 0
  for (let i = -7 * 64; i <= 7 * 64; i++) {
    const t = i * h
    const inner = (Math.PI / 2) * Math.sinh(t)
    const slope = (Math.PI / 2) * Math.cosh(t)
    let x = from + Math.exp(inner)
    let width = slope * Math.exp(inner)
    if (to < Number.POSITIVE_INFINITY) {
      const share = 1 / (1 + Math.exp(-2 * inner))
      x = from + (to - from) * share
      width = 2 * (to - from) * share * (1 - share) * slope
      if (x <= from || x >= to) continue
    } else if (x <= from) continue
    if (Number.isFinite(width) && Number.isFinite(x)) sum += f(x) * width
  }
  return sum * h
}

describe.each(distributions.map((maker) => [maker.name, maker] as const))('prior %s', (name, maker) => {
  // Arguments of both sizes; a location is 0 where the distribution is folded there; a range ascends.
  const argumentSets = [0.3, 1, 2.5, 7].map((size, i) =>
    maker.arguments.map((argument, position) =>
      maker.positive.includes(argument) ? size : argument === 'zero' ? 0 : [0, -1.5, 3, 0.25][i] + 2 * position,
    ),
  )
  const target = targetOf(maker)
  const sd = target === 'sd'
  /** Sets that the target takes: a range of standard deviations begins at 0 at the least. */
  const taken = argumentSets.filter((values) => !sd || maker.support(...values)[0] >= 0)
  const points = [-20, -3.1, -0.4, 0.2, 0.9, 2.2, 15]

  it('draws with the probabilities that its density integrates to, and not where it is improper', () => {
    const count = 4000
    argumentSets.forEach((values, replicate) => {
      const { draw, logDensity } = maker.make(...values)
      expect(draw === null).toBe(maker.improper ?? false)
      // A beta density with a pole at 1 loses the digits of 1 - x; a t with 0.3 degrees of freedom has no end.
      if (!draw || (name === 'beta' && values[1] < 1)) return
      const rng = stream({ seed: 3, replicate, purpose: 'start' })
      const draws = Float64Array.from({ length: count }, () => draw(rng)).sort()
      const [low] = maker.support(...values)
      for (const share of [0.1, 0.3, 0.5, 0.7, 0.9]) {
        // A point that does not depend on where the draws are by chance: the nearest number of one digit.
        const point = Number(draws[Math.floor(share * count)].toPrecision(1))
        const f = (x: number): number => Math.exp(logDensity(x))
        const line = low === Number.NEGATIVE_INFINITY
        // The whole-line ones are symmetric about their location.
        const middle = values[Math.max(maker.arguments.indexOf('mean'), maker.arguments.indexOf('location'))]
        const [from, to] = [Math.min(middle, point), Math.max(middle, point)]
        const p = line ? 0.5 + Math.sign(point - middle) * integral(f, [from, to]) : integral(f, [low, point])
        if (!(point > low) || !(p > 0.01 && p < 0.99)) continue
        const below = draws.filter((value) => value <= point).length / count
        // The integral across a kink of the density (laplace) is good to three digits.
        expect(Math.abs(below - p), `${name}(${values}) at ${point}`).toBeLessThan(
          4 * Math.sqrt((p * (1 - p)) / count) + 1e-3,
        )
      }
    })
  })

  it('integrates to one, unless it is improper', () => {
    if (maker.improper) return
    for (const values of argumentSets) {
      // A beta density with a pole at 1 loses the digits of 1 - x.
      if (name === 'beta' && values[1] < 1) continue
      const { logDensity } = maker.make(...values)
      const f = (x: number): number => Math.exp(logDensity(x))
      const support = maker.support(...values)
      // On the whole line both sides of the location, where there may be a kink.
      const middle = values[Math.max(maker.arguments.indexOf('mean'), maker.arguments.indexOf('location'))]
      const line = support[0] === Number.NEGATIVE_INFINITY
      const mass = line
        ? integral((x) => f(middle + x) + f(middle - x), [0, Number.POSITIVE_INFINITY])
        : integral(f, support)
      // The tail of a t with 0.3 degrees of freedom beyond 1e308 weighs nothing that can be seen.
      expect(mass, `${name}(${values})`).toBeCloseTo(1, 9)
    }
  })

  it('slope is the derivative of the log density', () => {
    for (const values of argumentSets) {
      const { logDensity, slope } = maker.make(...values)
      const [low, high] = maker.support(...values)
      for (const x of points) {
        if (x <= low || x >= high) continue
        expect(distance(slope(x), slopeOf(logDensity, x, 1e-3)), `${name}(${values}) at ${x}`).toBeLessThan(1e-8)
      }
    }
  })

  it('vanishes outside its support, and there alone', () => {
    for (const values of argumentSets) {
      const { logDensity } = maker.make(...values)
      const [low, high] = maker.support(...values)
      for (const x of points) {
        const inside = x >= low && x <= high
        expect(logDensity(x) > Number.NEGATIVE_INFINITY, `${name}(${values}) at ${x}`).toBe(inside)
      }
    }
  })

  it('is not NaN, wherever it is asked', () => {
    for (const values of argumentSets) {
      const { logDensity, slope } = maker.make(...values)
      const [low, high] = maker.support(...values)
      for (const x of [Number.NEGATIVE_INFINITY, -1e200, 1e-300, 1e200, Number.POSITIVE_INFINITY]) {
        expect(logDensity(x), `${name}(${values}) at ${x}`).not.toBeNaN()
        if (Number.isFinite(x) && x > low && x < high) expect(slope(x)).not.toBeNaN()
      }
    }
  })

  it('is parsed, its text normalised, and that text parses to the same', () => {
    for (const values of taken) {
      const prior = parsePrior(`  ${target}[ some name ]~${name} ( ${values.join(' ,  ')} ) `)
      expect(prior.text).toBe(`${target}[some name] ~ ${name}(${values.join(', ')})`)
      expect(prior.element).toBe('some name')
      expect(prior.distribution!.support).toEqual(maker.support(...values))
      expect(prior.distribution!.improper).toBe(maker.improper ?? false)
      expect(parsePrior(prior.text).text).toBe(prior.text)
      expect(prior.distribution!.logDensity(0.7)).toBe(maker.make(...values).logDensity(0.7))
    }
  })

  it('refuses a scale that is not positive, and a number too few or too many', () => {
    const [values] = taken
    const write = (list: readonly (number | string)[]): string => `${target} ~ ${name}(${list.join(', ')})`
    if (values.length > 0) refused(write(values.slice(1)))
    refused(write([...values, 1]))
    maker.arguments.forEach((argument, i) => {
      for (const bad of ['', 'a', 'NaN', 'Infinity', '1e999', '0x10', '1_000', '1 2', '--1'])
        refused(write(values.with(i, bad as never)))
      if (maker.positive.includes(argument)) for (const bad of [0, -1]) refused(write(values.with(i, bad)))
      if (argument === 'zero') refused(write(values.with(i, 1)))
    })
  })

  it('suits standard deviations where it lives on positive numbers, coefficients where it lives on the line', () => {
    for (const values of argumentSets) {
      const [low, high] = maker.support(...values)
      const list = values.join(', ')
      const suits = { sd: low >= 0 || maker.improper === true, b: !(low === 0 && high === Number.POSITIVE_INFINITY) }
      for (const one of ['b', 'b[x]', 'Intercept', 'sd', 'sd[g]']) {
        const text = `${one} ~ ${name}(${list})`
        if (one.startsWith('sd') ? suits.sd : suits.b) expect(parsePrior(text).text).toBe(text)
        else refused(text)
      }
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
  it('reads numbers in every notation', () => {
    expect(parsePrior('b~normal(-1.5e0,+2.5E+1)').text).toBe('b ~ normal(-1.5, 25)')
    expect(parsePrior('\tb[x:z] ~ student_t( 3., .5 ,1e-3 )\n').text).toBe('b[x:z] ~ student_t(3, 0.5, 0.001)')
    expect(parsePrior('sd ~ half_normal(-0, 2)').text).toBe('sd ~ half_normal(0, 2)')
    expect(parsePrior('cor[g] ~ lkj( 2.0 )').text).toBe('cor[g] ~ lkj(2)')
    expect(parsePrior('sigma~exponential(1)').text).toBe('sigma ~ exponential(1)')
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
    'Intercept[x] ~ normal(0, 1)',
    'b ~ lkj(2)',
    'cor ~ normal(0, 1)',
    'cor ~ lkj(0)',
    'cor ~ lkj(1, 2)',
    'cor ~ lkj()',
    'sd ~ uniform(2, 1)',
    'sd ~ uniform(-1, 1)',
    'b ~ Normal(0, 1)',
    'b ~ gaussian(0, 1)',
    'b ~ flat(1)',
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
