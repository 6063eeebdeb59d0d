import type { Likelihood } from '../../likelihood/likelihood.js'
import { type Maximum, maximise, type Objective } from '../../numerics/maximise.js'
import type { Estimate } from '../results/estimate.js'
import { offPlateau } from '../climb/off-plateau.js'
import type { ProfileQuantity } from './profile-quantities.js'

/** The limits of a quantity; null for one that was not found, with `reason` in words. */
export interface ProfileLimits {
  readonly lower: number | null
  readonly upper: number | null
  readonly reason: string | null
}

/** One point of a profile: the quantity on its scale, the other parameters at their best, the root of the fall. */
interface Point {
  readonly at: number
  readonly x: Float64Array
  /** sqrt(2 (l_max - l)). */
  readonly root: number
}

/** The inner climbs stop this many standard errors from the top, which leaves 5e-11 of log-likelihood. */
const inner = { tolerance: 1e-5, maxIterations: 200, maxEvaluations: 400 }
/** A climb that stalled this near to its top has reached it to the rounding of the likelihood. */
const stalled = 1e-3
/** The root of the fall is found to this. */
const precision = 1e-8
/** A root that grows by less than this while the quantity doubles will not reach z. */
const level = 1e-3
/** A profile that rises by more than this shows that the fit is not at the top. */
const rise = 1e-6

/**
 * Limits of a quantity by its profile likelihood (Venzon and Moolgavkar 1988; Bates and Watts 1988, section 6.1): where
 * 2 (l_max - l_p) is z^2, l_p being the profile log-likelihood, maximised over all parameters with the quantity fixed at a value,
 * which a reparametrisation does exactly. The root is nearly linear in the quantity, so that it is searched by
 * interpolation; each climb starts where the points before it, extrapolated, lead.
 */
export function profileLimits(
  likelihood: Likelihood,
  fitted: Estimate,
  units: Float64Array,
  quantity: ProfileQuantity,
  z: number,
): ProfileLimits {
  const climb = climber(likelihood, fitted, units, quantity)
  const top: Point = { at: quantity.value(fitted.parameters), x: fitted.parameters, root: 0 }
  const lower = limit(climb, top, -1, quantity, z)
  const upper = limit(climb, top, 1, quantity, z)
  const reason = typeof lower === 'string' ? lower : typeof upper === 'string' ? upper : null
  return {
    lower: typeof lower === 'string' ? null : lower,
    upper: typeof upper === 'string' ? null : upper,
    reason,
  }
}

type Climb = (at: number, points: readonly Point[]) => Point | string

/** Maximises over all else with the quantity fixed. */
function climber(
  { stated, layout, marginal }: Likelihood,
  fitted: Estimate,
  units: Float64Array,
  quantity: ProfileQuantity,
): Climb {
  const d = layout.dimension
  // Searches of the modes start from the point that a climb has reached, the first one from the fit.
  let density = marginal(fitted.rule).near(fitted.parameters)
  const scale = scaleOf(fitted, units)
  const first = firstDirection(quantity, fitted.parameters, scale)
  const held = new Float64Array(d)
  const roots = layout.terms.flatMap(({ covariance, start, term }) =>
    covariance.roots(term.names.length).map((root) => start + root),
  )
  return (at, points) => {
    const objective: Objective = (x, gradient) => {
      held.set(x)
      quantity.hold(held, at)
      const value = density.evaluate(held, gradient)
      quantity.pullback(x, at, gradient)
      return value
    }
    const tell = (x: Float64Array): void => {
      held.set(x)
      quantity.hold(held, at)
      density = density.near(held)
    }
    const from = extrapolated(at, points, first)
    // The gradient in a variance's root is zero where that is zero: a climb would not leave it.
    for (const j of roots) {
      if (Math.abs(from[j]) < 0.02 * units[j]) from[j] = from[j] < 0 ? -0.1 * units[j] : 0.1 * units[j]
    }
    const climb = (x: Float64Array): Maximum => maximise(objective, x, scale, { ...inner, accepted: tell })
    let end = climb(from)
    if (end.value === Number.NEGATIVE_INFINITY) end = climb(points.at(-1)!.x)
    const again = offPlateau(stated, end.x)
    if (again) {
      const other = climb(again)
      if (other.value > end.value) end = other
    }
    if (end.value === Number.NEGATIVE_INFINITY) return 'the likelihood is zero on the way'
    if (!end.converged && decrement(end.gradient, end.inverseHessian) > stalled)
      return 'the maximum over the other parameters was not found'
    const fall = fitted.logLik - end.value
    if (fall < -rise) return `the likelihood is higher by ${(-fall).toPrecision(2)} at other parameters than at the fit`
    const x = end.x.slice()
    quantity.hold(x, at)
    canonical(layout.terms, x)
    return { at, x, root: Math.sqrt(2 * Math.max(0, fall)) }
  }
}

/** Where the root of the fall is z on one side of the top; the end of the range where it is less there. */
function limit(
  climb: Climb,
  top: Point,
  side: 1 | -1,
  { range, se, reported }: ProfileQuantity,
  z: number,
): number | string {
  const end = side < 0 ? range[0] : range[1]
  const points: Point[] = [top]
  const visit = (at: number): number | string => {
    const point = climb(at, points)
    if (typeof point === 'string') return point
    points.push(point)
    points.sort((a, b) => Math.abs(a.at - top.at) - Math.abs(b.at - top.at))
    return point.root
  }
  let low = { step: 0, root: 0 }
  let high: { step: number; root: number } | null = null
  const farthest = Math.abs(end - top.at)
  if (farthest === 0) return reported(end)
  let step = z * se
  for (let trial = 0; !high; trial++) {
    // Past the end there is nothing, and a step to just before it is a step to it.
    const last = step > 0.9 * farthest
    if (last) step = farthest
    const root = visit(last ? end : top.at + side * step)
    if (typeof root === 'string') return root
    if (root >= z) high = { step, root }
    else if (last) return reported(end)
    else if (trial >= 3 && root - low.root < level) return flat(side)
    else if (trial === 40) return flat(side)
    else {
      const ratio = Math.min(Math.max((1.1 * z) / Math.max(root, 1e-3), 1.2), trial < 3 ? 3 : 8)
      low = { step, root }
      step *= ratio
    }
  }
  // Illinois's rule: the end that stays twice counts half.
  let [lowFall, highFall] = [low.root - z, high.root - z]
  for (let trial = 0; trial < 60 && Math.abs(high.root - z) > precision; trial++) {
    const at: number = low.step - (lowFall * (high.step - low.step)) / (highFall - lowFall)
    const root = visit(top.at + side * at)
    if (typeof root === 'string') return root
    if (Math.abs(root - z) <= precision || high.step - low.step < 1e-12 * high.step) return reported(top.at + side * at)
    if (root < z) {
      low = { step: at, root }
      lowFall = root - z
      highFall /= 2
    } else {
      high = { step: at, root }
      highFall = root - z
      lowFall /= 2
    }
  }
  return reported(top.at + side * high.step)
}

const flat = (side: 1 | -1): string =>
  `its likelihood does not fall far enough ${side < 0 ? 'below' : 'above'} the estimate, and that limit is infinite`

/** The covariance of the fit; where a parameter is zero, or there is none, `units` on the diagonal. */
function scaleOf({ covariance, parameters }: Estimate, units: Float64Array): Float64Array {
  const d = parameters.length
  const scale = new Float64Array(d * d)
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) scale[i * d + j] = covariance?.[i * d + j] || 0
    if (!(scale[i * d + i] > 0)) scale[i * d + i] = units[i] * units[i]
  }
  return scale
}

/** How the parameters move along the profile at the top, a unit of the quantity: V g / g'V g (Bates and Watts 1988). */
function firstDirection(quantity: ProfileQuantity, x: Float64Array, scale: Float64Array): Float64Array {
  const d = x.length
  const g = new Float64Array(d)
  for (let j = 0; j < d; j++) {
    const step = 1e-4 * Math.sqrt(scale[j * d + j])
    g[j] = (quantity.value(x.with(j, x[j] + step)) - quantity.value(x.with(j, x[j] - step))) / (2 * step)
  }
  const direction = new Float64Array(d)
  let length = 0
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) direction[i] += scale[i * d + j] * g[j]
    length += direction[i] * g[i]
  }
  return direction.map((value) => (length > 0 ? value / length : 0))
}

/** A start from the two points nearest to where it is wanted, or from the first along its direction. */
function extrapolated(at: number, points: readonly Point[], direction: Float64Array): Float64Array {
  const [a, b] = [...points].sort((p, q) => Math.abs(p.at - at) - Math.abs(q.at - at))
  if (!b) return a.x.map((value, j) => value + direction[j] * (at - a.at))
  // Near the end of a range lines lead astray.
  const share = Math.max(-1, Math.min(1, (at - a.at) / (a.at - b.at || 1)))
  return a.x.map((value, j) => value + share * (value - b.x[j]))
}

/** Turns x into the canonical one of all equivalent parameters, so that points can be compared. */
function canonical(terms: Likelihood['layout']['terms'], x: Float64Array): void {
  for (const { term, covariance, start, size } of terms) {
    const signs = covariance.canonicalSigns(x.subarray(start, start + size), term.names.length)
    for (let j = 0; j < size; j++) x[start + j] *= signs[j]
  }
}

/** sqrt(g'B g), the distance from the top in standard errors. */
function decrement(g: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < g.length; i++) for (let j = 0; j < g.length; j++) sum += g[i] * b[i * g.length + j] * g[j]
  return Math.sqrt(Math.max(0, sum))
}
