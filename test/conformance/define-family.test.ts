import { describe, expect, it } from 'vitest'
import { defineFamily } from '../../src/families/define-family.js'
import type { Family } from '../../src/families/family.js'
import { addFamily, families, familyNamed } from '../../src/families/registry.js'
import { densitySize } from '../../src/families/row-density.js'
import { linkNamed } from '../../src/links/registry.js'
import { stream } from '../../src/random/stream.js'
import { distance } from './differences.js'
import { responses } from './responses.js'

/** A built-in family told by its log density alone. */
function retold(family: Family, link: string): Family {
  const { name, response, links, further } = family
  const out = new Float64Array(densitySize(1 + further.length))
  const inward = [link, ...further.map((predictor) => predictor.link)].map((one) => linkNamed(one).link)
  return defineFamily({
    name: `own_${name}`,
    response,
    links,
    further,
    logDensity: (y, trials, parameters) => {
      const row = { y: Float64Array.of(y), trials: response === 'binomial' ? Float64Array.of(trials) : null }
      family.density(link, row).at(
        0,
        parameters.map((value, k) => inward[k](value)),
        out,
      )
      return out[0]
    },
  })
}

describe('a family from its log density alone', () => {
  const cases = families.map((family) => [family.name, family] as const)
  it.each(cases)('%s: differences agree with the closed forms', (_name, family) => {
    const [link] = family.links
    const own = retold(family, link)
    const K = 1 + family.further.length
    const data = responses(family)
    const exact = family.density(link, data)
    const near = own.density(link, data)
    const [a, b] = [new Float64Array(densitySize(K)), new Float64Array(densitySize(K))]
    const rng = stream({ seed: 21, purpose: 'response' })
    expect(own.derivatives).toBe('differences')
    for (let i = 0; i < data.y.length; i++) {
      if (data.y[i] > 1e3) continue // the log density is rounded to 1e-10 there
      const eta = Float64Array.from({ length: K }, () => rng.normal())
      exact.at(i, eta, a)
      near.at(i, eta, b)
      for (let k = 0; k < a.length; k++) {
        const error = Math.abs(a[k] - b[k]) / (1 + Math.abs(a[0]) + Math.abs(a[k]))
        const bound = k === 0 ? 1e-13 : k <= K ? 1e-8 : 1e-5
        expect(error, `row ${i}, y ${data.y[i]}, eta ${eta}, ${k}: ${b[k]} for ${a[k]}`).toBeLessThan(bound)
      }
    }
  })

  it('is refused where what it is told by is missing or no such thing', () => {
    const whole = { name: 'own', response: 'real', links: ['identity'], logDensity: () => 0 } as const
    const refused = (change: object, says: string): void =>
      expect(() => defineFamily({ ...whole, ...change })).toThrow(says)
    refused({ name: undefined }, 'expected a name in defineFamily')
    refused({ response: 'postive' }, 'expected a response (binomial, count, real, positive, unit-interval)')
    refused({ links: 'log' }, 'expected a list of links')
    refused({ logDensity: undefined }, 'expected a function logDensity')
    expect(() => addFamily(defineFamily({ ...whole, name: 'gamma' }))).toThrow('expected a new name')
  })

  it('says whose fault it is where its log density throws', () => {
    const logDensity = (): number => {
      throw new ReferenceError('mo is not defined')
    }
    const own = defineFamily({ name: 'own', response: 'real', links: ['identity'], logDensity })
    const row = own.density('identity', { y: Float64Array.of(1), trials: null })
    expect(() => row.at(0, Float64Array.of(0), new Float64Array(4))).toThrow("expected a number of own's logDensity")
  })

  it('vanishes where its log density is not a finite number', () => {
    const own = defineFamily({
      name: 'own',
      response: 'real',
      links: ['identity'],
      logDensity: (_y, _n, [mu]) => Math.log(mu),
    })
    const out = new Float64Array(4)
    own.density('identity', { y: Float64Array.of(1), trials: null }).at(0, Float64Array.of(-3), out)
    expect([...out]).toEqual([Number.NEGATIVE_INFINITY, 0, 0, 0])
    own.density('identity', { y: Float64Array.of(1), trials: null }).at(0, Float64Array.of(0.3), out)
    expect(distance(out[1], 1 / 0.3)).toBeLessThan(1e-8)
  })

  it('is found by its name once added, a name that is taken is refused', () => {
    const own = defineFamily({ name: 'laplace', response: 'real', links: ['identity'], logDensity: () => 0 })
    expect(() => familyNamed('laplace')).toThrow(/expected a family/)
    addFamily(own)
    addFamily(own)
    expect(familyNamed('laplace').family).toBe(own)
    expect(() => addFamily({ ...own })).toThrow(/new name/)
    expect(() => addFamily({ ...own, name: 'poisson' })).toThrow(/new name/)
  })
})
