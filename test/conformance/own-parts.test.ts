import { describe, expect, it } from 'vitest'
import { diagonal } from '../../src/covariance/diagonal.js'
import { addCovariance, covarianceNamed, covarianceNames, covariances } from '../../src/covariance/registry.js'
import { defineLink } from '../../src/families/define-link.js'
import { families, familyNamed, familyOf, linksOf } from '../../src/families/registry.js'
import { parseFormula } from '../../src/formula/parse-formula.js'
import type { PositiveLink, ProbabilityLink } from '../../src/links/link.js'
import { addLink, linkNamed, positiveLinks, positiveNamed, probabilityLinks } from '../../src/links/registry.js'

/** Where each link of a positive mean has one above 0. */
const inside = [0.3, 0.9, 2.5]

describe('a link from a function and its inverse', () => {
  it.each(probabilityLinks.map((link) => [link.name, link] as const))('%s: both tails', (_, link) => {
    const own = defineLink({
      name: `own_${link.name}`,
      mean: 'probability',
      link: link.link,
      inverse: link.inverse,
      complement: (eta) => {
        const tails = new Float64Array(8)
        link.logTails(eta, tails)
        return Math.exp(tails[4])
      },
    }) as ProbabilityLink
    for (const eta of [-2.5, -0.4, 0.7, 1.6]) {
      const [told, exact] = [new Float64Array(8), new Float64Array(8)]
      own.logTails(eta, told)
      link.logTails(eta, exact)
      told.forEach((value, i) => expect(Math.abs(value - exact[i]), `${i} at ${eta}`).toBeLessThan(1e-6))
      expect(own.slope(eta)).toBeCloseTo(link.slope(eta), 8)
    }
  })

  it.each(positiveLinks.map((link) => [link.name, link] as const))('%s: the logarithm of the mean', (_, link) => {
    const own = defineLink({ name: `own_${link.name}`, mean: 'positive', link: link.link, inverse: link.inverse })
    for (const eta of inside) {
      const [told, exact] = [new Float64Array(4), new Float64Array(4)]
      expect((own as PositiveLink).logMean(eta, told)).toBe(true)
      link.logMean(eta, exact)
      told.forEach((value, i) => expect(Math.abs(value - exact[i]), `${i} at ${eta}`).toBeLessThan(1e-5 * 40 ** i))
    }
  })
})

describe('what a user adds', () => {
  it('a link is taken by the families whose mean it is a link of', () => {
    const [logit, log] = [probabilityLinks[0], positiveLinks[0]]
    addLink({ ...logit, name: 'my_logit' })
    addLink({ ...log, name: 'my_log' })
    const takers = (name: string): string[] =>
      families.filter((one) => linksOf(one).includes(name)).map((one) => one.name)
    expect(takers('my_logit').sort()).toEqual(['beta', 'betabinomial', 'binomial'])
    expect(takers('my_log').sort()).toEqual(['Gamma', 'inverse_gaussian'])
    expect(familyNamed('binomial', 'MY_logit').link).toBe('my_logit')
    expect(familyNamed('Gamma(link = my_log)').link).toBe('my_log')
    expect(() => familyNamed('poisson', 'my_log')).toThrow(/expected a link of the poisson family/)
    expect(positiveNamed('my_log').name).toBe('my_log')
    expect(() => addLink({ ...logit, name: 'log' })).toThrow(/expected a new name for a link, got 'log'/)
  })

  it('a covariance is one that formulas know, and its name one that they can write', () => {
    expect(covarianceNames()).toEqual(covariances.map(({ name }) => name))
    expect(() => parseFormula('y ~ (1 | g) + mine(1 + x | g)')).toThrow(/mine/)
    addCovariance({ ...diagonal, name: 'mine' })
    expect(covarianceNamed('mine').size(3)).toBe(3)
    expect(parseFormula('y ~ mine(1 + x | g)').right).toMatchObject({ kind: 'call', name: 'mine' })
    expect(() => addCovariance({ ...diagonal, name: 'us' })).toThrow(/expected a new name for a covariance, got 'us'/)
    expect(() => addCovariance({ ...diagonal, name: 'a b' })).toThrow(/expected a name that a formula can call/)
  })

  it('is refused by its name, with the remedy, where a thread does not know it', () => {
    for (const find of [familyOf, linkNamed, covarianceNamed])
      expect(() => find('nonesuch')).toThrow(
        /expected a (family|link|covariance) that this thread knows, got 'nonesuch'/,
      )
  })
})
