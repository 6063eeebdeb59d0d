import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import type { Rng } from '../../src/random/stream.js'
import { type Info, type Kernel, type State, stateAt } from './kernel.js'
import type { Metric } from './metric.js'

/** An energy error beyond this marks a divergence. */
const maxEnergyError = 1000

/**
 * The no-U-turn sampler with multinomial weights along the trajectory (Hoffman and Gelman 2014; Betancourt 2017,
 * appendix A.3): a trajectory doubles until the generalised U-turn criterion holds between its ends, or between
 * either half and the first point of the other, in it or any of its sub-trees.
 */
export function nuts(density: LogDensity, maxDepth = 10): Kernel {
  const d = density.dimension
  const vector = (): Float64Array => new Float64Array(d)
  const point = (): Point => ({
    x: vector(),
    p: vector(),
    v: vector(),
    gradient: vector(),
    force: vector(),
    logDensity: 0,
  })
  const span = (): Span => ({
    pStart: vector(),
    vStart: vector(),
    pEnd: vector(),
    vEnd: vector(),
    rho: vector(),
    draw: { x: vector(), gradient: vector(), logDensity: 0 },
    logWeight: Number.NEGATIVE_INFINITY,
  })
  const forward = point()
  const backward = point()
  // A tree of depth k is a first half kept at [k] and a second half, which becomes the whole, handed down by the caller.
  const halves = Array.from({ length: maxDepth + 1 }, span)
  const whole = span()
  const added = span()

  // Set at the start of each step, read by the recursion.
  let metric: Metric
  let rng: Rng
  let stepSize = 0
  let energy0 = 0
  let info: Info
  let acceptSum = 0

  /** One step; returns the energy it leads to, infinite out of support. */
  function leapfrog(at: Point, step: number): number {
    const half = 0.5 * step
    const { x, p, v, gradient, force } = at
    for (let j = 0; j < d; j++) {
      p[j] += half * gradient[j]
      v[j] += half * force[j]
      x[j] += step * v[j]
    }
    at.logDensity = density.evaluate(x, gradient)
    if (at.logDensity === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY
    metric.apply(gradient, force)
    let twice = 0
    for (let j = 0; j < d; j++) {
      p[j] += half * gradient[j]
      v[j] += half * force[j]
      twice += p[j] * v[j]
    }
    return 0.5 * twice - at.logDensity
  }

  /** Builds a tree of 2^depth points from `at` in the direction of `step` into `out`; false if it must not be used. */
  function grow(depth: number, at: Point, step: number, out: Span): boolean {
    if (depth === 0) {
      const error = leapfrog(at, step) - energy0
      info.leapfrogs++
      out.logWeight = Number.isNaN(error) ? Number.NEGATIVE_INFINITY : -error
      acceptSum += error <= 0 ? 1 : Math.exp(out.logWeight)
      if (!(error <= maxEnergyError)) {
        info.divergent = true
        return false
      }
      single(out, at)
      return true
    }
    const first = halves[depth]
    if (!grow(depth - 1, at, step, first)) return false
    if (!grow(depth - 1, at, step, out)) return false
    const goesOn = !turns(first, out)
    const logWeight = logSum(first.logWeight, out.logWeight)
    // Within a sub-tree every point stands for its weight.
    if (Math.log(rng.uniform()) >= out.logWeight - logWeight) [out.draw, first.draw] = [first.draw, out.draw]
    out.logWeight = logWeight
    ;[out.pStart, first.pStart] = [first.pStart, out.pStart]
    ;[out.vStart, first.vStart] = [first.vStart, out.vStart]
    const { rho } = out
    for (let j = 0; j < d; j++) rho[j] += first.rho[j]
    return goesOn
  }

  return {
    init: (x) => stateAt(density, x),
    step: (state, withMetric, withStepSize, withRng, outInfo) => {
      metric = withMetric
      rng = withRng
      stepSize = withStepSize
      info = outInfo
      info.leapfrogs = 0
      info.divergent = false
      info.cut = false
      info.treeDepth = 0
      acceptSum = 0

      forward.x.set(state.x)
      forward.gradient.set(state.gradient)
      forward.logDensity = state.logDensity
      metric.momentum(rng, forward.p)
      metric.apply(forward.p, forward.v)
      metric.apply(forward.gradient, forward.force)
      copyPoint(backward, forward)
      energy0 = kinetic(forward) - state.logDensity
      info.energy = energy0

      // `whole` runs from its start, the far end backward in time, to its end, the far end forward.
      single(whole, forward)
      whole.logWeight = 0
      while (info.treeDepth < maxDepth) {
        const ahead = rng.uniform() < 0.5
        const grown = grow(info.treeDepth, ahead ? forward : backward, ahead ? stepSize : -stepSize, added)
        if (!grown) break
        info.treeDepth++
        // Between the old trajectory and the new half the choice leans to the new (biased progressive sampling).
        if (Math.log(rng.uniform()) < added.logWeight - whole.logWeight) keep(state, added.draw)
        whole.logWeight = logSum(whole.logWeight, added.logWeight)
        if (!ahead) reverse(added)
        const goesOn = ahead ? !turns(whole, added) : !turns(added, whole)
        for (let j = 0; j < d; j++) whole.rho[j] += added.rho[j]
        if (ahead) {
          ;[whole.pEnd, added.pEnd] = [added.pEnd, whole.pEnd]
          ;[whole.vEnd, added.vEnd] = [added.vEnd, whole.vEnd]
        } else {
          ;[whole.pStart, added.pStart] = [added.pStart, whole.pStart]
          ;[whole.vStart, added.vStart] = [added.vStart, whole.vStart]
        }
        if (!goesOn) break
        info.cut = info.treeDepth === maxDepth
      }
      info.acceptRate = acceptSum / Math.max(1, info.leapfrogs)
    },
  }
}

/** A point of phase space: position, momentum, velocity Sigma p, gradient, and Sigma gradient. */
interface Point {
  readonly x: Float64Array
  readonly p: Float64Array
  readonly v: Float64Array
  readonly gradient: Float64Array
  readonly force: Float64Array
  logDensity: number
}

/** A stretch of trajectory in the order it was walked: momenta and velocities at its ends, summed momenta, one draw. */
interface Span {
  pStart: Float64Array
  vStart: Float64Array
  pEnd: Float64Array
  vEnd: Float64Array
  readonly rho: Float64Array
  draw: State
  logWeight: number
}

const kinetic = (at: Point): number => 0.5 * dot(at.p, at.v)

/** Makes a span of one point. Plain loops: most models have so few coordinates that a call for each array costs more. */
function single({ pStart, vStart, pEnd, vEnd, rho, draw }: Span, { x, p, v, gradient, logDensity }: Point): void {
  for (let j = 0; j < p.length; j++) {
    pStart[j] = p[j]
    pEnd[j] = p[j]
    rho[j] = p[j]
    vStart[j] = v[j]
    vEnd[j] = v[j]
    draw.x[j] = x[j]
    draw.gradient[j] = gradient[j]
  }
  draw.logDensity = logDensity
}

/** True if the join of two neighbouring spans has made, or makes across its seam, a U-turn. */
function turns(first: Span, second: Span): boolean {
  const { rho: rhoA } = first
  const { rho: rhoB } = second
  let startWhole = 0
  let endWhole = 0
  let startLeft = 0
  let seamLeft = 0
  let seamRight = 0
  let endRight = 0
  for (let j = 0; j < rhoA.length; j++) {
    const sum = rhoA[j] + rhoB[j]
    startWhole += first.vStart[j] * sum
    endWhole += second.vEnd[j] * sum
    const left = rhoA[j] + second.pStart[j]
    startLeft += first.vStart[j] * left
    seamLeft += second.vStart[j] * left
    const right = rhoB[j] + first.pEnd[j]
    seamRight += first.vEnd[j] * right
    endRight += second.vEnd[j] * right
  }
  return !(startWhole > 0 && endWhole > 0 && startLeft > 0 && seamLeft > 0 && seamRight > 0 && endRight > 0)
}

/** Turns a span walked backward in time around, so that its start is the earlier end. */
function reverse(span: Span): void {
  ;[span.pStart, span.pEnd] = [span.pEnd, span.pStart]
  ;[span.vStart, span.vEnd] = [span.vEnd, span.vStart]
}

function keep(into: State, from: { x: Float64Array; gradient: Float64Array; logDensity: number }): void {
  into.x.set(from.x)
  into.gradient.set(from.gradient)
  into.logDensity = from.logDensity
}

function copyPoint(into: Point, from: Point): void {
  into.x.set(from.x)
  into.p.set(from.p)
  into.v.set(from.v)
  into.gradient.set(from.gradient)
  into.force.set(from.force)
  into.logDensity = from.logDensity
}

function logSum(a: number, b: number): number {
  const high = Math.max(a, b)
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high))
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j]
  return sum
}
