import { backwardSolve, cholesky, forwardSolve } from '../../numerics/cholesky.js'
import type { Maximum } from '../../numerics/maximise.js'
import type { ClimbOptions } from '../frame/log-density.js'
import type { ParameterLayout } from '../frame/parameter-layout.js'
import { explained, inverseOf, knownInformation, outerInformation } from './information.js'
import { outerParameters, relativeStart } from './outer-density.js'
import type { Evaluated, RelativeDensity } from './relative-density.js'
import { stepInformation } from './step-information.js'

/** A step may take a standard deviation to so many times its size, or a parameter without unit this far. */
const longest = 4
const farthest = 2
/** Values that differ by less, relative to their size, are equal: rounding must not halve steps for ever. */
const slack = 1e-12
/** The most steps at once, where the average information is much more than the observed one and steps are as much too short. */
const mostStretch = 64

/**
 * The maximum over all parameters by a climb in tau alone, coefficients and sigma at their best values (Bates, Maechler, Bolker and
 * Walker 2015): Newton's method with the average information (Gilmour, Thompson and Cullis 1995) in place of the Hessian's,
 * each step halved while it leads down, and the next one doubled while the slope along it stays.
 */
export function profiledTop(
  density: RelativeDensity,
  layout: ParameterLayout,
  start: Float64Array,
  scale: Float64Array,
  { tolerance, maxIterations, maxEvaluations = Number.POSITIVE_INFINITY }: ClimbOptions,
): Maximum {
  const { size, parameters } = density
  let { tau } = relativeStart(density, layout, start)
  let evaluations = 0
  const evaluate = (x: Float64Array): Evaluated | null => {
    evaluations++
    return density.evaluate(x, null, null)
  }
  let found = evaluate(tau)
  if (!found) return nowhere(start, scale, evaluations)
  const first = deviations(density, tau)
  const gradient = new Float64Array(size)
  let iterations = 0
  let converged = false
  let information: Float64Array
  // How many steps of the information to take at once, and what the last step promised to gain.
  let stretch = 1
  let promised = 0
  const taken = new Float64Array(size)
  for (;;) {
    const moments = density.gradient(found, gradient)
    stretch = promised > 0 && along(taken, gradient) > 0.5 * promised ? Math.min(2 * stretch, mostStretch) : 1
    information = stepInformation(density, tau, found, density.average(), moments, deviations(density, tau))
    const free = parameters.filter(
      ({ at: j, even }) => information[j * (size + 1)] > 0 && !(even && tau[j] === 0 && gradient[j] <= 0),
    )
    const step = newtonStep(
      information,
      gradient,
      free.map((one) => one.at),
    )
    const decrement = along(step, gradient)
    converged = decrement <= tolerance * tolerance
    if (converged || iterations >= maxIterations || evaluations >= maxEvaluations) break
    iterations++
    for (let j = 0; j < size; j++) step[j] *= stretch
    stretch = Math.max(1, stretch * shorten(density, tau, first, step))
    keepPositive(density, tau, first, step)
    const least: number = found.value - slack * (1 + Math.abs(found.value))
    let next: Evaluated | null = null
    const moved = tau.slice()
    promised = along(step, gradient)
    for (let half = 0; half < 40; half++) {
      for (let j = 0; j < size; j++) moved[j] = tau[j] + step[j]
      next = evaluate(moved)
      if (next && next.value >= least) break
      next = null
      promised = 0
      for (let j = 0; j < size; j++) step[j] /= 2
    }
    taken.set(step)
    if (!next) {
      found = evaluate(tau)!
      density.gradient(found, gradient)
      break
    }
    tau = moved
    found = next
  }
  return maximum(density, layout, tau, found, gradient, information, scale, iterations, evaluations, converged)
}

/** Standard deviations that set the size of steps: for each parameter with a unit that of its effect. */
function deviations({ rows, parameters, size }: RelativeDensity, tau: Float64Array): Float64Array {
  const out = new Float64Array(size)
  for (const { at, first, factor, column } of parameters) {
    const { laid } = rows.factors[factor].terms.find((one) => one.column === column)!
    const q = laid.term.names.length
    const unit = laid.covariance.units(q)[at - first]
    if (unit >= 0) out[at] = laid.covariance.standardDeviations(tau.subarray(first, first + laid.size), q)[unit]
  }
  return out
}

const along = (step: Float64Array, gradient: Float64Array): number =>
  step.reduce((sum, value, j) => sum + value * gradient[j], 0)

/** Shortens a step that goes farther than it can be trusted, in place; returns the share that is left. */
function shorten(density: RelativeDensity, tau: Float64Array, first: Float64Array, step: Float64Array): number {
  const now = deviations(density, tau)
  let share = 1
  for (const { at, power } of density.parameters) {
    const most = power === 0 ? farthest : (longest - 1) * (Math.max(now[at], 0.1 * first[at]) || 0.1)
    if (Math.abs(step[at]) > most) share = Math.min(share, most / Math.abs(step[at]))
  }
  for (let j = 0; j < step.length; j++) step[j] *= share
  return share
}

/** An even standard deviation comes to a tenth of its size at most in one step, and below this share of the first to zero. */
const vanishing = 1e-3

/** Keeps standard deviations with a kink at zero on its one side, in place. */
function keepPositive(
  { parameters }: RelativeDensity,
  tau: Float64Array,
  first: Float64Array,
  step: Float64Array,
): void {
  for (const { at, even } of parameters) {
    if (!even || tau[at] === 0) continue
    const least = Math.abs(tau[at]) < vanishing * first[at] ? 0 : 0.1 * tau[at]
    if ((tau[at] + step[at]) * Math.sign(tau[at]) < Math.abs(least)) step[at] = least - tau[at]
  }
}

/** The step up by a positive semidefinite information in the parameters `free`. */
function newtonStep(information: Float64Array, gradient: Float64Array, free: readonly number[]): Float64Array {
  const size = gradient.length
  const step = new Float64Array(size)
  const m = free.length
  for (let ridge = 0; ridge < 1; ridge = Math.max(1e-12, 100 * ridge)) {
    const factor = new Float64Array(m * m)
    free.forEach((i, a) => {
      free.forEach((j, b) => {
        factor[a * m + b] = information[i * size + j] * (i === j ? 1 + ridge : 1)
      })
    })
    if (!cholesky(factor, m)) continue
    const small = Float64Array.from(free, (j) => gradient[j])
    forwardSolve(factor, m, small)
    backwardSolve(factor, m, small)
    free.forEach((j, a) => {
      step[j] = small[a]
    })
    break
  }
  return step
}

const nowhere = (x: Float64Array, scale: Float64Array, evaluations: number): Maximum => ({
  x: x.slice(),
  value: Number.NEGATIVE_INFINITY,
  gradient: new Float64Array(x.length),
  inverseHessian: scale.slice(),
  iterations: 0,
  evaluations,
  converged: false,
})

/** In outer parameters, those profiled out at their best values, where the gradient in them is zero. */
function maximum(
  density: RelativeDensity,
  layout: ParameterLayout,
  tau: Float64Array,
  found: Evaluated,
  inTau: Float64Array,
  information: Float64Array,
  scale: Float64Array,
  iterations: number,
  evaluations: number,
  converged: boolean,
): Maximum {
  const { rows, system, parameters } = density
  const d = layout.dimension
  const point = { tau, coefficients: rows.reml ? null : system.delta.slice(), logSigma: found.logSigma }
  const x = outerParameters(density, layout, point)
  const known = knownInformation(density, found, density.average())
  const more = explained(known)
  const whole = outerInformation(
    density,
    point,
    known,
    information.map((value, e) => value + more[e]),
    inTau,
  )
  // A parameter that nothing is known of, as a standard deviation of zero, has what was guessed.
  for (let j = layout.fixed; j < d; j++) {
    if (whole[j * (d + 1)] > 0) continue
    for (let k = 0; k < d; k++) whole[j * d + k] = whole[k * d + j] = 0
    whole[j * (d + 1)] = 1 / scale[j * (d + 1)]
  }
  const gradient = new Float64Array(d)
  const sigma = Math.exp(found.logSigma)
  for (const { at, power } of parameters) {
    gradient[layout.fixed + at] = inTau[at] / (power === 1 ? sigma : 1)
    if (power === 1) gradient[layout.fixed - 1] -= tau[at] * inTau[at]
  }
  const inverseHessian = inverseOf(whole, d) ?? scale.slice()
  return { x, value: found.value, gradient, inverseHessian, iterations, evaluations, converged }
}
