import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { linkNamed, links, positiveLinks, probabilityLinks } from '../../src/links/registry.js'
import { distance, relative, slopeOf } from './differences.js'

interface Tails {
  readonly eta: number
  readonly tails: readonly number[]
}
const truth: Record<string, readonly Tails[] | undefined> = JSON.parse(
  readFileSync(new URL('./reference/link-tails.json', import.meta.url), 'utf8'),
)

const isProbability = (name: string): boolean => probabilityLinks.some((link) => link.name === name)
const grid = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step)

describe.each(links.map((link) => [link.name, link] as const))('link %s', (name, link) => {
  /** Points where the link is one-to-one. */
  const etas = (from: number, to: number, step: number): number[] =>
    link.above === 0
      ? grid(0, 1, 1 / Math.round((to - from) / step)).map((x) => Math.exp(from / 3 + (x * (to - from)) / 3))
      : grid(from, to, step)

  it('is found by its name', () => {
    expect(linkNamed(name)).toBe(link)
  })

  it('inverse(link(mu)) = mu over the support', () => {
    // Points of the support, close to its ends too.
    const tails = grid(-12, -1, 1).map((power) => 10 ** power)
    const mus = isProbability(name)
      ? [...tails, ...grid(0.05, 0.95, 0.05), ...tails.map((p) => 1 - p)]
      : etas(-6, 6, 0.25).map(link.inverse)
    for (const mu of mus) {
      expect(Number.isFinite(link.link(mu)), `link(${mu})`).toBe(true)
      // Beside 1 a probability itself carries an error of 1e-16, next to which 1 - mu is as coarse.
      expect(relative(link.inverse(link.link(mu)), mu), `at mu = ${mu}`).toBeLessThan(1e-12)
    }
  })

  it('link(inverse(eta)) = eta where mu is not near the end of its support', () => {
    for (const eta of etas(-3, 1.2, 0.1))
      expect(distance(link.link(link.inverse(eta)), eta), `${eta}`).toBeLessThan(1e-12)
  })

  it('slope is the derivative of inverse', () => {
    for (const eta of etas(-6, 6, 0.37)) {
      const difference = slopeOf(link.inverse, eta, link.above === 0 ? 1e-3 * eta : 2e-3)
      expect(Math.abs(link.slope(eta) - difference), `at ${eta}`).toBeLessThan(1e-9 * (1 + Math.abs(difference)))
    }
  })

  it('is monotone', () => {
    const mus = etas(-30, 30, 0.25).map(link.inverse)
    const direction = Math.sign(link.inverse(2) - link.inverse(1))
    for (let i = 1; i < mus.length; i++) expect(direction * (mus[i] - mus[i - 1])).toBeGreaterThanOrEqual(0)
    for (const eta of etas(-30, 30, 0.25)) expect(direction * link.slope(eta)).toBeGreaterThanOrEqual(0)
  })

  it('is never NaN', () => {
    for (const eta of [...grid(-750, 750, 0.5), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      expect(link.inverse(eta), `inverse(${eta})`).not.toBeNaN()
      expect(link.slope(eta), `slope(${eta})`).not.toBeNaN()
    }
  })
})

describe.each(positiveLinks.map((link) => [link.name, link] as const))('positive link %s', (_name, link) => {
  const at = (eta: number): Float64Array => {
    const out = new Float64Array(4)
    expect(link.logMean(eta, out)).toBe(true)
    return out
  }

  it('log mean is that of the inverse, with three derivatives', () => {
    for (const eta of [0.01, 0.3, 1, 2.7, 40]) {
      const got = at(eta)
      expect(distance(got[0], Math.log(link.inverse(eta)))).toBeLessThan(1e-14)
      for (const i of [0, 1, 2]) {
        const difference = slopeOf((x) => at(x)[i], eta, 1e-3 * eta)
        expect(relative(got[i + 1], difference, 1e-9), `eta ${eta}, derivative of element ${i}`).toBeLessThan(1e-9)
      }
    }
  })

  it('says so where there is no mean above 0', () => {
    for (const eta of [-1e300, -3, -1e-200, 0, 1e-200, 5, 1e300]) {
      const out = new Float64Array(4)
      const told = link.logMean(eta, out)
      if (told) expect(out.every(Number.isFinite), `${eta}`).toBe(true)
      if (!(link.inverse(eta) > 0 && link.inverse(eta) < Number.POSITIVE_INFINITY))
        expect(told, `${eta}`).toBe(link.name === 'log')
    }
  })
})

describe.each(probabilityLinks.map((link) => [link.name, link] as const))('probability link %s', (name, link) => {
  const tailsAt = (eta: number): Float64Array => {
    const out = new Float64Array(8)
    link.logTails(eta, out)
    return out
  }

  if (truth[name] !== undefined)
    it('log tails and three derivatives are those of high-precision arithmetic', () => {
      for (const { eta, tails } of truth[name]!) {
        const got = tailsAt(eta)
        for (let i = 0; i < 8; i++) {
          expect(relative(got[i], tails[i]), `eta ${eta}, element ${i}: ${got[i]} for ${tails[i]}`).toBeLessThan(1e-10)
        }
      }
    })

  it('each derivative is that of the one before', () => {
    for (const eta of grid(-12, 3, 0.31)) {
      const got = tailsAt(eta)
      for (const i of [0, 1, 2, 4, 5, 6]) {
        const difference = slopeOf((x) => tailsAt(x)[i], eta, 4e-3)
        expect(distance(got[i + 1], difference), `eta ${eta}, derivative of element ${i}`).toBeLessThan(2e-9)
      }
    }
  })

  it('F is exp(log F), and the two tails sum to one', () => {
    for (const eta of grid(-20, 20, 0.5)) {
      const [logF, , , , logG] = tailsAt(eta)
      expect(relative(Math.exp(logF), link.inverse(eta)), `${eta}`).toBeLessThan(1e-13)
      expect(Math.abs(Math.exp(logF) + Math.exp(logG) - 1)).toBeLessThan(4e-16)
      // F' = F (log F)'
      expect(relative(Math.exp(logF) * tailsAt(eta)[1], link.slope(eta), 1e-15)).toBeLessThan(1e-12)
    }
  })

  it('is never NaN, and log tails are at most 0', () => {
    for (const eta of grid(-750, 750, 0.25)) {
      const got = tailsAt(eta)
      expect(got.some(Number.isNaN), `eta ${eta}: ${got}`).toBe(false)
      expect(Math.max(got[0], got[4])).toBeLessThanOrEqual(0)
    }
    for (const eta of [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      const got = tailsAt(eta)
      expect([got[0], got[4]].some(Number.isNaN), `eta ${eta}: ${got}`).toBe(false)
      expect(Math.min(got[0], got[4])).toBe(Number.NEGATIVE_INFINITY)
    }
  })
})
