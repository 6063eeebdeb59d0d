import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { RowKernel } from '../../src/families/family.js'
import { noDeviance } from '../../src/families/family.js'
import type { GlmmError } from '../../src/errors.js'
import { families, familyNamed } from '../../src/families/registry.js'
import { densitySize } from '../../src/families/row-density.js'
import { linkNamed } from '../../src/links/registry.js'
import { stream } from '../../src/random/stream.js'
import { distance, slopeOf } from './differences.js'
import { responses } from './responses.js'

interface Densities {
  readonly family: string
  readonly link: string
  readonly y: readonly number[]
  readonly trials: readonly number[] | null
  readonly eta: readonly number[]
  readonly logDensity: readonly number[]
}
interface Means {
  readonly family: string
  readonly mu: readonly number[]
  readonly variance: readonly number[]
  readonly observed: readonly number[]
  readonly at: readonly number[]
  readonly deviance: readonly number[]
}
const truth: { densities: readonly Densities[]; means: readonly Means[] } = JSON.parse(
  readFileSync(new URL('./reference/densities.json', import.meta.url), 'utf8'),
)

/** Log density of row i at the predictor x. */
function rowValue(kernel: RowKernel, i: number, x: number, n: number): number {
  const out = new Float64Array(n)
  kernel.score(new Float64Array(n).fill(x), i, i + 1, out, new Float64Array(n))
  return out[i]
}

const pairs = families
  .filter((family) => family.kernel)
  .flatMap((family) => family.links.map((link) => [family.name, link, family] as const))

describe.each(pairs)('kernel of %s with link %s', (name, link, family) => {
  const response = responses(family)
  const kernel = family.kernel!(link, response)
  const n = response.y.length
  const rng = stream({ seed: 5, purpose: 'response' })
  // The identity wants means above 0 here.
  const inside = (x: number): number => (link === 'identity' ? Math.exp(x) : x)
  const eta = Float64Array.from({ length: n }, () => inside(1.5 * rng.normal()))
  const arrays = (fill: number): Float64Array[] => [1, 2, 3].map(() => new Float64Array(n).fill(fill))

  it('is found by its name, the first link by default', () => {
    expect(familyNamed(name, link)).toEqual({ family, link })
    expect(familyNamed(name).link).toBe(family.links[0])
    expect(linkNamed(link).name).toBe(link)
  })

  const reference = truth.densities.find((one) => one.family === name && one.link === link)
  if (reference)
    it('log densities are those of R, with every constant', () => {
      const { y, trials, eta: at, logDensity } = reference!
      const bound = family.kernel!(link, { y: Float64Array.from(y), trials: trials && Float64Array.from(trials) })
      for (let i = 0; i < y.length; i++) {
        const got = rowValue(bound, i, at[i], y.length)
        // log n! of a million is 1.3e7, so that its rounding, 2e-9, stays in the constants.
        const constant = (trials ? trials[i] : y[i]) > 1e5 ? 1e-8 : 1e-12
        const row = `y ${y[i]} of ${trials?.[i]}, eta ${at[i]}: ${got} for ${logDensity[i]}`
        expect(Math.abs(got - logDensity[i]), row).toBeLessThan(constant + 1e-12 * Math.abs(logDensity[i]))
      }
    })

  it('score, curvature and one row at many predictors agree', () => {
    const [fromScore, fromCurvature, atNodes] = arrays(Number.NaN)
    const [score] = arrays(0)
    const [d1, d2, d3] = arrays(0)
    kernel.score(eta, 0, n, fromScore, score)
    kernel.curvature(eta, 0, n, fromCurvature, d1, d2, d3)
    for (let i = 0; i < n; i++) {
      expect(distance(fromCurvature[i], fromScore[i]), `row ${i}`).toBeLessThan(1e-13)
      expect(distance(score[i], d1[i]), `row ${i}`).toBeLessThan(1e-13)
      // Five predictors, the derivatives from position 3 on.
      const five = Float64Array.from({ length: 5 }, (_, k) => eta[(i + k) % n])
      const d1AtNodes = new Float64Array(9).fill(-77)
      kernel.atNodes(i, five, 5, atNodes, d1AtNodes, 3)
      for (let k = 0; k < 5; k++) {
        const all = new Float64Array(n).fill(five[k])
        kernel.score(all, i, i + 1, fromCurvature, d2)
        expect(distance(atNodes[k], fromCurvature[i]), `row ${i}, node ${k}`).toBeLessThan(1e-13)
        expect(distance(d1AtNodes[3 + k], d2[i]), `row ${i}, node ${k}`).toBeLessThan(1e-13)
      }
      expect([0, 1, 2, 8].every((k) => d1AtNodes[k] === -77)).toBe(true)
    }
  })

  it('derivatives are those of the one before', () => {
    const [values] = arrays(0)
    const [d1, d2, d3] = arrays(0)
    const x = eta.slice()
    for (let i = 0; i < n; i++) {
      const at = (order: number) => (value: number) => {
        x[i] = value
        kernel.curvature(x, i, i + 1, values, d1, d2, d3)
        return [values[i], d1[i], d2[i]][order]
      }
      const step = 2e-3 * Math.min(1, Math.abs(eta[i]))
      const differences = [0, 1, 2].map((order) => slopeOf(at(order), eta[i], step))
      const before = [0, 1, 2].map((order) => Math.abs(at(order)(eta[i])))
      const exact = [d1[i], d2[i], d3[i]]
      for (let order = 0; order < 3; order++) {
        // Rounding of what is differenced, over the step, on top of the relative error.
        const noise = (4e-16 * before[order]) / step
        const error = Math.abs(exact[order] - differences[order])
        const tolerance = 1e-6 * (1e-3 + Math.abs(exact[order])) + 4 * noise
        expect(error, `row ${i}, y ${response.y[i]}, order ${order + 1}`).toBeLessThan(tolerance)
      }
    }
  })

  it('rows outside [from, to) are left alone', () => {
    const [from, to] = [7, 19]
    const marked = eta.map((value, i) => (i >= from && i < to ? value : Number.NaN))
    const outputs = [...arrays(-77), ...arrays(-77)]
    const [b, c, d, e, f, g] = outputs
    kernel.score(marked, from, to, b, c)
    kernel.curvature(marked, from, to, d, e, f, g)
    for (const out of [b, c, d, e, f, g]) {
      for (let i = 0; i < n; i++) {
        if (i < from || i >= to) expect(out[i]).toBe(-77)
        else expect(Number.isFinite(out[i]) && out[i] !== -77).toBe(true)
      }
    }
    kernel.curvature(eta, 4, 4, ...([d, e, f, g] as const))
    expect(d[4]).toBe(-77)
  })

  it('is finite or -Infinity at any finite eta, never NaN', () => {
    const [value, again] = arrays(0)
    const [d1, d2, d3] = arrays(0)
    for (const extreme of [-1e6, -750, -700, -100, 100, 700, 750, 1e6]) {
      const all = new Float64Array(n).fill(extreme)
      kernel.score(all, 0, n, again, d1)
      kernel.curvature(all, 0, n, value, d1, d2, d3)
      for (let i = 0; i < n; i++) {
        const row = `eta ${extreme}, y ${response.y[i]}`
        for (const one of [value[i], again[i]]) expect(one < Number.POSITIVE_INFINITY, `${row}: ${one}`).toBe(true)
        // Where the density is finite its derivatives are too.
        if (value[i] > Number.NEGATIVE_INFINITY && Math.abs(extreme) < 1e3) {
          expect([d1[i], d2[i], d3[i]].every(Number.isFinite), `${row}: ${d1[i]} ${d2[i]} ${d3[i]}`).toBe(true)
        }
      }
    }
  })

  it('agrees with the general form', () => {
    const density = family.density(link, response)
    expect([density.predictors, family.further]).toEqual([1, []])
    const [value] = arrays(0)
    const [d1, d2, d3] = arrays(0)
    const out = new Float64Array(4)
    kernel.curvature(eta, 0, n, value, d1, d2, d3)
    for (let i = 0; i < n; i++) {
      density.at(i, eta.subarray(i, i + 1), out)
      const fused = [value[i], d1[i], d2[i], d3[i]]
      for (let k = 0; k < 4; k++) expect(distance(out[k], fused[k]), `row ${i}, ${k}`).toBeLessThan(1e-12)
    }
  })

  if (link !== 'identity')
    it('does not take the log of a probability that has rounded to 0', () => {
      for (const extreme of [-36, -20, 20, 36]) {
        for (let i = 0; i < n; i++) {
          expect(Number.isFinite(rowValue(kernel, i, extreme, n)), `eta ${extreme}, y ${response.y[i]}`).toBe(true)
        }
      }
    })
})

describe.each(families.map((family) => [family.name, family] as const))('family %s', (name, family) => {
  const response = responses(family)

  const reference = truth.means.find((one) => one.family === name)
  if (reference)
    it("variance and deviance are those of R's family", () => {
      const { mu, variance, observed, at, deviance } = reference!
      mu.forEach((one, i) => {
        expect(distance(family.variance(one), variance[i])).toBeLessThan(1e-14)
      })
      deviance.forEach((one, i) => {
        expect(distance(family.unitDeviance(observed[i], at[i]), one), `${observed[i]} at ${at[i]}`).toBeLessThan(1e-12)
      })
    })

  it('starts inside the support, with a finite linear predictor', () => {
    for (let i = 0; i < response.y.length; i++) {
      for (const link of family.links) {
        const mu = family.start(family.observed(response, i), family.weight(response, i), link)
        const eta = linkNamed(link).link(mu)
        expect(Number.isFinite(eta), `${link}(${mu})`).toBe(true)
        expect(family.variance(mu)).toBeGreaterThan(0)
      }
    }
  })

  const deviant = family.unitDeviance !== noDeviance
  if (deviant)
    it('unit deviance is zero at the observed value and positive elsewhere', () => {
      for (let i = 0; i < response.y.length; i++) {
        const observed = family.observed(response, i)
        expect(Math.abs(family.unitDeviance(observed, observed)), `${observed}`).toBeLessThan(1e-12)
        for (let j = 0; j < response.y.length; j++) {
          const mu = family.start(family.observed(response, j), family.weight(response, j))
          const deviance = family.unitDeviance(observed, mu)
          expect(deviance).toBeGreaterThanOrEqual(-1e-15 * (1 + Math.abs(observed)))
          if (Math.abs(mu - observed) > 1e-6 * (1 + Math.abs(observed))) expect(deviance).toBeGreaterThan(0)
        }
      }
    })

  if (deviant)
    it('deviance is twice the log-likelihood ratio against the saturated model', () => {
      const [link] = family.links
      const g = linkNamed(link)
      const K = 1 + family.further.length
      const out = new Float64Array(densitySize(K))
      const density = family.density(link, response)
      for (let i = 0; i < response.y.length; i++) {
        const observed = family.observed(response, i)
        const weight = family.weight(response, i)
        if (!Number.isFinite(g.link(observed)) || weight === 0) continue
        const mu = family.start(observed, 1) * 1.1
        if (family.response === 'binomial' && mu >= 1) continue
        // The further parameters are 1.
        const at = (mean: number): number => {
          density.at(
            i,
            Float64Array.from({ length: K }, (_, k) => (k === 0 ? g.link(mean) : 0)),
            out,
          )
          return out[0]
        }
        const ratio = 2 * (at(observed) - at(mu))
        const size = Math.abs(at(observed)) + Math.abs(at(mu)) + Math.abs(weight * observed)
        expect(Math.abs(ratio - weight * family.unitDeviance(observed, mu)), `row ${i}`).toBeLessThan(
          1e-11 * (1 + size),
        )
      }
    })
})

it.each([
  ['Poisson', 'poisson'],
  ['gamma', 'Gamma'],
  ['negbinomial', 'nbinom2'],
  ['bernoulli', 'binomial'],
  ['inverse.gaussian', 'inverse_gaussian'],
  ['Beta', 'beta'],
  ['negative.binomial', 'nbinom2'],
  ['negative_binomial', 'nbinom2'],
  ['neg_binomial_2', 'nbinom2'],
  ['Neg Binomial 2', 'nbinom2'],
  ['zero-inflated-poisson', 'zero_inflated_poisson'],
  ['zero_inflated_negbinomial()', 'zero_inflated_nbinom2'],
  ['glmmTMB::truncated_nbinom2', 'truncated_nbinom2'],
  ['student_t', 'student'],
])('%s is a name of %s', (name, expected) => {
  expect(familyNamed(name).family.name).toBe(expected)
})

it('no name of other software hides one of a family, nor does a property of every object name one', () => {
  for (const { name } of families) expect(familyNamed(name).family.name).toBe(name)
  for (const name of ['constructor', 'toString', '__proto__', '']) expect(() => familyNamed(name)).toThrow()
})

it.each([
  ['Gamma(link = log)', 'Gamma', 'log'],
  ['binomial(probit)', 'binomial', 'probit'],
  ["binomial('cloglog')", 'binomial', 'cloglog'],
  ['stats::binomial(link = "cauchit")', 'binomial', 'cauchit'],
  ['inverse.gaussian(1/mu^2)', 'inverse_gaussian', '1/mu^2'],
  ['poisson()', 'poisson', 'log'],
  ['negative.binomial(link=log)', 'nbinom2', 'log'],
  ['binomial(Probit)', 'binomial', 'probit'],
])('%s is %s with the link %s', (text, family, link) => {
  const found = familyNamed(text)
  expect([found.family.name, found.link]).toEqual([family, link])
  expect(familyNamed(text, link).link).toBe(link)
})

it.each<[string, string | undefined, RegExp]>([
  ['poison', undefined, /did you mean poisson\?/],
  ['binomal', undefined, /did you mean binomial\?/],
  ['negbinomail', undefined, /did you mean nbinom2\?/],
  ['gausian(log)', undefined, /did you mean gaussian\?/],
  ['quasipoisson', undefined, /nbinom1 has the same variance/],
  ['binomial(probbit)', undefined, /did you mean probit\?/],
  ['poisson', 'lgo', /did you mean log\?/],
  ['binomial', 'log', /probabilities pass 1.*poisson/],
  ['binomial(identity)', undefined, /risk differences/],
  ['Gamma(log)', 'inverse', /expected one link/],
  ['negative.binomial(theta = 2)', undefined, /a link alone in the brackets/],
  ['Gamma(log, 2)', undefined, /a link alone in the brackets/],
])('%s %s is answered with what helps', (name, link, expected) => {
  try {
    familyNamed(name, link)
  } catch (error) {
    const { code, message, hint } = error as GlmmError
    expect(code).toBe('USAGE')
    expect(`${message}; ${hint}`).toMatch(expected)
    return
  }
  throw new Error('it was taken')
})
