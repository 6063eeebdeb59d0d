import { describe, expect, it } from 'vitest'
import { pairsOf } from '../../src/families/derivative-order.js'
import { families } from '../../src/families/registry.js'
import { densitySize } from '../../src/families/row-density.js'

/** Responses with the weights of a sum over the support; of a real line, by the trapezoidal rule in a coordinate x. */
function support(kind: string): { y: Float64Array; weight: Float64Array; trials: Float64Array | null } {
  if (kind === 'binomial') {
    const y = Float64Array.from({ length: 8 }, (_, i) => i)
    return { y, weight: y.map(() => 1), trials: y.map(() => 7) }
  }
  if (kind === 'count') {
    const y = Float64Array.from({ length: 4000 }, (_, i) => i)
    return { y, weight: y.map(() => 1), trials: null }
  }
  const step = 0.01
  const x = Float64Array.from({ length: 8001 }, (_, i) => step * (i - 4000))
  if (kind === 'real') return { y: x.map((v) => Math.sinh(v)), weight: x.map((v) => step * Math.cosh(v)), trials: null }
  if (kind === 'positive') return { y: x.map(Math.exp), weight: x.map((v) => step * Math.exp(v)), trials: null }
  const inside = x.filter((v) => Math.abs(v) < 34)
  return {
    y: inside.map((v) => 1 / (1 + Math.exp(-v))),
    weight: inside.map((v) => (step * Math.exp(-Math.abs(v))) / (1 + Math.exp(-Math.abs(v))) ** 2),
    trials: null,
  }
}

const cases = families.flatMap((family) => {
  const K = 1 + family.further.length
  const one = { y: Float64Array.of(0.5), trials: Float64Array.of(1) }
  return family.links
    .filter((link) => family.density(link, one).expected !== undefined)
    .map((link) => [family.name, link, family, K] as const)
})

describe('the expected information is the mean of minus the second derivatives', () => {
  it('of the families that have it in closed form', () => {
    expect([...new Set(cases.map(([name]) => name))].sort()).toEqual(
      ['Gamma', 'beta', 'binomial', 'gaussian', 'inverse_gaussian', 'poisson', 'student'].sort(),
    )
  })

  it.each(cases)('%s, %s', (_, link, family, K) => {
    const { y, weight, trials } = support(family.response)
    const density = family.density(link, { y, trials })
    const out = new Float64Array(densitySize(K))
    const found = new Float64Array(pairsOf(K))
    // A beta density of small phi has mass nearer to 1 than numbers go.
    const points =
      family.response === 'unit-interval'
        ? [
            [0.4, 2.3],
            [-0.7, 3],
          ]
        : [
            [0.4, 0.3, 1.2],
            [0.7, -0.5, 2.5],
          ]
    for (const point of points) {
      const eta = Float64Array.from(point.slice(0, K))
      const mean = new Float64Array(found.length)
      let mass = 0
      for (let i = 0; i < y.length; i++) {
        density.at(i, eta, out)
        const share = weight[i] * Math.exp(out[0])
        if (!(share > 0)) continue
        mass += share
        for (let pair = 0; pair < mean.length; pair++) mean[pair] -= share * out[1 + K + pair]
      }
      expect(mass).toBeCloseTo(1, 8)
      density.expected!(3, eta, found)
      found.forEach((value, pair) => {
        expect(Math.abs(value - mean[pair])).toBeLessThan(1e-7 * (1 + Math.abs(mean[pair])))
      })
    }
  })
})
