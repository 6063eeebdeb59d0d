import type { Warning } from '../../errors.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { maximise, type Objective } from '../../numerics/maximise.js'
import { normalQuantile } from '../../numerics/special.js'
import type { Estimate } from '../results/estimate.js'
import type { Limits } from '../results/limits.js'
import type { ProfileIntervals } from '../results/limits.js'
import { exactLevels } from './exact-levels.js'
import { standsForInfinity } from './limit-estimate.js'
import type { Runaway } from '../results/runaway.js'

/** Steps of the linear predictor, in which the profile is followed back from infinity, at first and near the limit. */
const leap = 4
const step = 1
/** From farther out the way back is halved. */
const far = 64
const mostSteps = 120
/** The root of the fall is found to this. */
const precision = 1e-7
/** The longest standard deviation at which exact integration is still cheap. */
const farthestSd = 60
/** A root of a variance that is zero is let go from here: its slope is zero there. */
const nudge = 0.3

/**
 * Profile limits with one of those that exist for parameters without a finite maximum: where the log-likelihood, maximised over all
 * else, has fallen by z^2 / 2 below what it tends to. The other limit is infinite, reported as null beside `runsTo`. `like` and
 * `fitted` are those of the full model.
 */
export function withOneSidedLimits(
  found: ProfileIntervals,
  like: Likelihood,
  fitted: Estimate,
  level: number,
): ProfileIntervals {
  const z = normalQuantile((1 + level) / 2)
  const warnings: Warning[] = [...found.warnings]
  const limitOf = (run: Runaway, root: Profile | null, first: number, from: number): Limits | null => {
    const side = run.to === 'Inf' ? -1 : 1
    const at = root && limitFrom(root, from, side, first, z)
    if (at === null) {
      const message = `no profile limit for ${run.name}: its likelihood does not fall far enough on either side`
      warnings.push({ code: 'PROFILE', message })
      return null
    }
    return side < 0 ? { lower: at, upper: null } : { lower: null, upper: at }
  }
  const predictors = found.predictors.map((limits, k) =>
    limits.map((one, j) => {
      const at = like.layout.fixedStart[k] + j
      const run = fitted.runs.find((other) => other.at === at && other.to !== null)
      if (!run || fitted.limits.includes(at)) return one
      const { x } = like.model.predictors[k].fixed
      const n = like.model.nobs
      const extent = x.subarray(j * n, (j + 1) * n).reduce((top, value) => Math.max(top, Math.abs(value)), 0) || 1
      const root = fitted.unbounded ? null : coefficientProfile(like, fitted, at)
      return limitOf(run, root, 1 / extent, fitted.parameters[at]) ?? one
    }),
  )
  const random = found.random.map((one, t) => {
    const [laid, another] = like.layout.terms
    const run = laid && t === 0 && !another ? fitted.runs.find(({ at }) => at === laid.start) : undefined
    if (!run || fitted.parameters[laid.start] !== standsForInfinity) return one
    const root = deviationProfile(like, fitted)
    if (!(root(farthestSd) < z)) {
      const message = `the lower profile limit of ${run.name} is above ${farthestSd}, where it is not looked for`
      warnings.push({ code: 'PROFILE', message })
      return one
    }
    const limits = limitOf(run, root, 1, farthestSd)
    return limits ? { ...one, sd: [limits] } : one
  })
  return { predictors, random, warnings }
}

/** The root of twice the fall of the profile at a value of the parameter; NaN where it cannot be had. */
type Profile = (value: number) => number

/** Follows a profile from where it is flat, and finds where its root is z; null where it is not. */
function limitFrom(profile: Profile, from: number, side: 1 | -1, unit: number, z: number): number | null {
  let low = { at: from, fall: -z }
  for (let count = 0; count < mostSteps; count++) {
    const distance = Math.abs(low.at)
    const away = low.fall > -0.7 * z ? step : leap
    // From a heavy tail's far end by halves.
    const at = distance > far * unit && low.at * side < 0 ? low.at / 2 : low.at + side * away * unit
    const fall = profile(at) - z
    if (Number.isNaN(fall)) return null
    if (fall < 0) {
      low = { at, fall }
      continue
    }
    return crossing(profile, low, { at, fall }, z)
  }
  return null
}

/** Illinois's rule between a value where the root is below z and one where it is above. */
function crossing(
  profile: Profile,
  low: { readonly at: number; readonly fall: number },
  high: { readonly at: number; readonly fall: number },
  z: number,
): number | null {
  let [a, b] = [low.at, high.at]
  let [fa, fb] = [low.fall, high.fall]
  for (let count = 0; count < 60; count++) {
    const at = b - (fb * (b - a)) / (fb - fa)
    const fall = profile(at) - z
    if (Number.isNaN(fall)) return null
    if (Math.abs(fall) <= precision) return at
    if (fall < 0) {
      ;[a, fa] = [at, fall]
      fb /= 2
    } else {
      ;[b, fb] = [at, fall]
      fa /= 2
    }
  }
  return b
}

function coefficientProfile({ layout, marginal, model }: Likelihood, fitted: Estimate, at: number): Profile {
  const d = layout.dimension
  const { evaluate, value } = marginal(fitted.rule)
  const running = new Set(fitted.runs.map((run) => run.at))
  const scale = new Float64Array(d * d)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) if (i !== at && j !== at) scale[i * d + j] = fitted.covariance?.[i * d + j] || 0
    if (i !== at && !(scale[i * d + i] > 0)) scale[i * d + i] = 0.25 * unitOf(i) ** 2
  }
  function unitOf(i: number): number {
    const k = layout.fixedStart.findLastIndex((from) => from <= i)
    if (k >= model.predictors.length) return 1
    const { x } = model.predictors[k].fixed
    const column = i - layout.fixedStart[k]
    const { nobs: n } = model
    return 1 / (x.subarray(column * n, (column + 1) * n).reduce((top, one) => Math.max(top, Math.abs(one)), 0) || 1)
  }
  let before = Float64Array.from(fitted.parameters)
  return (held) => {
    const objective: Objective = (x, gradient) => {
      const result = evaluate(x, gradient)
      gradient[at] = 0
      return result
    }
    // Other running coefficients may be parts of the same direction, or of another: left behind, or taken along.
    const alone = before.slice()
    const along = before.slice()
    const share = before[at] === 0 ? 1 : held / before[at]
    for (const j of running) if (j < layout.fixed) along[j] *= share
    alone[at] = along[at] = held
    const starts = value(along) > value(alone) ? [along] : [alone]
    if (fitted.zeroed.length > 0) {
      const free = starts[0].slice()
      for (const j of fitted.zeroed) free[j] = nudge
      starts.push(free)
    }
    let top = Number.NEGATIVE_INFINITY
    for (const from of starts) {
      const end = maximise(objective, from, scale, { tolerance: 1e-5, maxIterations: 200, maxEvaluations: 400 })
      if (!(end.value > top)) continue
      top = end.value
      before = Float64Array.from(end.x)
    }
    return top === Number.NEGATIVE_INFINITY ? Number.NaN : Math.sqrt(2 * Math.max(0, fitted.logLik - top))
  }
}

/** Of the standard deviation of the only random effect, by exact integration. */
function deviationProfile({ stated, layout }: Likelihood, fitted: Estimate): Profile {
  const [{ term, start }] = layout.terms
  const d = layout.dimension
  const exact = exactLevels(stated, term, farthestSd)
  const scale = new Float64Array(d * d)
  let before = Float64Array.from(fitted.parameters, (value) => (value * farthestSd) / standsForInfinity)
  for (let j = 0; j < layout.fixed; j++) scale[j * (d + 1)] = 1
  return (sd) => {
    const from = before.map((value) => (value * sd) / before[start])
    const end = maximise(
      (x, gradient) => {
        const value = exact(x, gradient)
        gradient[start] = 0
        return value
      },
      from,
      scale,
      { tolerance: 1e-4, maxIterations: 100, maxEvaluations: 150 },
    )
    if (end.value === Number.NEGATIVE_INFINITY) return Number.NaN
    before = Float64Array.from(end.x)
    return Math.sqrt(2 * Math.max(0, fitted.logLik - end.value))
  }
}
