import { ofLocation } from '../../likelihood/frame/parameter-layout.js'
import type { FixedEffects, Model } from '../../data/model.js'
import { copies } from '../../data/response-rows.js'
import type { Warning } from '../../errors.js'
import { rowDensity } from '../../likelihood/frame/row-kernel.js'
import { densitySize, firstAt, secondAt } from '../../families/row-density.js'
import type { MarginalDensity } from '../../likelihood/frame/log-density.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { free, recessionCone, still } from '../../numerics/recession-cone.js'
import type { Runaway } from '../results/runaway.js'
import { responsesOf } from './cells.js'
import { deviationName } from './limit-estimate.js'
import { cellText, list, profileHint, remedy, runsText } from './separation-warning.js'

/** Coefficients of a further predictor that a climb is on its way to infinity with. */
export interface FurtherRuns {
  /** The point with the coefficients far out. */
  readonly x: Float64Array
  /** One of them for each dimension that nothing determines: with it fixed, all other parameters have their limit. */
  readonly held: readonly number[]
  readonly runs: readonly Runaway[]
  readonly warning: Warning
}

/** A row has no information on a predictor if neither derivative of its log density reaches this. */
const silent = 1e-5
/** No row is as far as this before it is beyond this end of its predictor. */
const underway = 4
/** How far a climb is taken on, and what its log-likelihood may lose on the way: rounding. */
const further = [3, 12]
const rounding = 1e-6

/**
 * What runs in the predictors beside the mean's at x, the end of a climb. Where the family becomes a simpler one as a
 * predictor goes to its end (no zero inflation, no overdispersion), a row's density has a limit above 0 there, and whether
 * the maximum lies at the end is a matter of estimates: rows without information on the predictor may go on to that end, or to
 * the other where they cannot be distinguished there (a zero that is surely one of the inflation's), all others stand still, and the log-likelihood must not fall along the direction that there is. Null where nothing more
 * runs than the parameters `held`.
 */
export function furtherRuns(
  likelihood: Likelihood,
  { value }: Pick<MarginalDensity, 'value'>,
  x: Float64Array,
  held: readonly number[],
): FurtherRuns | null {
  const { model, layout } = likelihood
  const { family } = likelihood.stated
  for (const { k, kind, role, stated, fixed } of layout.predictors) {
    const limit = kind ? kind.limit : role === 'location' ? family.meanLimit : undefined
    const { from: first, to: end } = fixed
    // The constant of a further predictor that has nothing else is the boundary's.
    const treated = end > (!kind || stated.random.length > 0 ? first : first + 1)
    if (!limit || !treated || isHeld(held, first, end) || !farOut(model, k, x.subarray(first, end))) continue
    const recession = kind ? null : family.recession?.(model.link)
    const simpler = Math.sign(limit.at)
    const eta = predictorOf(model, k, x.subarray(first, end))
    const says = rowsThatSay(likelihood, x, k)
    const sidesOf = (stays: (says: boolean, i: number) => boolean): Int8Array =>
      Int8Array.from(says, (one, i) => {
        if (one === null || recession?.(model.response, i) === free) return free
        if (stays(one, i)) return still
        return kind && eta[i] * simpler < (one ? 0 : -underway) ? -simpler : simpler
      })
    const now = value(x)
    const candidates = [sidesOf((one) => one)]
    // A climb may rest before the rows next to where a number parts them have said their last word: then all go on as they lie,
    // but for those, or the one, that are in between.
    if (kind && says.includes(true)) {
      const least = eta.reduce(
        (most, one, i) => (says[i] && Math.abs(one) < Math.abs(eta[most]) ? i : most),
        says.indexOf(true),
      )
      candidates.push(
        sidesOf(() => false),
        sidesOf((one, i) => one && Math.abs(eta[i]) <= underway),
        sidesOf((_, i) => i === least),
      )
    }
    for (const sides of candidates) {
      const found = runsAlong(
        likelihood,
        k,
        sides,
        x,
        () => further[1],
        (rows) => (rows.every((i) => sides[i] === simpler) ? limit.says : responsesOf(model, rows)),
      )
      if (found && further.every((by) => value(found.along(by)) > now - rounding)) return found
    }
  }
  return null
}

const isHeld = (held: readonly number[], first: number, end: number): boolean => held.some((j) => j >= first && j < end)

/**
 * What runs in the predictors beside the mean's for which the response alone decides, as that of a zero where zeros come
 * from nothing else, whatever all others are. From x, the coefficients are taken out to where the rows are at their ends.
 */
export function provedRuns(likelihood: Likelihood, x: Float64Array, held: readonly number[]): FurtherRuns | null {
  const { model, layout } = likelihood
  for (const { k, kind, fixed } of layout.further) {
    const recession = kind?.recession
    const { from: first, to: end } = fixed
    if (!recession || end === first || isHeld(held, first, end)) continue
    const sides = new Int8Array(model.nobs)
    for (let i = 0; i < sides.length; i++)
      sides[i] = copies(model.response, i) === 0 ? free : recession(model.response, i)
    const eta = predictorOf(model, k, x.subarray(first, end))
    const distance = (moved: Uint8Array): number =>
      sides.reduce((most, side, i) => (moved[i] ? Math.max(most, settled - side * eta[i]) : most), 0)
    const found = runsAlong(likelihood, k, sides, x, distance, null)
    if (found) return found
  }
  return null
}

/** A logit so far out is at its end but for 1e-14. */
const settled = 32

/** The report on rows whose predictors run together. */
type Said = (rows: readonly number[]) => string

/** What the rows' sides let run in predictor k, taken `distance` along a direction that moves each row by 1 or more. */
function runsAlong(
  { model, layout }: Likelihood,
  k: number,
  sides: Int8Array,
  x: Float64Array,
  distance: (moved: Uint8Array) => number,
  says: Said | null,
): (FurtherRuns & { readonly along: (by: number) => Float64Array }) | null {
  const { fixed, name } = model.predictors[k]
  const p = fixed.names.length
  const first = layout.fixedStart[k]
  const cone = recessionCone(fixed.x, model.nobs, p, sides)
  if (!cone?.moved.includes(1)) return null
  const direction = perRow(fixed.x, model.nobs, cone.direction, cone.moved)
  // Where no row is left to say anything of the predictor, its random effects are not determined.
  const whole = sides.every((side, i) => side === free || cone.moved[i] === 1)
  const lost = whole ? layout.terms.filter((laid) => !ofLocation(layout, laid) && laid.predictor === k) : []
  const along = (by: number): Float64Array => {
    const out = x.map((one, j) => (j >= first && j < first + p ? one + by * direction[j - first] : one))
    for (const { start, size } of lost) out.fill(0, start, start + size)
    return out
  }
  const runs = fixed.names.flatMap((column, j): Runaway[] =>
    cone.runs[j] ? [{ at: first + j, predictor: name, name: column, to: cone.to[j] }] : [],
  )
  const held = cone.held.map((j) => first + j)
  const open = lost.flatMap((laid) => {
    const { term, covariance, start, size } = laid
    const columns = covariance.units(term.names.length)
    return Array.from({ length: size }, (_, j): Runaway => {
      const name = columns[j] >= 0 ? deviationName(layout, laid, columns[j]) : `cor(${term.group})`
      return { at: start + j, predictor: model.predictors[k].name, name, to: null }
    })
  })
  held.push(...open.map(({ at }) => at))
  return {
    x: along(distance(cone.moved)),
    held,
    runs: [...runs, ...open],
    warning: warning(model, k, runs, cone.moved, sides, says),
    along,
  }
}

/** Whether any row's predictor is far from 0. */
const farOut = (model: Model, k: number, beta: Float64Array): boolean =>
  predictorOf(model, k, beta).some((eta) => Math.abs(eta) > underway)

/** Predictor k of every row without random effects. */
function predictorOf(model: Model, k: number, beta: Float64Array): Float64Array {
  const { fixed, offset } = model.predictors[k]
  const n = model.nobs
  const eta = offset ? offset.slice() : new Float64Array(n)
  for (let j = 0; j < beta.length; j++) for (let i = 0; i < n; i++) eta[i] += fixed.x[j * n + i] * beta[j]
  return eta
}

/** By row at the modes: whether its density still depends on predictor k; null where it can not, the mean being at its end. */
function rowsThatSay(
  { model, layout, stated: { family }, effectsAt }: Likelihood,
  x: Float64Array,
  k: number,
): (boolean | null)[] {
  const eta = effectsAt(x)?.eta
  if (!eta) return new Array(model.nobs).fill(true)
  const K = model.predictors.length
  const density = rowDensity(model, family)
  const out = new Float64Array(densitySize(K))
  const at = new Float64Array(K)
  const mean = layout.location
  return Array.from({ length: model.nobs }, (_, i) => {
    if (copies(model.response, i) === 0) return null
    for (let one = 0; one < K; one++) at[one] = eta[one][i]
    density.at(i, at, out)
    const says = Math.abs(out[firstAt(K, k)]) > silent || Math.abs(out[secondAt(K, k, k)]) > silent
    if (says) return true
    const ended = mean !== null && Math.abs(at[mean.k]) > 30 && noColumn(mean.stated.fixed, i)
    return ended ? null : false
  })
}

/** Whether all columns are zero in row i. */
const noColumn = ({ names, x }: FixedEffects, i: number): boolean =>
  names.every((_, j) => x[(j * x.length) / names.length + i] === 0)

/** The direction, scaled so that the smallest move of a moved row is 1. */
function perRow(x: Float64Array, n: number, direction: Float64Array, moved: Uint8Array): Float64Array {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < n; i++) {
    if (moved[i] === 0) continue
    let sum = 0
    for (let j = 0; j < direction.length; j++) sum += x[j * n + i] * direction[j]
    least = Math.min(least, Math.abs(sum))
  }
  return direction.map((value) => value / least)
}

function warning(
  model: Model,
  k: number,
  runs: readonly Runaway[],
  moved: Uint8Array,
  sides: Int8Array,
  says: Said | null,
): Warning {
  const { name } = model.predictors[k]
  const among = Uint8Array.from(sides, (side) => (side === free ? 0 : 1))
  const cells = cellText(model, k, moved, among, says)
  const names = runs.map((run) => run.name)
  const all = says?.(Array.from(moved.keys()).filter((i) => moved[i] === 1)) ?? ''
  const message =
    `${list(names)} of ${name} ${runs.length === 1 ? 'has' : 'have'} no finite maximum${cells || (all && ` (${all})`)}: ` +
    `${runsText(runs)}, without a standard error; ${remedy(names, cells !== '')}${profileHint(runs)}`
  return { code: 'SEPARATION', message }
}
