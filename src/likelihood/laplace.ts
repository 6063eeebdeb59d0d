import { factorize, logDeterminant, solve } from '../numerics/sparse-cholesky.js'
import { selectedInverse } from '../numerics/sparse-inverse.js'
import type { LinearPredictors } from './linear-predictors.js'
import type { RandomStructure } from './random-structure.js'
import { pairIndex, type RowModel, tripleIndex } from './row-model.js'

/** Laplace's approximation for any structure of random effects, with work space of its own. */
export interface Laplace {
  /** log L at the outer parameters, -Infinity out of support; writes the exact gradient where one is given. */
  readonly evaluate: (parameters: Float64Array, gradient: Float64Array | null) => number
  /** The spherical random effects at the mode of the last evaluation. */
  readonly u: Float64Array
  /** Newton's method starts from the mode at these parameters from now on, instead of from u = 0. */
  readonly anchor: (parameters: Float64Array) => void
  /** Cholesky factor of H at that mode, as the structure's symbolic factor lays it out. */
  readonly factor: Float64Array
}

const tolerance = 1e-10
/** A squared step below this that no longer shrinks is rounding: of large responses, say, with a small residual. */
const rounded = 1e-8
const maxSteps = 200

/**
 * With A_k = Z_k Lambda the rows' multipliers of u in predictor k and l_i the log density of row i,
 *
 *   h(u) = sum l_i(eta_i) - u'u / 2,   H = -h'' = I - sum_i sum_kl l_i,kl A_ik A_il',
 *   log L = h(m) - log |H| / 2 at the mode m (the observed information, also where the link is not canonical).
 *
 * The gradient is exact: with S_kl = A_ik' H^-1 A_il (from the entries of H^-1 on its own pattern), t_j = sum l_klj S_kl
 * and v = H^-1 sum A_ij t_j / 2, the derivative in eta_ij at fixed u is w_j = l_j + t_j / 2 + sum_k l_jk A_ik'v, and
 * the derivative in A_ik is w_k m + sum_l l_kl H^-1 A_il + l_k v.
 */
export function laplace(structure: RandomStructure, linear: LinearPredictors, rows: RowModel): Laplace {
  const { size: q, width, columns, precision, pairs, symbolic, diagonal } = structure
  const { slots, fixed, multipliers: a } = linear
  const { predictors: K, eta, d1, d2, d3, logDensity } = rows
  const n = logDensity.length
  const perRow = (width * (width + 1)) / 2
  const u = new Float64Array(q)
  const start = new Float64Array(q)
  const step = new Float64Array(q)
  const v = new Float64Array(q)
  const values = new Float64Array(diagonal[q])
  const factor = new Float64Array(symbolic.size)
  const inverse = new Float64Array(symbolic.size)
  const inFixed = eta.map(() => new Float64Array(n))
  const inMultipliers = new Float64Array(n * width)
  // What the normal priors have and flat ones lack: a factor of 1 / sqrt(2 pi) that cancels the integral's.
  const flatConstant = 0.5 * Math.log(2 * Math.PI) * precision.reduce((count, prior) => count + 1 - prior, 0)
  const predictorOf = Int32Array.from(slots, (slot) => slot.predictor)

  /** h at u, with the derivatives of the rows. */
  function height(): number {
    for (let k = 0; k < K; k++) eta[k].set(fixed[k])
    for (let i = 0, at = 0; i < n; i++) {
      for (let s = 0; s < width; s++, at++) eta[predictorOf[s]][i] += a[at] * u[columns[at]]
    }
    let h = rows.evaluate(0, n)
    for (let c = 0; c < q; c++) h -= 0.5 * precision[c] * u[c] * u[c]
    return h
  }

  /** Factorizes H at the rows' present derivatives; with `clipped`, convex directions left out. */
  function curvature(clipped: boolean): boolean {
    values.fill(0)
    for (let c = 0; c < q; c++) values[diagonal[c]] = precision[c]
    for (let i = 0, at = 0; i < n; i++) {
      const row = i * width
      for (let s = 0; s < width; s++) {
        const ks = predictorOf[s]
        for (let t = 0; t <= s; t++, at++) {
          const kt = predictorOf[t]
          if (clipped && ks !== kt) continue
          const second = d2[pairIndex(ks, kt)][i]
          if (clipped && second > 0) continue
          values[pairs[at]] -= second * a[row + s] * a[row + t]
        }
      }
    }
    return factorize(symbolic, values, factor)
  }

  /** h'(u) into `out`. */
  function slope(out: Float64Array): void {
    for (let c = 0; c < q; c++) out[c] = -precision[c] * u[c]
    for (let i = 0, at = 0; i < n; i++) {
      for (let s = 0; s < width; s++, at++) out[columns[at]] += d1[predictorOf[s]][i] * a[at]
    }
  }

  /**
   * Damped Newton from the anchor, and so from nothing that an evaluation leaves behind. Returns h, -Infinity on failure.
   */
  function findMode(): number {
    u.set(start)
    let h = height()
    if (h === Number.NEGATIVE_INFINITY) {
      u.fill(0)
      h = height()
    }
    let last = Number.POSITIVE_INFINITY
    for (let iteration = 0; iteration < maxSteps && h > Number.NEGATIVE_INFINITY; iteration++) {
      slope(v)
      step.set(v)
      const definite = curvature(false)
      if (!definite && !curvature(true)) break
      solve(symbolic, factor, step)
      let distance = 0
      for (let c = 0; c < q; c++) distance += step[c] * v[c]
      const rounding = distance < rounded && distance > 0.25 * last
      if (definite && (distance <= tolerance * tolerance * (1 + q) || rounding)) return h
      last = distance
      const least = h - 1e-12 * (1 + Math.abs(h))
      for (let c = 0; c < q; c++) u[c] += step[c]
      h = height()
      for (let half = 0; half < 60 && !(h >= least); half++) {
        for (let c = 0; c < q; c++) {
          step[c] /= 2
          u[c] -= step[c]
        }
        h = height()
      }
      if (!(h >= least)) break
    }
    return Number.NEGATIVE_INFINITY
  }

  const b = new Float64Array(width * K)
  /** b[s * K + l] = (H^-1 A_il) at slot s of row i. */
  function inverseTimesRow(i: number): void {
    const row = i * width
    const at = i * perRow
    b.fill(0)
    for (let s = 0, pair = at; s < width; s++) {
      for (let t = 0; t <= s; t++, pair++) {
        const entry = inverse[symbolic.target[pairs[pair]]]
        b[s * K + predictorOf[t]] += entry * a[row + t]
        if (t < s) b[t * K + predictorOf[s]] += entry * a[row + s]
      }
    }
  }

  const leverage = new Float64Array(K * K)
  const third = new Int32Array(K * K * K)
  for (let x = 0; x < K; x++) {
    for (let y = 0; y < K; y++) for (let z = 0; z < K; z++) third[(x * K + y) * K + z] = tripleIndex(x, y, z)
  }
  const along = new Float64Array(K)

  function rowDerivatives(): void {
    selectedInverse(symbolic, factor, inverse)
    v.fill(0)
    for (let i = 0; i < n; i++) {
      const row = i * width
      inverseTimesRow(i)
      leverage.fill(0)
      for (let s = 0; s < width; s++) {
        for (let l = 0; l < K; l++) leverage[predictorOf[s] * K + l] += a[row + s] * b[s * K + l]
      }
      for (let j = 0; j < K; j++) {
        let t = 0
        for (let kl = 0; kl < K * K; kl++) t += d3[third[j * K * K + kl]][i] * leverage[kl]
        inFixed[j][i] = 0.5 * t
      }
      for (let s = 0; s < width; s++) {
        v[columns[row + s]] += a[row + s] * inFixed[predictorOf[s]][i]
        // The explicit part, sum_l l_kl H^-1 A_il, while H^-1 A_il is at hand.
        let explicit = 0
        for (let l = 0; l < K; l++) explicit += d2[pairIndex(predictorOf[s], l)][i] * b[s * K + l]
        inMultipliers[row + s] = explicit
      }
    }
    solve(symbolic, factor, v)
    for (let i = 0; i < n; i++) {
      const row = i * width
      along.fill(0)
      for (let s = 0; s < width; s++) along[predictorOf[s]] += a[row + s] * v[columns[row + s]]
      for (let j = 0; j < K; j++) {
        let w = inFixed[j][i] + d1[j][i]
        for (let k = 0; k < K; k++) w += d2[pairIndex(j, k)][i] * along[k]
        inFixed[j][i] = w
      }
      for (let s = 0; s < width; s++) {
        const k = predictorOf[s]
        const c = columns[row + s]
        inMultipliers[row + s] += inFixed[k][i] * u[c] + d1[k][i] * v[c]
      }
    }
  }

  return {
    u,
    factor,
    anchor: (parameters) => {
      linear.update(parameters)
      if (findMode() > Number.NEGATIVE_INFINITY) start.set(u)
    },
    evaluate: (parameters, gradient) => {
      linear.update(parameters)
      const h = findMode()
      const value = h + flatConstant - 0.5 * logDeterminant(symbolic, factor)
      if (!(h > Number.NEGATIVE_INFINITY) || !Number.isFinite(value)) return Number.NEGATIVE_INFINITY
      if (gradient) {
        rowDerivatives()
        linear.gradient(inFixed, inMultipliers, gradient)
      }
      return value
    },
  }
}
