import { fixedPredictor, type GroupedRows } from '../frame/grouped-rows.js'
import { type ConditionalEffects, lateEffects } from '../frame/conditional-effects.js'
import type { Scratch } from '../frame/scratch.js'
import type { Stated } from '../frame/stated.js'
import { laplaceParts } from '../sparse/laplace-parts.js'
import { noDraws, structuredEffects } from '../sparse/structured-effects.js'
import { levelDensities } from '../vector/effect-densities.js'
import { emptyMode, findMode } from './conditional-mode.js'
import { type ScalarModes, scalarDraw } from './scalar-draw.js'

/**
 * Conditional effects at x of a model with one scalar effect a level; null out of support. `nodes` are those of its densities.
 * `draw` takes the place of draws around the modes, and needs no search of them.
 */
export function scalarEffects(
  stated: Stated,
  rows: GroupedRows,
  work: Scratch,
): (x: Float64Array, nodes: number, draw?: ConditionalEffects['draw']) => ConditionalEffects | null {
  const { start, order, z, n, p } = rows
  const levels = start.length - 1
  const found = emptyMode()
  const drawAround = scalarDraw(rows)
  const densities = levelDensities(stated)
  const inSparse = (() => {
    let made: (x: Float64Array) => ConditionalEffects | null
    return (x: Float64Array): ConditionalEffects => {
      if (!made) {
        const parts = laplaceParts(stated)
        const effects = structuredEffects(parts, noDraws)
        made = (at) => effects(parts.approximation, at)
      }
      return made(x)!
    }
  })()

  const modesAt = (x: Float64Array): ScalarModes | null => {
    const u = new Float64Array(levels)
    const curvature = new Float64Array(levels)
    fixedPredictor(rows, x, work.fixed)
    for (let g = 0; g < levels; g++) {
      if (!findMode(rows, work, x[p], g, found)) return null
      u[g] = found.u
      curvature[g] = found.curvature
    }
    return { u, curvature, fixed: work.fixed.slice() }
  }

  return (given, nodes, draw) => {
    const x = given.slice()
    const sigma = x[p]
    let known = draw ? null : modesAt(x)
    if (!draw && !known) return null
    const modes = (): ScalarModes => {
      known ??= modesAt(x)!
      return known
    }
    const effects = lateEffects({
      terms: () => {
        const { u, curvature } = modes()
        const sd = curvature.map((one) => Math.abs(sigma) / Math.sqrt(one))
        return [{ mode: u.map((one) => sigma * one), sd, covariance: sd.map((one) => one * one) }]
      },
      eta: () => {
        const { u, fixed } = modes()
        const eta = new Float64Array(n)
        for (let g = 0; g < levels; g++) {
          for (let i = start[g]; i < start[g + 1]; i++) eta[order[i]] = fixed[i] + sigma * z[i] * u[g]
        }
        return [eta]
      },
      whitened: (weights) => inSparse(x).whitened(weights),
      secondOrder: (byRow) => inSparse(x).secondOrder(byRow),
      draw: draw ?? ((rng, out, at) => drawAround(sigma, modes(), rng, out, at)),
      ofLevel: (level, effect) => densities(x, () => effects.eta, nodes, level, effect),
    })
    return effects
  }
}
