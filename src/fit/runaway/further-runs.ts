import type { Model } from '../../data/model.js'
import { copies } from '../../data/response-rows.js'
import type { Warning } from '../../errors.js'
import { familyNamed } from '../../families/registry.js'
import { boundDensity } from '../../families/repeated-rows.js'
import { densitySize, firstAt, secondAt } from '../../families/row-density.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { free, recessionCone, still } from '../../numerics/recession-cone.js'
import type { Runaway } from './runaway.js'
import { cellText, list, remedy } from './separation-warning.js'

/** Coefficients of a further predictor that a climb is on its way to infinity with. */
export interface FurtherRuns {
  /** The point with the coefficients far out. */
  readonly x: Float64Array
  /** One of them for each dimension that nothing determines: held there, all other parameters have their limit. */
  readonly held: readonly number[]
  readonly runs: readonly Runaway[]
  readonly warning: Warning
}

/** A row says nothing more of a predictor if neither derivative of its log density reaches this. */
const silent = 1e-5
/** No row is as far as this before it is beyond this end of its predictor. */
const underway = 4
/** How far a climb is taken on, and what its log-likelihood may lose on the way: rounding. */
const further = [3, 12]
const rounding = 1e-6

/**
 * What runs in the predictors beside the mean's at x, the end of a climb. Where the family becomes a simpler one as a
 * predictor goes to its end (no zero inflation, no overdispersion), a row's density has a limit above 0 there, and whether
 * the maximum lies at the end is a matter of estimates: rows that say nothing more of the predictor may go on to that end,
 * all others stand still, and the log-likelihood must not fall along the direction that there is. Where zeros come from
 * nothing else the responses decide. Null where nothing more runs than the parameters `held`.
 */
export function furtherRuns(
  likelihood: Likelihood,
  nodes: number,
  x: Float64Array,
  held: readonly number[],
): FurtherRuns | null {
  const { model, layout } = likelihood
  const { family } = familyNamed(model.family)
  const n = model.nobs
  for (const [at, { limit, recession }] of family.further.entries()) {
    const k = at + 1
    const { fixed, random, name } = model.predictors[k]
    const p = fixed.names.length
    const first = layout.fixedStart[k]
    const alone = p === 1 && limit !== undefined
    if (!(limit || recession) || random.length > 0 || p === 0 || alone) continue
    if (held.some((j) => j >= first && j < first + p) || !farOut(model, k, x.subarray(first, first + p))) continue
    const says = rowsThatSay(likelihood, x, k)
    const sides = new Int8Array(n)
    for (let i = 0; i < n; i++) {
      if (copies(model.response, i) === 0 || says[i] === null) sides[i] = free
      else if (recession) sides[i] = recession(model.response, i)
      else sides[i] = says[i] ? still : Math.sign(limit!.at)
    }
    const cone = recessionCone(fixed.x, n, p, sides)
    if (!cone || !cone.moved.includes(1)) continue
    const { value } = likelihood.marginal(nodes)
    const direction = perRow(fixed.x, n, cone.direction, cone.moved)
    const along = (by: number): Float64Array =>
      x.map((one, j) => (j >= first && j < first + p ? one + by * direction[j - first] : one))
    const now = value(x)
    if (further.some((by) => !(value(along(by)) > now - rounding))) continue
    const runs = fixed.names.flatMap((column, j): Runaway[] =>
      cone.runs[j] ? [{ at: first + j, predictor: name, name: column, to: cone.to[j] }] : [],
    )
    return {
      x: along(further[further.length - 1]),
      held: cone.held.map((j) => first + j),
      runs,
      warning: warning(model, k, runs, cone.moved, sides, limit?.says ?? null),
    }
  }
  return null
}

/** Whether any row's predictor is far from 0. */
function farOut(model: Model, k: number, beta: Float64Array): boolean {
  const { fixed, offset } = model.predictors[k]
  const n = model.nobs
  for (let i = 0; i < n; i++) {
    let eta = offset ? offset[i] : 0
    for (let j = 0; j < beta.length; j++) eta += fixed.x[j * n + i] * beta[j]
    if (Math.abs(eta) > underway) return true
  }
  return false
}

/** By row at the modes: whether its density still depends on predictor k; null where it can not, the mean being at its end. */
function rowsThatSay({ model, modes }: Likelihood, x: Float64Array, k: number): (boolean | null)[] {
  const { eta } = modes(x)
  const K = model.predictors.length
  const { family } = familyNamed(model.family)
  const density = boundDensity(family, model.link, model.response)
  const out = new Float64Array(densitySize(K))
  const at = new Float64Array(K)
  const { fixed } = model.predictors[0]
  return Array.from({ length: model.nobs }, (_, i) => {
    for (let one = 0; one < K; one++) at[one] = eta[one][i]
    density.at(i, at, out)
    const says = Math.abs(out[firstAt(K, k)]) > silent || Math.abs(out[secondAt(K, k, k)]) > silent
    if (says) return true
    const ended = Math.abs(at[0]) > 30 && fixed.names.every((_, j) => fixed.x[j * model.nobs + i] === 0)
    return ended ? null : false
  })
}

/** The direction, so long that it moves the row that it moves least by 1. */
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
  says: string | null,
): Warning {
  const { name } = model.predictors[k]
  const cells = cellsNamed(model, k, moved, sides)
  const going = runs.map(({ name: column, to }) =>
    to ? `${column} to ${to}` : `${column} without a direction that the data determine`,
  )
  const what = says ?? 'responses that are zeros all, or none, leave their probability at its end'
  const message =
    `${name}: ${list(going)} ${runs.length === 1 ? 'runs' : 'run'}${cells}: ${what}; ` +
    `no standard errors for ${runs.length === 1 ? 'it' : 'them'}; ${remedy(
      runs.map((run) => run.name),
      cells !== '',
    )}`
  return { code: 'SEPARATION', message }
}

const cellsNamed = (model: Model, k: number, moved: Uint8Array, sides: Int8Array): string =>
  cellText(
    model,
    k,
    moved,
    Uint8Array.from(sides, (side) => (side === free ? 0 : 1)),
  )
