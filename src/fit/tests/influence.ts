import type { Model } from '../../data/model.js'
import { levelRows, withoutRows } from '../../data/resample-levels.js'
import { GlmmError } from '../../errors.js'
import { adaptive, atMost, type Rule } from '../../likelihood/frame/integration-rule.js'
import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { outerNames } from '../../likelihood/outer-names.js'
import { backwardSolve, cholesky, choleskyInverse, forwardSolve } from '../../numerics/cholesky.js'
import { negativeHessian } from '../../numerics/hessian.js'
import type { Objective } from '../../numerics/maximise.js'
import { estimate } from '../climb/estimate.js'
import { glmOf } from '../start/glm.js'
import type { Estimate } from '../results/estimate.js'
import { type Start, startFrom } from '../start/start.js'
import type { ModelTest } from '../results/model-test.js'
import { notTested } from './not-tested.js'

/** What the estimates would be without one level, by one step. */
export interface LevelInfluence {
  readonly group: string
  readonly level: string
  /**
   * Cook's distance over the fixed effects and the logarithms of the standard deviations: d'A d / p, with the step d
   * and the information A of all data.
   */
  readonly cook: number
  /** Each parameter's step, without the level less with it, in standard errors with it. */
  readonly dfbetas: Float64Array
  /** Coordinates without the level. */
  readonly without: Float64Array
}

/**
 * Cook's distance from which on a level of so many is reported as influential: 1, the estimates at the edge of their own
 * 60 % region, and more where levels are few and each carries much by right. Exceeded in 0 to 5 % of sound data
 * sets, see docs/verdict.md.
 */
export const influential = (levels: number): number => 1 + 15 / levels

/** How many levels, the first by their scores, have their own curvature taken out. */
const looked = 3
/** Rows times levels that are looked at one by one where the likelihood is no product over levels. */
const mostRows = 4e5

/**
 * Influence of each level of the one factor, of the outermost of nested ones, or of every one of crossed ones, the
 * largest first, at the outer parameters of a fit with `nodes` nodes: Newton's step from the estimates on the
 * likelihood without the level, A_(-g)^-1 times the gradient there. Scores choose the levels whose step is taken in
 * full; the others are left out. A text where that cannot be had.
 */
export function levelInfluence(like: Likelihood, parameters: Float64Array, nodes: number): LevelInfluence[] | string {
  const { model } = like.stated
  const factors = like.factor
    ? [like.factor.group]
    : [...new Set(model.predictors.flatMap(({ random }) => random.map(({ group }) => group)))]
  if (factors.length === 0) return 'the model has no random effects'
  const x = like.coordinates.fromParameters(parameters)
  const count = like.factor ? nodes : Math.min(nodes, like.rules.mostNodes)
  const d = x.length
  const guess = new Float64Array(d).fill(0.1)
  const rough = negativeHessian(onCoordinates(like, count), x, guess)
  const scale = guess.map((step, j) => (rough[j * d + j] > 0 ? 1 / Math.sqrt(rough[j * d + j]) : step))
  const A = negativeHessian(onCoordinates(like, count), x, scale)
  // Variances at zero and the like have no curvature in their logarithm: they stay where they are.
  const free = Array.from(x.keys()).filter((j) => A[j * d + j] * scale[j] * scale[j] > 1e-4)
  const factor = part(A, d, free)
  if (!cholesky(factor, free.length)) return 'the information of the estimates is singular'
  const whole = new Float64Array(d)
  onCoordinates(like, count)(x, whole)
  const found: LevelInfluence[] = []
  for (const group of factors) {
    const rows = levelRows(model, group)!
    const levels = rows.levels.length
    let scores: Float64Array[]
    if (like.factor) scores = scoresByDifference(like, x, count, scale)
    else {
      if (levels * model.nobs > mostRows)
        return `the factors are crossed, and ${group} has too many levels to leave out one by one`
      scores = rows.rows.map((left) => {
        const rest = new Float64Array(d)
        onCoordinates(likelihood(withoutRows(model, left)), count)(x, rest)
        return whole.map((one, j) => one - rest[j])
      })
    }
    const first = scores.map((score) => distance(factor, free, score))
    const order = Array.from(first.keys()).sort((a, b) => first[b] - first[a])
    for (const level of order.slice(0, looked)) {
      const step = stepWithout(withoutRows(model, rows.rows[level]), x, whole, count, scale, free)
      if (!step?.every(Number.isFinite)) continue
      found.push({
        group,
        level: rows.levels[level],
        ...sizeOf(step, A, d, free, factor),
        without: x.map((one, j) => one + step[j]),
      })
    }
  }
  return found.sort((a, b) => b.cook - a.cook)
}

/** The log-likelihood and its gradient over the coordinates. */
function onCoordinates(like: Likelihood, nodes: number): Objective {
  const density = like.marginal(atMost(nodes, like.rules))
  const { coordinates, dimension } = like
  const natural = new Float64Array(dimension)
  return (x, gradient) => {
    coordinates.toParameters(x, natural)
    const value = density.evaluate(natural, gradient)
    coordinates.pull(x, gradient)
    return value
  }
}

/** Each level's score by central differences of its log-likelihood, a thousandth of a standard error wide. */
function scoresByDifference(like: Likelihood, x: Float64Array, nodes: number, scale: Float64Array): Float64Array[] {
  const { coordinates, dimension: d } = like
  const { levels } = like.factor!
  const { byLevel } = like.marginal(adaptive(nodes))
  const natural = new Float64Array(d)
  const at = (z: Float64Array): Float64Array => {
    coordinates.toParameters(z, natural)
    return byLevel(natural) ?? new Float64Array(levels.length).fill(Number.NaN)
  }
  const scores = levels.map(() => new Float64Array(d))
  const z = x.slice()
  for (let j = 0; j < d; j++) {
    const step = 1e-3 * scale[j]
    z[j] = x[j] + step
    const above = at(z)
    z[j] = x[j] - step
    const below = at(z)
    z[j] = x[j]
    for (const [g, score] of scores.entries()) score[j] = (above[g] - below[g]) / (2 * step)
  }
  return scores
}

/**
 * Newton's step on the likelihood of the rows that are left, less the gradient that all rows have at x (none at a
 * maximum of this likelihood; some under a restricted one or more nodes). Null where they do not determine all parameters.
 */
function stepWithout(
  left: Model,
  x: Float64Array,
  whole: Float64Array,
  nodes: number,
  scale: Float64Array,
  free: readonly number[],
): Float64Array | null {
  const objective = onCoordinates(likelihood(left), nodes)
  const d = x.length
  const gradient = new Float64Array(d)
  if (!Number.isFinite(objective(x, gradient))) return null
  const A = part(negativeHessian(objective, x, scale), d, free)
  if (!cholesky(A, free.length)) return null
  const step = Float64Array.from(free, (j) => gradient[j] - whole[j])
  forwardSolve(A, free.length, step)
  backwardSolve(A, free.length, step)
  const out = new Float64Array(d)
  free.forEach((j, k) => {
    out[j] = step[k]
  })
  return out
}

const part = (A: Float64Array, d: number, free: readonly number[]): Float64Array =>
  Float64Array.from(
    { length: free.length ** 2 },
    (_, at) => A[free[Math.floor(at / free.length)] * d + free[at % free.length]],
  )

/** s'A^-1 s / p: Cook's distance of the step that a score makes. */
function distance(factor: Float64Array, free: readonly number[], score: Float64Array): number {
  const s = Float64Array.from(free, (j) => score[j])
  forwardSolve(factor, free.length, s)
  return s.reduce((sum, value) => sum + value * value, 0) / free.length
}

function sizeOf(
  step: Float64Array,
  A: Float64Array,
  d: number,
  free: readonly number[],
  factor: Float64Array,
): Pick<LevelInfluence, 'cook' | 'dfbetas'> {
  let sum = 0
  for (const j of free) for (const k of free) sum += step[j] * A[j * d + k] * step[k]
  const covariance = choleskyInverse(factor, free.length)
  const dfbetas = new Float64Array(d)
  free.forEach((j, k) => {
    dfbetas[j] = step[j] / Math.sqrt(covariance[k * free.length + k])
  })
  return { cook: sum / free.length, dfbetas }
}

const digits = (value: number): string => Number(value.toPrecision(2)).toString()

/**
 * The same by a fit without the level, on the scale of the fit's parameters, where a standard deviation that ends at
 * zero has come a finite way. Null where there is no such fit, or no information to measure by.
 */
export function refitWithout(
  like: Likelihood,
  parameters: Float64Array,
  nodes: number,
  { group, level }: Pick<LevelInfluence, 'group' | 'level'>,
): Pick<LevelInfluence, 'cook' | 'dfbetas'> | null {
  const { model } = like.stated
  const { levels, rows } = levelRows(model, group)!
  const left = likelihood(withoutRows(model, rows[levels.indexOf(level)]))
  const start = { parameters, scale: startFrom(left, glmOf(left.stated)).scale }
  const fitted = refitted(left, atMost(nodes, left.rules), start)
  if (!fitted?.converged) return null
  const { evaluate } = like.marginal(atMost(nodes, like.rules))
  const d = parameters.length
  const scale = parameters.map((value) => 0.1 * Math.max(0.1, Math.abs(value)))
  const A = negativeHessian(evaluate, parameters, scale, 1e-3)
  const free = Array.from(parameters.keys()).filter((j) => A[j * d + j] > 0)
  const factor = part(A, d, free)
  if (!cholesky(factor, free.length)) return null
  const step = fitted.parameters.map((value, j) => value - parameters[j])
  return sizeOf(step, A, d, free, factor)
}

/** Null where the rows that are left have no finite likelihood to climb. */
function refitted(left: Likelihood, rule: Rule, start: Start): Estimate | null {
  try {
    return estimate(left, rule, start)
  } catch (error) {
    if (error instanceof GlmmError) return null
    throw error
  }
}

/** The most influential level, with what it moves. It has no p-value: being influential is no fault of a model. */
export function influence(stated: Stated, parameters: Float64Array, nodes: number): ModelTest {
  const like = likelihood(stated)
  const found = levelInfluence(like, parameters, nodes)
  if (typeof found === 'string') return notTested(found)
  if (found.length === 0) return notTested('no level can be left out: the others do not determine all parameters')
  const [{ group, level }] = found
  const limit = influential(levelRows(stated.model, group)!.levels.length)
  // One step can overshoot where a variance is estimated from few levels: what it finds large is fitted again.
  const again = found[0].cook >= limit ? refitWithout(like, parameters, nodes, found[0]) : null
  const { cook, dfbetas } = again ?? found[0]
  const way = again ? 'by a fit without it' : 'by one step'
  const names = outerNames(stated)
  const most = dfbetas.reduce((best, value, j) => (Math.abs(value) > Math.abs(dfbetas[best]) ? j : best), 0)
  const moved = `${names[most]} ${dfbetas[most] > 0 ? 'up' : 'down'} by ${digits(Math.abs(dfbetas[most]))} standard errors`
  const reported = `${group} ${level}`
  const large = cook >= limit
  return {
    statistic: cook,
    p: null,
    method: 'analytic',
    effect: large ? `one level, ${reported}, moves ${moved} when it is left out` : null,
    says: large
      ? `the estimates lean on ${reported}: without it ${moved} (Cook's distance ${digits(cook)} ${way}, limit ${digits(limit)})`
      : `no single level carries the estimates: the most influential, ${reported}, moves ${moved} (Cook's distance ${digits(cook)} ${way}, limit ${digits(limit)})`,
    remedy: large ? `look at ${reported}, and report the estimates without it beside these` : null,
  }
}
