import type { StateRoom } from './kernel.js'
import type { PhasePoint } from './phase-point.js'

/** A stretch of trajectory in the order it was walked: momenta and velocities at its ends, summed momenta, one draw. */
export interface Span {
  pStart: Float64Array
  vStart: Float64Array
  pEnd: Float64Array
  vEnd: Float64Array
  readonly rho: Float64Array
  draw: StateRoom
  /** Log of the summed weights exp(-energy) of its points, less that of the first point of the trajectory. */
  logWeight: number
}

export function emptySpan(d: number): Span {
  const vector = (): Float64Array => new Float64Array(d)
  return {
    pStart: vector(),
    vStart: vector(),
    pEnd: vector(),
    vEnd: vector(),
    rho: vector(),
    draw: { x: vector(), gradient: vector(), logDensity: 0 },
    logWeight: Number.NEGATIVE_INFINITY,
  }
}

/** Makes a span of one point. Plain loops: most models have so few coordinates that a call for each array costs more. */
export function spanOf({ pStart, vStart, pEnd, vEnd, rho, draw }: Span, at: PhasePoint): void {
  const { x, p, v, gradient, logDensity } = at
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

/** Adds the summed momenta of another span. */
export function addMomenta({ rho }: Span, other: Span): void {
  for (let j = 0; j < rho.length; j++) rho[j] += other.rho[j]
}

/** Gives a span the start of another, which gets its own in exchange. */
export function exchangeStarts(a: Span, b: Span): void {
  ;[a.pStart, b.pStart] = [b.pStart, a.pStart]
  ;[a.vStart, b.vStart] = [b.vStart, a.vStart]
}

/** The same for the ends. */
export function exchangeEnds(a: Span, b: Span): void {
  ;[a.pEnd, b.pEnd] = [b.pEnd, a.pEnd]
  ;[a.vEnd, b.vEnd] = [b.vEnd, a.vEnd]
}

/** Turns a span walked backward in time around, so that its start is the earlier end. */
export function reverse(span: Span): void {
  ;[span.pStart, span.pEnd] = [span.pEnd, span.pStart]
  ;[span.vStart, span.vEnd] = [span.vEnd, span.vStart]
}
