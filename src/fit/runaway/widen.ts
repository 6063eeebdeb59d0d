import { meanIn, ofLocation } from '../../likelihood/frame/parameter-layout.js'
import { meanOf } from '../../data/roles.js'
import type { ConditionalModes } from '../../likelihood/frame/conditional-effects.js'
import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import type { LaidTerm, ParameterLayout } from '../../likelihood/frame/parameter-layout.js'
import { densityOf, type Estimate } from '../results/estimate.js'
import type { Limits } from '../results/limits.js'
import type { GlmFit } from '../start/glm.js'
import type { ImportanceEstimate } from '../results/importance-estimate.js'
import type { ProfileIntervals } from '../results/limits.js'
import type { LimitModel } from './limit-model.js'
import type { Runaway } from '../results/runaway.js'
import { limitWarnings } from './separation-warning.js'

/** From the estimates of the limiting model to those reported of the full model. */
export interface Widening {
  readonly estimate: (of: Estimate) => Estimate
  readonly glm: (of: GlmFit) => GlmFit
  readonly fitted: (of: Fitted) => Fitted
  /** Profile limits, null for what the limit does not have. */
  readonly profile: (of: ProfileIntervals) => ProfileIntervals
}

/** An estimate, and the likelihood that it is the top of. */
export interface Fitted {
  readonly like: Likelihood
  readonly fitted: Estimate
  readonly importance: ImportanceEstimate | null
  /** The conditional modes at outer parameters, in the limit where the estimate is one; null out of support. */
  readonly modesAt: (x: Float64Array) => ConditionalModes | null
}

/** The estimate of a model without a limit. */
export const fittedBy = (like: Likelihood, fitted: Estimate, importance: ImportanceEstimate | null): Fitted => ({
  like,
  fitted,
  importance,
  modesAt: fitted.rule.by === 'laplace' ? densityOf(like, fitted).effectsAt : like.effectsAt,
})

/**
 * Estimates of a limit among those of the full model. Coefficients without a finite maximum are fixed so far out that the means of the rows that
 * they move are at their ends, and have no standard error; all others are the limit's.
 */
export function widening(limit: LimitModel): Widening {
  const {
    full: { model: full, layout },
    columns,
    cone,
  } = limit
  const place = places(limit, layout)
  const { from } = meanIn(layout).fixed
  const d = layout.dimension
  const runs = full.predictors.flatMap(({ name, fixed }, k) =>
    [...columns[k].ends].map(([j, to]): Runaway => {
      return { at: layout.fixedStart[k] + j, predictor: name, name: fixed.names[j], to }
    }),
  )
  const known = place.filter((at) => !runs.some((run) => run.at === at))
  const lost = layout.terms.flatMap(({ start, size }) =>
    Array.from({ length: size }, (_, j) => start + j).filter((at) => !place.includes(at)),
  )
  const reported = limitWarnings(limit)
  const end = cone.cone.moved.includes(1) ? endOfSeparated : endOfUndetermined

  const parameters = (of: Float64Array): Float64Array => {
    const out = new Float64Array(d)
    place.forEach((at, j) => {
      out[at] = of[j]
    })
    const by = stretch(limit, out.subarray(from))
    cone.cone.direction.forEach((value, j) => {
      out[from + j] += by * value
    })
    return out
  }
  /** A square matrix over the limit's parameters, with rows and columns of NaN for what is not determined. */
  const matrix = (of: Float64Array, size: number = d): Float64Array => {
    const out = new Float64Array(size * size).fill(Number.NaN)
    const rows = place.filter((at) => at < size)
    rows.forEach((at, i) => {
      rows.forEach((other, j) => {
        if (known.includes(at) && known.includes(other)) out[at * size + other] = of[i * rows.length + j]
      })
    })
    return out
  }
  const estimate = (of: Estimate): Estimate => {
    const se = new Float64Array(d).fill(Number.NaN)
    place.forEach((at, j) => {
      if (known.includes(at)) se[at] = of.se[j]
    })
    return {
      ...of,
      rule: of.rule.by === 'importance' ? { ...of.rule, around: parameters(of.rule.around) } : of.rule,
      parameters: parameters(of.parameters),
      covariance: of.covariance && matrix(of.covariance),
      se,
      zeroed: [...of.zeroed.map((j) => place[j]), ...lost],
      singular: of.singular || lost.length > 0,
      limits: of.limits.map((j) => place[j]),
      runs: [...runs, ...of.runs.map((run) => ({ ...run, at: place[run.at] }))],
      reported: [...reported, ...of.reported],
      reason: of.converged ? `${end}: ${of.reason}` : of.reason,
    }
  }
  return {
    estimate,
    glm: (of) => {
      const beta = parameters(of.beta)
      const eta = of.eta.map((value, i) => (cone.cone.moved[i] ? fixedAt(limit, beta, i) : value))
      return { ...of, beta, eta, covariance: matrix(of.covariance, meanIn(layout).fixed.to) }
    },
    fitted: ({ like, fitted, importance }) => ({
      like: likelihood(limit.full),
      modesAt: (x) => modesInLimit(limit, layout, place, like, x),
      fitted: estimate(fitted),
      importance: importance && {
        ...importance,
        estimate: estimate(importance.estimate),
        covariance: matrix(importance.covariance),
      },
    }),
    profile: (of) => profileInFull(limit, layout, of),
  }
}

const none: Limits = { lower: null, upper: null }

function profileInFull(limit: LimitModel, layout: ParameterLayout, of: ProfileIntervals): ProfileIntervals {
  const {
    full: { model: full },
    columns,
  } = limit
  const kept = laidTerms(layout, limit.terms)
  const predictors = full.predictors.map(({ fixed }, k) =>
    fixed.names.map((_, j) => {
      const at = columns[k].kept.indexOf(j)
      return at < 0 || columns[k].ends.has(j) ? none : of.predictors[k][at]
    }),
  )
  const random = layout.terms.map((laid) => {
    const at = kept.findIndex((one) => one.laid === laid)
    const names = laid.term.names.map((_, j) => (at < 0 ? -1 : kept[at].columns.indexOf(j)))
    return {
      sd: names.map((j) => (j < 0 ? none : of.random[at].sd[j])),
      correlation: names.map((i) => names.map((j) => (i < 0 || j < 0 ? none : of.random[at].correlation[i][j]))),
    }
  })
  return { predictors, random, warnings: of.warnings }
}

/** What a fit in the limit has reached. */
export const endOfSeparated = 'the data are separated, and what does not run to its end has its maximum'

/** The same where no coefficient runs, and some are not identified. */
const endOfUndetermined = 'what the data say something of has its maximum'

/** The full model's outer parameter for each of the limit's. */
function places({ columns, terms, full: { model: full } }: LimitModel, layout: ParameterLayout): number[] {
  const fixed = full.predictors.flatMap((_, k) => columns[k].kept.map((j) => layout.fixedStart[k] + j))
  const random = laidTerms(layout, terms).flatMap(({ laid: { term, covariance, start, size }, columns: kept }) => {
    const q = term.names.length
    const part = kept.length < q ? covariance.part!(q, kept) : Array.from({ length: size }, (_, j) => j)
    return part.map((j) => start + j)
  })
  return [...fixed, ...random]
}

/** The terms of the full model that the limit keeps, with the columns kept. */
function laidTerms(
  { terms: laid }: ParameterLayout,
  kept: LimitModel['terms'],
): { laid: LaidTerm; columns: readonly number[] }[] {
  const counts = new Map<number, number>()
  return laid.flatMap((one) => {
    const t = counts.get(one.predictor) ?? 0
    counts.set(one.predictor, t + 1)
    const found = kept[one.predictor].find(({ term }) => term === t)
    return found ? [{ laid: one, columns: found.columns }] : []
  })
}

/** How far along the direction every moved row is well on its way to the end. */
function stretch(limit: LimitModel, beta: Float64Array): number {
  const {
    full: { model: full },
    cone: { cone, sides },
    distance,
  } = limit
  const { x } = meanOf(full).fixed
  const n = full.nobs
  let by = 0
  for (let i = 0; i < n; i++) {
    if (cone.moved[i] === 0) continue
    let move = 0
    for (let j = 0; j < cone.direction.length; j++) move += x[j * n + i] * cone.direction[j]
    const now = fixedAt(limit, beta, i)
    by = Math.max(by, (distance(sides[i]) / 2 - sides[i] * now) / (sides[i] * move))
  }
  return by
}

/** The mean's predictor of a row without random effects. */
function fixedAt({ full: { model: full } }: LimitModel, beta: Float64Array, i: number): number {
  const { fixed, offset } = meanOf(full)
  let sum = offset ? offset[i] : 0
  for (let j = 0; j < fixed.names.length; j++) sum += fixed.x[j * full.nobs + i] * beta[j]
  return sum
}

/** Modes and predictors at x, of which only the part that the limit sees matters to rows that are not moved. */
function modesInLimit(
  limit: LimitModel,
  layout: ParameterLayout,
  place: readonly number[],
  of: Likelihood,
  x: Float64Array,
): ConditionalModes | null {
  const {
    full: { model: full },
    cone,
  } = limit
  const { held, basis, moved } = cone.cone
  const mean = meanIn(layout)
  const { from, to } = mean.fixed
  const p = to - from
  // The coefficient of a column left out is taken over by the columns that it is a combination of.
  const inner = place.map((at) =>
    at >= from && at < to
      ? held.reduce((sum, column, h) => sum - x[from + column] * basis[h * p + at - from], x[at])
      : x[at],
  )
  const found = of.effectsAt(Float64Array.from(inner))
  if (!found) return null
  const kept = laidTerms(layout, limit.terms)
  const terms = layout.terms.map((laid) => {
    const at = kept.findIndex((one) => one.laid === laid)
    const q = laid.term.names.length
    if (at >= 0 && kept[at].columns.length === q) return found.terms[at]
    return widened(laid.term.levels.length, q, at < 0 ? [] : kept[at].columns, found.terms[at])
  })
  const eta = found.eta.map((values, k) => {
    if (k !== mean.k) return values
    return values.map((value, i) => {
      if (moved[i] === 0) return value
      let sum = fixedAt(limit, x.subarray(from), i)
      layout.terms.forEach((laid, t) => {
        const { term } = laid
        const q = term.names.length
        if (!ofLocation(layout, laid)) return
        for (let c = 0; c < q; c++) sum += term.z[c * full.nobs + i] * terms[t].mode[term.index[i] * q + c]
      })
      return sum
    })
  })
  return { terms, eta }
}

/** Modes of some of the q effects of each level among all; an effect that is not there is 0. */
function widened(
  levels: number,
  q: number,
  columns: readonly number[],
  of: ConditionalModes['terms'][number] | undefined,
): ConditionalModes['terms'][number] {
  const k = columns.length
  const mode = new Float64Array(levels * q)
  const sd = new Float64Array(levels * q)
  const covariance = new Float64Array(levels * q * q)
  for (let g = 0; g < levels; g++) {
    columns.forEach((column, i) => {
      mode[g * q + column] = of!.mode[g * k + i]
      sd[g * q + column] = of!.sd[g * k + i]
      columns.forEach((other, j) => {
        covariance[(g * q + column) * q + other] = of!.covariance[(g * k + i) * k + j]
      })
    })
  }
  return { mode, sd, covariance }
}
