import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { Sampled } from '../../../src/draws/drawn-model.js'
import { ranks } from '../../../src/draws/answers/ranks.js'
import { normalCdf } from '../../../src/numerics/special.js'
import { stream } from '../../../src/random/stream.js'

const g = ['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd']
const table = tableFrom({ y: [1, 2, 3, 4, 5, 4, 3, 2], x: [1, 2, 3, 5, 8, 1, 2, 3], g })
const model = stateModel('y ~ 1 + (1 + x | g)', table, { family: 'gaussian' })
const ndraws = 2000
const centre = [0.5, 0, -0.3, 0.8]
const names = ['b_Intercept', 'sigma', 'sd_g__Intercept', 'sd_g__x', 'cor_g__Intercept__x']

/** Independent normal intercepts about their centres, and slopes of which that of c is always the highest, a and b equal. */
const values = [1, 2].map((chain) => {
  const rng = stream({ seed: 12, chain, purpose: 'chain' })
  const rows = Array.from({ length: ndraws }, () => {
    const slope = [1, 1, 2, 0]
    return [0, 1, 1, 1, 0, ...centre.flatMap((mean, level) => [mean + rng.normal(), slope[level]])]
  })
  return Float64Array.from(rows.flat())
})
const effects = ['a', 'b', 'c', 'd'].flatMap((level) => [`r_g[${level},Intercept]`, `r_g[${level},x]`])
const posterior: Sampled = {
  sample: { model, priorOnly: false, draws: { names: [...names, ...effects], ndraws, values } },
}

describe('ranks', () => {
  const [intercept, slope] = ranks(posterior, 'g', { pairwise: true })

  it('have an entry for each effect', () => {
    expect([intercept.name, slope.name]).toEqual(['Intercept', 'x'])
    expect(intercept.levels.map(({ level }) => level)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('pairwise probabilities and mean ranks of independent normal effects', () => {
    const error = 4 * Math.sqrt(0.25 / (2 * ndraws))
    centre.forEach((mean, i) => {
      let rank = 1
      centre.forEach((other, j) => {
        const above = i === j ? 0.5 : normalCdf((mean - other) / Math.SQRT2)
        if (i !== j) rank += 1 - above
        expect(Math.abs(intercept.pairwise![i][j] - above)).toBeLessThan(error)
      })
      expect(Math.abs(intercept.levels[i].mean - rank)).toBeLessThan(3 * error)
    })
  })

  it('the probability to be highest, by integration over the effect', () => {
    const highest = (i: number): number => {
      let sum = 0
      for (let z = -8; z <= 8; z += 0.01) {
        const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)
        sum += 0.01 * density * centre.reduce((p, mean, j) => (j === i ? p : p * normalCdf(centre[i] + z - mean)), 1)
      }
      return sum
    }
    intercept.levels.forEach(({ highest: { probability, mcse } }, i) => {
      expect(Math.abs(probability - highest(i))).toBeLessThan(4 * mcse!)
    })
    for (const end of ['highest', 'lowest'] as const) {
      expect(intercept.levels.reduce((sum, level) => sum + level[end].probability, 0)).toBeCloseTo(1, 12)
    }
  })

  it('equal effects share their ranks', () => {
    expect(slope.levels.map(({ mean }) => mean)).toEqual([2.5, 2.5, 1, 4])
    expect(slope.levels.map(({ highest }) => highest)).toEqual(
      [0, 0, 1, 0].map((probability) => ({ probability, mcse: null })),
    )
    expect(slope.pairwise![0]).toEqual([0.5, 0.5, 0, 1])
  })
})

it('names the groups there are', () => {
  expect(() => ranks(posterior, 'gg')).toThrow(/grouping factor \(g\), got 'gg'/)
  expect(ranks(posterior, 'g')[0].pairwise).toBeNull()
})
