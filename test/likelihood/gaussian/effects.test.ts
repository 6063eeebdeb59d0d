import { describe, expect, it } from 'vitest'
import { restricted } from '../../../src/likelihood/frame/restricted.js'
import { state } from '../../../src/likelihood/frame/stated.js'
import { gaussianEffects } from '../../../src/likelihood/gaussian/gaussian-effects.js'
import { gaussianNormal } from '../../../src/likelihood/gaussian/gaussian-normal.js'
import { relativeDensity } from '../../../src/likelihood/gaussian/relative-density.js'
import { laplaceParts } from '../../../src/likelihood/sparse/laplace-parts.js'
import { normalAt } from '../../../src/likelihood/normal/normal-marginal.js'
import { denseEffects, randomModel, structures } from './dense-gaussian.js'

describe.each(structures)('$formula', ({ formula, options }) => {
  const model = randomModel(formula, options, 8, 70)
  const p = model.predictors[0].fixed.names.length
  describe.each([false, true])('restricted: %s', (reml) => {
    const stated = state(reml ? restricted(model) : model)
    const density = relativeDensity(stated)!
    const whole = new Float64Array(p + 1 + density.size).map((_, j) => (j === 0 ? 39 : 0.3 + 0.15 * (j % 4)))
    const x = reml ? whole.slice(p) : whole

    it('effects have their conditional normal distribution', () => {
      const { effects, variance, beta, phi } = denseEffects(model, whole, reml)
      const found = gaussianEffects(density, stated, x)!
      const terms = found.terms()
      const modes = terms.slice(0, terms.length - (reml && p > 0 ? 1 : 0))
      const all = modes.flatMap(({ mode }) => Array.from(mode))
      const sds = modes.flatMap(({ sd }) => Array.from(sd))
      expect(all.length).toBe(effects.length)
      effects.forEach(({ mode }, e) => {
        expect(all[e]).toBeCloseTo(mode, 8)
        expect(sds[e] ** 2).toBeCloseTo(variance[e], 9)
      })
      if (reml && p > 0) {
        const { mode, covariance } = terms.at(-1)!
        beta.forEach((value, j) => {
          expect(mode[j]).toBeCloseTo(value, 8)
        })
        covariance.forEach((value, e) => {
          expect(value / Math.abs(phi[e])).toBeCloseTo(Math.sign(phi[e]), 7)
        })
      }
      // Roots of the covariance give every variance.
      const size = effects.length + (reml ? p : 0)
      sds.forEach((sd, e) => {
        const root = found.whitened(Float64Array.from({ length: size }, (_, k) => (k === e ? 1 : 0)))
        expect(Math.hypot(...root)).toBeCloseTo(sd, 9)
      })
    })

    it('tells the marginal normal distribution as the sparse engine does', () => {
      if (p === 0) return
      const own = gaussianNormal(density, stated, x)!
      const parts = laplaceParts(stated)
      const other = normalAt(stated, parts)(x)!
      close(own.information, other.information)
      close(own.covariance, other.covariance)
      own.derivatives().forEach((one, k) => {
        close(one, other.derivatives()[k])
      })
      // Effects are numbered in another way.
      const order = (terms: typeof own.terms): number[] =>
        terms.flatMap(({ starts, q }) =>
          Array.from(starts, (first) => Array.from({ length: q }, (_, j) => first + j)).flat(),
        )
      const [mine, theirs] = [order(own.terms), order(other.terms)]
      expect(mine.length).toBe(parts.structure.size)
      own.projected.forEach((column, j) => {
        close(
          mine.map((at) => column[at]),
          theirs.map((at) => other.projected[j][at]),
        )
      })
      const b = mine.map((_, e) => Math.sin(e))
      const place = (at: readonly number[]): Float64Array => {
        const out = new Float64Array(at.length)
        at.forEach((to, e) => {
          out[to] = b[e]
        })
        return out
      }
      const [left, right] = [own.throughEffects(place(mine)), other.throughEffects(place(theirs))]
      close(
        mine.map((at) => left[at]),
        theirs.map((at) => right[at]),
      )
    })
  })
})

/** Equal to eight digits of the largest. */
function close(a: ArrayLike<number>, b: ArrayLike<number>): void {
  const largest = Math.max(...Array.from(b, Math.abs))
  for (let e = 0; e < b.length; e++) expect(Math.abs(a[e] - b[e])).toBeLessThan(1e-8 * largest)
}
