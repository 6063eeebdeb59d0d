import type { RandomTerm } from '../../data/model.js'
import { copies } from '../../data/response-rows.js'
import { rowModel } from '../../likelihood/frame/row-model.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { Objective } from '../../numerics/maximise.js'
import { responseEnds } from './response-ends.js'

/** Standard deviations of the effect's prior on either side of 0: what is left beyond is 1e-12. */
const reach = 7
/** The step in units of 1 / sigma: for a logistic function the error is exp(-2 pi^2 / 1.2), 7e-8 (Trefethen and Weideman 2014). */
const fine = 1.2
/** The step in conditional standard deviations of the narrowest level: for a normal density the error is exp(-2 pi^2 / 0.9^2). */
const narrow = 0.9
/** Where sigma is small the normal density is what bounds the step: its error is exp(-2 pi^2 / 0.5^2). */
const coarse = 0.5
/** Standard deviations beyond are not looked at. */
export const farthestSd = 12

/**
 * Log marginal likelihood of a model with one scalar random effect of the mean over all outer parameters, by the
 * trapezoidal rule on a lattice of the spherical effect: right however large sigma is, where rules of nodes about a mode
 * are not. Dear, and meant for a few evaluations of small data. -Infinity where sigma is beyond `farthest`.
 */
export function exactLevels(stated: Stated, term: RandomTerm, farthest: number = farthestSd): Objective {
  const { model, layout } = stated
  const { nobs: n, predictors } = model
  const K = predictors.length
  const rows = rowModel(stated)
  const byLevel = rowsOf(term)
  const most = Math.max(...byLevel.map((level) => level.length))
  const [laid] = layout.terms
  const sd = laid.start
  const stepAt = latticeStep(stated, term)
  const eta0 = Array.from({ length: K }, () => new Float64Array(n))
  let count = 0
  let u = new Float64Array(0)
  let eta = new Float64Array(0)
  let logDensity = new Float64Array(0)
  let d1 = new Float64Array(0)
  let share = new Float64Array(0)
  const place = (sigma: number): number => {
    // Steps of powers of two, so that the value does not change by rounding all the time.
    const step = 2 ** Math.floor(Math.log2(stepAt(sigma)))
    const needed = 2 * Math.ceil(reach / step) + 1
    if (needed !== count) {
      count = needed
      u = Float64Array.from({ length: count }, (_, j) => (j - (count - 1) / 2) * step)
      eta = new Float64Array(K * count)
      logDensity = new Float64Array(count)
      d1 = new Float64Array(most * K * count)
      share = new Float64Array(count)
    }
    return step
  }
  return (x, gradient) => {
    gradient.fill(0)
    const sigma = x[sd]
    if (!(Math.abs(sigma) <= farthest)) return Number.NEGATIVE_INFINITY
    const logStep = Math.log(place(sigma))
    predictors.forEach(({ fixed, offset }, k) => {
      const into = eta0[k]
      if (offset) into.set(offset)
      else into.fill(0)
      fixed.names.forEach((_, j) => {
        const beta = x[layout.parameterOf[k][j]]
        for (let i = 0; i < n; i++) into[i] += beta * fixed.x[j * n + i]
      })
    })
    let total = 0
    for (const level of byLevel) {
      for (let j = 0; j < count; j++) share[j] = logStep - 0.5 * u[j] * u[j] - halfLogTwoPi
      level.forEach((i, r) => {
        for (let k = 0; k < K; k++) eta.fill(eta0[k][i], k * count, (k + 1) * count)
        const slope = sigma * term.z[i]
        const own = laid.predictor * count
        for (let j = 0; j < count; j++) eta[own + j] += slope * u[j]
        rows.atPoints(i, eta, count, logDensity, d1, r * K * count)
        for (let j = 0; j < count; j++) share[j] += logDensity[j]
      })
      let top = Number.NEGATIVE_INFINITY
      for (const one of share) if (one > top) top = one
      if (top === Number.NEGATIVE_INFINITY) return top
      let mass = 0
      for (let j = 0; j < count; j++) {
        share[j] = Math.exp(share[j] - top)
        mass += share[j]
      }
      total += top + Math.log(mass)
      level.forEach((i, r) => {
        for (let k = 0; k < K; k++) {
          let mean = 0
          let meanU = 0
          for (let j = 0, at = (r * K + k) * count; j < count; j++, at++) {
            if (share[j] === 0) continue
            mean += share[j] * d1[at]
            meanU += share[j] * d1[at] * u[j]
          }
          const { x: columns, names } = predictors[k].fixed
          for (let j = 0; j < names.length; j++)
            gradient[layout.parameterOf[k][j]] += (columns[j * n + i] * mean) / mass
          if (k === laid.predictor) gradient[sd] += (term.z[i] * meanU) / mass
        }
      })
    }
    return Number.isFinite(total) ? total : Number.NEGATIVE_INFINITY
  }
}

/** The step of a lattice of the spherical effect that is fine enough at a standard deviation. */
export function latticeStep(stated: Stated, term: RandomTerm): (sigma: number) => number {
  const { model } = stated
  const byLevel = rowsOf(term)
  let widest = 1e-3
  for (let i = 0; i < model.nobs; i++) widest = Math.max(widest, Math.abs(term.z[i]))
  // A trial's curvature is at most 1 / 4; where all agree it has faded before it adds up.
  const ends = responseEnds(stated)
  const sharpest = byLevel.reduce((most, level) => {
    const mixed = level.some((i) => ends?.[i] !== ends?.[level[0]] || ends?.[i] === 0)
    const curvature = level.reduce(
      (sum, i) => sum + (copies(model.response, i) * (model.response.trials?.[i] ?? 1) * term.z[i] ** 2) / 4,
      0,
    )
    return Math.max(most, mixed ? curvature : Math.min(curvature, widest ** 2))
  }, 0)
  return (sigma) =>
    Math.min(coarse, fine / Math.max(1e-6, Math.abs(sigma) * widest), narrow / Math.sqrt(1 + sigma * sigma * sharpest))
}

function rowsOf({ levels, index }: RandomTerm): number[][] {
  const rows: number[][] = levels.map(() => [])
  for (let i = 0; i < index.length; i++) rows[index[i]].push(i)
  return rows
}

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)
