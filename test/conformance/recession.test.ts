import { describe, expect, it } from 'vitest'
import { families } from '../../src/families/registry.js'
import { densitySize, firstAt } from '../../src/families/row-density.js'
import { down, free, still, up } from '../../src/numerics/recession-cone.js'
import { responses } from './responses.js'

const cases = families.flatMap((family) =>
  family.links.flatMap((link) => {
    const recession = family.recession?.(link)
    return recession ? [[family.name, link, family, recession] as const] : []
  }),
)

/** Predictors from one end of what a fit may meet to the other. */
const grid = Array.from({ length: 41 }, (_, i) => i - 20)

describe('a row may run where its family says so: its density never falls on the way', () => {
  it.each(cases)('%s, %s', (_name, link, family, recession) => {
    const K = 1 + family.further.length
    const response = responses(family)
    const density = family.density(link, response)
    const out = new Float64Array(densitySize(K))
    const seen = new Set<number>()
    for (let i = 0; i < response.y.length; i++) {
      const side = recession(response, i)
      seen.add(side)
      if (side === still) continue
      for (const by of [-2, 0, 2]) {
        const slope = (eta: number): number => {
          density.at(i, Float64Array.of(eta, ...family.further.map(({ start }) => start + by)), out)
          expect(out[0]).toBeGreaterThan(Number.NEGATIVE_INFINITY)
          return out[firstAt(K, 0)]
        }
        for (const eta of grid) {
          if (side === down) expect(slope(eta)).toBeLessThanOrEqual(1e-12)
          if (side === up) expect(slope(eta)).toBeGreaterThanOrEqual(-1e-12)
          if (side === free) expect(slope(eta)).toBe(0)
        }
      }
    }
    expect(seen.has(still)).toBe(true)
  })

  it('and the same of predictors whose response alone decides', () => {
    for (const family of families) {
      family.further.forEach(({ recession }, k) => {
        if (!recession) return
        const K = 1 + family.further.length
        const response = responses(family)
        const density = family.density(family.links[0], response)
        const out = new Float64Array(densitySize(K))
        for (let i = 0; i < response.y.length; i++) {
          for (const eta of grid) {
            const at = Float64Array.of(0.5, ...family.further.map(({ start }) => start))
            at[k + 1] = eta
            density.at(i, at, out)
            expect(Math.sign(out[firstAt(K, k + 1)])).toBe(recession(response, i))
          }
        }
      })
    }
  })
})
