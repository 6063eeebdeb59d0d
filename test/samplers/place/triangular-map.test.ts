import { describe, expect, it } from 'vitest'
import { identityTerms, thirdDerivatives, triangularMap } from '../../../samplers/place/triangular-map.js'
import { fixedEffectsRule } from '../../../samplers/quadrature/fixed-effects-rule.js'
import { latticeCdf, quantileOf } from '../../../samplers/quadrature/quadrature-line.js'
import { normalCdf } from '../../../src/numerics/special.js'

const placement = { center: Float64Array.of(0.3, -1, 2), L: Float64Array.of(1.2, 0, 0, -0.4, 0.7, 0, 0.2, 0.5, 0.9) }

/** A cubic with known third derivatives in units of L: the identity, so that x is z. */
const cubic = (x: Float64Array, gradient: Float64Array): number => {
  const [a, b] = x
  gradient[0] = -a + 0.3 * a * a + 0.2 * a * b
  gradient[1] = -b + 0.1 * a * a - 0.25 * b * b
  return -0.5 * (a * a + b * b) + 0.1 * a ** 3 + 0.1 * a * a * b - (0.25 / 3) * b ** 3
}
const identity = { center: new Float64Array(2), L: Float64Array.of(1, 0, 0, 1) }

describe('the triangular map', () => {
  const third = Float64Array.from({ length: 27 }, (_, at) => {
    const [i, j, k] = [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3].sort()
    return 0.1 * Math.sin(1 + i + 2 * j + 3 * k)
  })
  const mapTerms = {
    shift: Float64Array.of(0.1, -0.2, 0.05),
    C: Float64Array.of(0.9, 0, 0, 0.1, 1.1, 0, -0.1, 0.2, 0.95),
    third,
  }
  const map = triangularMap(placement, mapTerms)

  it('tells the determinant of its derivative', () => {
    const z = Float64Array.of(0.7, -1.1, 0.4)
    const x = new Float64Array(3)
    const log = map.toX(z, x)
    // Triangular: the product of the slopes of x_i in z_i.
    let slopes = 0
    for (let i = 0; i < 3; i++) {
      const [up, down] = [1e-5, -1e-5].map((by) => {
        const moved = z.slice()
        moved[i] += by
        map.toX(moved, x)
        return x.slice()
      })
      for (let j = 0; j < i; j++) expect(up[j]).toBe(down[j])
      slopes += Math.log((up[i] - down[i]) / 2e-5)
    }
    expect(Math.abs(log - slopes)).toBeLessThan(1e-8)
  })

  it('is inverted along each coordinate', () => {
    const z = Float64Array.of(-0.6, 1.3, 0.9)
    const x = new Float64Array(3)
    map.toX(z, x)
    for (let i = 0; i < 3; i++) expect(map.along(i, z.slice())(x[i])).toBeCloseTo(z[i], 12)
  })
})

it('third derivatives of a cubic are exact', () => {
  const found = thirdDerivatives(cubic, identity)
  const exact = [0.6, 0.2, 0.2, 0, 0.2, 0, 0, -0.5]
  exact.forEach((value, at) => expect(Math.abs(found[at] - value)).toBeLessThan(1e-10))
})

it('a bent rule integrates skewed densities, of logarithms of gamma variates, where a straight one does not', () => {
  // x_1 = log G_1 and x_2 = log G_2 + x_1 / 2 with G of shapes 4 and 6; their modes are log 4 and log 6 + log(4) / 2.
  const shapes = [4, 6]
  const logGamma = [Math.log(6), Math.log(120)]
  const part = (k: number, u: number): number => shapes[k] * u - Math.exp(u) - logGamma[k]
  const evaluate = (x: Float64Array, gradient: Float64Array): number => {
    const [u, v] = [x[0], x[1] - 0.5 * x[0]]
    const slope = shapes[1] - Math.exp(v)
    gradient[0] = shapes[0] - Math.exp(u) - 0.5 * slope
    gradient[1] = slope
    return part(0, u) + part(1, v)
  }
  const unused = new Float64Array(2)
  const at = {
    center: Float64Array.of(Math.log(4), Math.log(6) + 0.5 * Math.log(4)),
    L: Float64Array.of(0.5, 0, 0.25, 1 / Math.sqrt(6)),
  }
  const third = thirdDerivatives(evaluate, at)
  const error = (mapTerms: ReturnType<typeof identityTerms>): number =>
    Math.abs(fixedEffectsRule((x) => evaluate(x, unused), triangularMap(at, mapTerms), 2, 5)!.logIntegral)
  expect(error({ ...identityTerms(2), third })).toBeLessThan(1e-3)
  expect(error(identityTerms(2))).toBeGreaterThan(5 * error({ ...identityTerms(2), third }))
})

it('a distribution function from equally spaced log densities', () => {
  const step = 0.6
  const cdf = latticeCdf(
    -6,
    step,
    Float64Array.from({ length: 21 }, (_, k) => -0.5 * (-6 + step * k) ** 2),
    1,
  )
  for (const t of [-2.5, -1, 0.1, 1.7]) expect(Math.abs(cdf(t) - normalCdf(t))).toBeLessThan(1e-6)
  expect(quantileOf(cdf, 0.975, 0, 1)).toBeCloseTo(1.959964, 5)
})
