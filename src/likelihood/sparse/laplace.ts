import {
  dampedNewton,
  modeRounding,
  modeTolerance,
  mostModeSteps,
  type NewtonSearch,
  type NewtonTarget,
} from '../../numerics/damped-newton.js'
import { logDeterminant, solve } from '../../numerics/sparse-cholesky.js'
import { selectedInverse } from '../../numerics/sparse-inverse.js'
import { addScores, jointHeight } from './joint-height.js'
import type { DenseColumns } from '../frame/dense-columns.js'
import type { LinearPredictors } from '../frame/linear-predictors.js'
import type { RandomStructure } from './random-structure.js'
import { profiledInformation } from './profiled-information.js'
import { pairIndex, tripleIndex } from '../../families/derivative-order.js'
import type { RowModel } from '../frame/row-model.js'

/** Laplace's approximation for any structure of random effects, with work space of its own. */
export interface Laplace {
  /** log L at the outer parameters, -Infinity out of support; writes the exact gradient where one is given. */
  readonly evaluate: (
    parameters: Float64Array,
    gradient: Float64Array | null,
    offsets?: readonly Float64Array[] | null,
  ) => number
  /** The same, in the same work space, its searches started from the mode at these parameters, with steps by the H there. */
  readonly near: (parameters: Float64Array) => Laplace
  /** Brings rows, linear predictors, u and factor to these parameters, unless they stand there; false out of support. */
  readonly moveTo: (parameters: Float64Array) => boolean
  /** Says that the rows were moved away from the mode: moveTo then finds it again. */
  readonly forget: () => void
  /** The spherical random effects at the mode that was moved to or evaluated last. */
  readonly u: Float64Array
  /** Cholesky factor of H at that mode, as the structure's symbolic factor lays it out. */
  readonly factor: Float64Array
  /** Minus the Hessian in all fixed effects of h at its maximum over u, p x p; null out of support. */
  readonly fixedInformation: (parameters: Float64Array) => Float64Array | null
}

/** Where searches of the mode start, and the factor of H there. */
interface Origin {
  readonly u: Float64Array
  readonly factor: Float64Array
}

/** The most steps with the origin's H, and the least each has to gain: distances shrink to this share of the last one. */
const maxChords = 12
const contraction = 0.1

/**
 * With A_k = Z_k Lambda the rows' multipliers of u in predictor k and l_i the log density of row i,
 *
 *   h(u) = sum l_i(eta_i) - u'P u / 2,   H = -h'' = P - sum_i sum_kl l_i,kl A_ik A_il',
 *   log L = h(m) - log |H| / 2 + log |P| / 2, P the precision of the effects' prior (I, but for chains), at the mode m (the observed information, also where the link is not canonical).
 *
 * The gradient is exact: with S_kl = A_ik' H^-1 A_il (from the entries of H^-1 on its own pattern), t_j = sum l_klj S_kl
 * and v = H^-1 sum A_ij t_j / 2, the derivative in eta_ij at fixed u is w_j = l_j + t_j / 2 + sum_k l_jk A_ik'v, and
 * the derivative in A_ik is w_k m + sum_l l_kl H^-1 A_il + l_k v.
 */
export function laplace(structure: RandomStructure, linear: LinearPredictors, rows: RowModel): Laplace {
  const { size: q, width, columns, precision, prior, places, symbolic } = structure
  const { slots, multipliers: a } = linear
  const { predictors: K, space, d1, d2, d3, eta, logDensity } = rows
  const { height, slope, curvature, border } = jointHeight(structure, linear, rows)
  const n = logDensity.length
  const perRow = (width * (width + 1)) / 2
  const u = space.vector(q)
  const step = space.vector(q)
  const v = space.vector(q)
  const factor = space.vector(symbolic.size)
  const inverse = space.vector(symbolic.size)
  /** The parameters whose mode and factor stand in u and `factor`, and where the search began; null after a failure. */
  let present: { readonly parameters: Float64Array; readonly origin: Origin | null } | null = null
  const inFixed = eta.map(() => space.vector(n))
  const inMultipliers = space.vector(n * width)
  const inDense = linear.dense?.varies ? space.vector(n * linear.dense.columns) : null
  const along = space.vector(n)
  const moved = border ? eta.map(() => space.vector(n)) : []
  // What the normal priors have and flat ones lack: a factor of 1 / sqrt(2 pi) that cancels the integral's.
  const flatConstant =
    structure.logFlat + 0.5 * Math.log(2 * Math.PI) * precision.reduce((count, prior) => count + 1 - prior, 0)
  const found = modeTolerance * (1 + q)
  const target: NewtonTarget = {
    height: () => height(u),
    fillSlope: () => slope(u, v),
    factorize: (concave) => curvature(concave, factor),
    solve: () => solve(symbolic, factor, step),
  }
  const search: NewtonSearch = { x: u, slope: v, step, rounded: modeRounding, maxSteps: mostModeSteps }
  const least = (h: number): number => h - 1e-12 * (1 + Math.abs(h))

  /**
   * From the origin, else from u = 0: steps with the origin's H while they gain fast, for they cost no factorization, then
   * damped ones of Newton's method. Returns h, -Infinity on failure.
   */
  function findMode(origin: Origin | null): number {
    if (origin) u.set(origin.u)
    else u.fill(0)
    let h = height(u)
    if (h === Number.NEGATIVE_INFINITY) {
      u.fill(0)
      h = height(u)
    }
    let converged = false
    let last = Number.POSITIVE_INFINITY
    for (let chord = 0; origin && chord < maxChords && h > Number.NEGATIVE_INFINITY; chord++) {
      slope(u, v)
      step.set(v)
      solve(symbolic, origin.factor, step)
      const distance = product(step, v)
      converged = distance <= found
      if (converged || !(distance <= contraction * last)) break
      last = distance
      for (let c = 0; c < q; c++) u[c] += step[c]
      const next = height(u)
      if (next >= least(h)) h = next
      else {
        for (let c = 0; c < q; c++) u[c] -= step[c]
        h = height(u)
        break
      }
    }
    if (converged && curvature(false, factor)) return h

    return dampedNewton(target, search, 0, q, h, found)
  }

  /** The derivatives of log L in each row's fixed parts and multipliers, into inFixed and inMultipliers. */
  function rowDerivatives(): void {
    selectedInverse(symbolic, factor, inverse)
    for (let j = 0; j < K; j++) inFixed[j].fill(0)
    inMultipliers.fill(0)
    inDense?.fill(0)
    for (let s = 0, pair = 0; s < width; s++) {
      for (let t = 0; t <= s; t++, pair++) {
        const [ks, kt] = [slots[s].predictor, slots[t].predictor]
        pairDerivatives(inverse, places, pair, perRow, a, s, t, width, d2[pairIndex(ks, kt)], inMultipliers, along)
        for (let j = 0; j < K; j++) addProducts(inFixed[j], d3[tripleIndex(ks, kt, j)], along)
      }
    }
    border?.addDerivatives(inverse, d2, d3, inFixed, inMultipliers, inDense)
    v.fill(0)
    border?.addBack(inFixed, v)
    for (let s = 0; s < width; s++) {
      addScores(v, a, columns, inFixed[slots[s].predictor], s, width)
    }
    solve(symbolic, factor, v)
    for (let j = 0; j < K; j++) for (let i = 0; i < n; i++) inFixed[j][i] += d1[j][i]
    for (let s = 0; s < width; s++) {
      for (let i = 0, at = s; i < n; i++, at += width) along[i] = a[at] * v[columns[at]]
      for (let j = 0; j < K; j++) addProducts(inFixed[j], d2[pairIndex(j, slots[s].predictor)], along)
    }
    if (border) {
      for (const one of moved) one.fill(0)
      border.addTo(moved, v)
      for (let j = 0; j < K; j++) for (let k = 0; k < K; k++) addProducts(inFixed[j], d2[pairIndex(j, k)], moved[k])
    }
    if (inDense) moveDense(linear.dense!, structure.size, inFixed, u, d1, v, inDense)
    for (let s = 0; s < width; s++) {
      const k = slots[s].predictor
      const [w, first] = [inFixed[k], d1[k]]
      moveDerivatives(inMultipliers, columns, w, u, first, v, s, width)
    }
  }

  /** Derivative of log L in an entry of P, but for log |P| / 2: of h, of log |H|, and through the mode. */
  const inPrior = (a: number, b: number, place: number): number =>
    a === b
      ? -(0.5 * u[a] + v[a]) * u[a] - 0.5 * inverse[place]
      : -u[a] * u[b] - v[a] * u[b] - v[b] * u[a] - inverse[place]

  /** The mode at these parameters and the factor there; log L. */
  function integrate(
    parameters: Float64Array,
    origin: Origin | null,
    offsets: readonly Float64Array[] | null = null,
  ): number {
    linear.update(parameters, offsets)
    prior.update(parameters)
    const mode = findMode(origin)
    const value = mode + flatConstant + 0.5 * prior.logDeterminant() - 0.5 * logDeterminant(symbolic, factor)
    const found = Number.isFinite(value)
    present = found && !offsets ? { parameters: parameters.slice(), origin } : null
    return found ? value : Number.NEGATIVE_INFINITY
  }

  const from = (origin: Origin | null): Laplace => {
    const stands = (x: Float64Array): boolean =>
      present !== null && present.origin === origin && x.every((value, j) => value === present!.parameters[j])
    const moveTo = (parameters: Float64Array): boolean =>
      stands(parameters) || integrate(parameters, origin) > Number.NEGATIVE_INFINITY
    const own: Laplace = {
      u,
      factor,
      moveTo,
      forget: () => {
        present = null
      },
      near: (parameters) => (moveTo(parameters) ? from({ u: u.slice(), factor: factor.slice() }) : own),
      fixedInformation: (parameters) =>
        moveTo(parameters) ? profiledInformation(structure, linear, rows, factor) : null,
      evaluate: (parameters, gradient, offsets = null) => {
        const value = integrate(parameters, origin, offsets)
        if (gradient && value > Number.NEGATIVE_INFINITY) {
          rowDerivatives()
          linear.gradient(inFixed, inMultipliers, gradient, inDense)
          prior.addDerivatives(inPrior, gradient)
        }
        return value
      },
    }
    return own
  }
  return from(null)
}

function product(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let c = 0; c < x.length; c++) sum += x[c] * y[c]
  return sum
}

/** out += x * y, element by element. */
function addProducts(out: Float64Array, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] += x[i] * y[i]
}

/**
 * What the pair of slots (s, t) adds through the entries of H^-1: to the derivatives in the multipliers the explicit
 * part, sum_l l_kl H^-1 A_il; to `share`, for each row, half of what it adds to S.
 */
function pairDerivatives(
  inverse: Float64Array,
  places: Int32Array,
  pair: number,
  perRow: number,
  a: Float64Array,
  s: number,
  t: number,
  width: number,
  second: Float64Array,
  inMultipliers: Float64Array,
  share: Float64Array,
): void {
  const half = s === t ? 0.5 : 1
  for (let i = 0, row = 0, at = pair; i < second.length; i++, row += width, at += perRow) {
    const entry = inverse[places[at]]
    const [x, y] = [a[row + s], a[row + t]]
    const explicit = second[i] * entry
    inMultipliers[row + s] += explicit * y
    if (s !== t) inMultipliers[row + t] += explicit * x
    share[i] = half * entry * x * y
  }
}

/** The parts of the derivatives in the multipliers of slot s that are w_k m and l_k v. */
function moveDerivatives(
  inMultipliers: Float64Array,
  columns: Int32Array,
  w: Float64Array,
  u: Float64Array,
  first: Float64Array,
  v: Float64Array,
  s: number,
  width: number,
): void {
  for (let i = 0, at = s; i < w.length; i++, at += width) {
    inMultipliers[at] += w[i] * u[columns[at]] + first[i] * v[columns[at]]
  }
}

/** The same in the multipliers of dense columns, whose elements are the last of u. */
function moveDense(
  { ranges, columns: p, ofRow }: DenseColumns,
  size: number,
  w: readonly Float64Array[],
  u: Float64Array,
  first: readonly Float64Array[],
  v: Float64Array,
  inDense: Float64Array,
): void {
  for (const { predictor: k, from, to } of ranges) {
    for (let i = 0, at = 0; i < ofRow.length; i++, at += p) {
      for (let d = from, e = size - p + from; d < to; d++, e++) inDense[at + d] += w[k][i] * u[e] + first[k][i] * v[e]
    }
  }
}
