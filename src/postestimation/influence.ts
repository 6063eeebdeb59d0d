import { flat } from '../covariance/flat.js'
import { withoutRows } from '../data/resample-levels.js'
import type { Table } from '../data/table.js'
import type { Warning } from '../errors.js'
import { estimate } from '../fit/climb/estimate.js'
import { dataOf } from '../fit/record/fitted-data.js'
import type { FitSource } from '../fit/predict/predict-source.js'
import { runningWarning } from '../fit/record/running-names.js'
import { restricted } from '../likelihood/frame/restricted.js'
import { state } from '../likelihood/frame/stated.js'
import { likelihood } from '../likelihood/likelihood.js'
import { generalisedInverse } from '../numerics/generalised-inverse.js'
import { orNull } from '../numerics/or-null.js'
import { outerNames } from '../likelihood/outer-names.js'
import { version } from '../version.js'
import { clusterScore, clustersOf, freeCoordinates, ruleOfFit } from './clusters.js'
import { type FittedModel, fittedModel } from './fitted-model.js'
import type { InfluenceRecord, LeftOut } from './influence-record.js'

/** What is left out. */
export interface InfluenceOptions {
  /** The data of the fit; needed where it was read from a document, and not made in this process. */
  readonly data?: Table | undefined
  /** What is left out: the levels of a factor or column (the outermost factor where left out), or 'rows', as of a model without random effects. */
  readonly cluster?: string | undefined
}

/**
 * What each cluster does to a fit: the model is fitted anew without it, from the estimates with it.
 *
 * @param fit - Of `fit`, or read from its JSON; then `options.data` has its table.
 * @param options - What is left out: the levels of a factor or column, or rows.
 * @returns The record that `glmm influence --json` prints: a fit without each cluster, with DFBETAs and Cook's distances.
 * @throws GlmmError USAGE where clusters are not independent under the model, FILE where the data are not those of the fit.
 * @example
 * import { fit, influence, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], f: ['a', 'a', 'a', 'b', 'b', 'b'] })
 * const [withoutA] = influence(fit('y ~ 1', table, { family: 'poisson' }), { cluster: 'f' }).left
 * // What is left has the mean 28 / 3.
 * console.log(withoutA.level, Math.exp(withoutA.estimates[0]).toFixed(4)) // a 9.3333
 */
export function influence(fit: FitSource, options: InfluenceOptions = {}): InfluenceRecord {
  const table = dataOf(fit, options.data)
  const fitted = fittedModel(fit, table)
  const { model, layout } = fitted.stated
  const byRows = options.cluster === 'rows' || (options.cluster === undefined && layout.terms.length === 0)
  const clusters = byRows
    ? {
        name: 'rows',
        levels: Array.from({ length: model.nobs }, (_, i) => String(i + 1)),
        rows: Array.from({ length: model.nobs }, (_, i) => Int32Array.of(i)),
      }
    : clustersOf(fitted, options.cluster)
  const leave = leaverOut(fitted, !byRows)
  const left = clusters.rows.map((rows, c) => leave(clusters.levels[c], rows))
  const warnings: Warning[] = [
    ...(table.warnings ?? []),
    ...runningWarning(fit, 'the fit', 'measures over these are not reported'),
    ...notFitted(left, clusters.name),
  ]
  return {
    schema: 'glmm/influence@1',
    version,
    call: { command: 'influence', cluster: options.cluster ?? null, fit: fit.call },
    warnings,
    formula: fit.formula,
    family: fit.family,
    link: fit.link,
    cluster: clusters.name,
    parameters: leave.names,
    left,
  }
}

function notFitted(left: readonly LeftOut[], name: string): Warning[] {
  const gone = left.filter(({ converged }) => !converged)
  if (gone.length === 0) return []
  const shown = gone
    .slice(0, 8)
    .map(({ level }) => level)
    .join(', ')
  return [
    {
      code: 'NO_CONVERGENCE',
      message: `without ${name} ${shown}${gone.length > 8 ? ', ...' : ''} the model has no converged fit: look at what only these determine`,
    },
  ]
}

/** A 95 % interval that leaves 0 out, or takes it in, is a conclusion. */
const critical = 1.959963984540054

/** Fits without some rows, and reports what has moved. */
function leaverOut(
  fitted: FittedModel,
  independent: boolean,
): ((level: string, rows: Int32Array) => LeftOut) & { readonly names: readonly string[] } {
  const { fit, stated, parameters, covariance } = fitted
  const reml = fit.method === 'reml'
  const p = fit.fixed.length
  const d = parameters.length
  const rule = ruleOfFit(fitted)
  const names = outerNames(stated)
  const start = reml ? parameters.slice(p) : parameters
  const first = reml ? p : 0
  const scale = new Float64Array(start.length ** 2)
  for (let i = 0; i < start.length; i++)
    for (let j = 0; j < start.length; j++) {
      const value = covariance[(first + i) * d + first + j]
      scale[i * start.length + j] = Number.isFinite(value) && value !== 0 ? value : i === j ? 1e-2 : 0
    }
  const se = Float64Array.from({ length: d }, (_, j) => Math.sqrt(covariance[j * (d + 1)]))
  const own = freeCoordinates(fitted)
  const f = own.free.length
  /** Over the coordinates, in which standard deviations are logarithms. */
  const cookAll = (whole: Float64Array): number | null => {
    if (whole.some(Number.isNaN)) return null
    const moved = stated.coordinates.fromParameters(whole)
    const step = own.free.map((j) => moved[j] - own.at[j])
    return orNull(quadratic(own.information, step) / f)
  }
  const byOneStep = independent
    ? (rows: Int32Array): (number | null)[] => {
        const { score, information } = clusterScore(fitted, rows, rule, own)
        const inverse = generalisedInverse(
          own.information.map((value, e) => value - information[e]),
          f,
        )
        const point = own.at.slice()
        for (let a = 0; a < f; a++) for (let b = 0; b < f; b++) point[own.free[a]] -= inverse[a * f + b] * score[b]
        const out = new Float64Array(d)
        stated.coordinates.toParameters(point, out)
        return Array.from(out, orNull)
      }
    : null
  const leave = (level: string, rows: Int32Array): LeftOut => {
    const model = withoutRows(stated.model, rows)
    const like = likelihood(reml ? restricted(model) : state(model))
    const found = estimate(like, rule, {
      parameters: start.slice(),
      scale: scale.slice(),
    })
    const whole = new Float64Array(d)
    const ownSe = new Float64Array(d)
    if (reml) {
      const at = like.layout.terms.findIndex((laid) => laid.covariance === flat)
      const fixed = like.effectsAt(found.parameters)?.terms[at]
      whole.set(fixed?.mode ?? new Float64Array(p).fill(Number.NaN))
      ownSe.set(fixed?.sd ?? new Float64Array(p).fill(Number.NaN))
      whole.set(found.parameters, p)
      ownSe.set(found.se, p)
    } else {
      whole.set(found.parameters)
      ownSe.set(found.se)
    }
    const step = whole.map((one, j) => one - parameters[j])
    const ends = (value: number, error: number): number => (Math.abs(value) > critical * error ? Math.sign(value) : 0)
    return {
      level,
      rows: rows.length,
      estimates: Array.from(whole, orNull),
      dfbetas: Array.from(step, (one, j) => orNull(-one / ownSe[j])),
      cook: distance(fitted, step, p),
      cookAll: cookAll(whole),
      oneStep: byOneStep?.(rows) ?? null,
      changes: fit.fixed.flatMap(({ name }, j) =>
        ends(parameters[j], se[j]) !== ends(whole[j], ownSe[j]) ? [name] : [],
      ),
      converged: found.converged,
    }
  }
  return Object.assign(leave, { names })
}

/** step' V^-1 step over the first so many parameters, by their number: Cook's distance. */
function distance({ covariance, parameters }: FittedModel, step: Float64Array, first: number): number | null {
  const d = parameters.length
  const free = Array.from({ length: first }, (_, j) => j).filter((j) => covariance[j * (d + 1)] > 0)
  const f = free.length
  const inverse = generalisedInverse(
    Float64Array.from({ length: f * f }, (_, e) => covariance[free[Math.floor(e / f)] * d + free[e % f]]),
    f,
  )
  return orNull(
    quadratic(
      inverse,
      free.map((j) => step[j]),
    ) / f,
  )
}

const quadratic = (matrix: Float64Array, x: readonly number[]): number =>
  x.reduce((sum, a, i) => sum + a * x.reduce((inner, b, j) => inner + matrix[i * x.length + j] * b, 0), 0)
