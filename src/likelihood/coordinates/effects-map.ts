import { exponential } from '../../numerics/exponential.js'
import type { Coordinates, TermCoordinates } from '../frame/coordinates.js'

/**
 * The map between a sampler's vector v and the effects b. With D the diagonal of a term's standard deviations sd_k,
 * L = chol(R) and c_k the centring of effect k at one level,
 *
 *   b = D f, f = L u,  v_k = sd_k^(c_k) u_k  where c_k is below 1/2, and  v_k = sd_k^(c_k) f_k  where it is not,
 *
 * so that v runs from the spherical effects u (c = 0) to the effects b themselves (c = 1): what suits a level depends on
 * how much its rows say (Papaspiliopoulos, Roberts and Skoeld 2007).
 */
export interface EffectsMap {
  /** b at the coordinates x (outer, then v); the array is written over by the next call. */
  readonly write: (x: Float64Array) => Float64Array
  /**
   * Adds to `gradient`, at the x of the last `write`, what a derivative in b and the log density of v give; returns
   * that log density.
   */
  readonly back: (x: Float64Array, bGradient: Float64Array, gradient: Float64Array) => number
  /** Writes into x the v that gives the effects b, at the outer coordinates in x. */
  readonly invert: (x: Float64Array, b: Float64Array) => void
  /** Derivative of b_k in v_k, all others fixed, at the x of the last `write`: length `effects`. */
  readonly units: () => Float64Array
}

export function effectsMap(at: Coordinates, centring: Float64Array): EffectsMap {
  const maps = at.terms.map((term) => termEffects(term, at.outer, centring))
  const b = new Float64Array(at.effects)
  const units = new Float64Array(at.effects)
  return {
    write: (x) => {
      for (const map of maps) map.write(x, b)
      return b
    },
    back: (x, bGradient, gradient) => {
      let sum = -at.effects * 0.5 * Math.log(2 * Math.PI)
      for (const map of maps) sum += map.back(x, b, bGradient, gradient)
      return sum
    },
    invert: (x, effects) => {
      for (const map of maps) map.invert(x, effects)
    },
    units: () => {
      for (const map of maps) map.units(units)
      return units
    },
  }
}

interface TermMap {
  readonly write: (x: Float64Array, b: Float64Array) => void
  readonly back: (x: Float64Array, b: Float64Array, bGradient: Float64Array, gradient: Float64Array) => number
  readonly invert: (x: Float64Array, b: Float64Array) => void
  readonly units: (out: Float64Array) => void
}

function termEffects(term: TermCoordinates, outer: number, centring: Float64Array): TermMap {
  const { laid, q, start, correlationStart, correlations, deviationOf, effects } = term
  const { chart } = laid.covariance
  const levels = laid.term.levels.length
  const first = outer + effects
  const logSd = new Float64Array(q)
  const sd = new Float64Array(q)
  const L = new Float64Array(q * q)
  const LGradient = new Float64Array(q * q)
  const derivative = new Float64Array(q * q)
  const u = new Float64Array(q)
  const f = new Float64Array(q)
  const inF = new Float64Array(q)
  const inU = new Float64Array(q)
  // sd_k^(-c_k) of every effect, at the x of the last write.
  const shrink = new Float64Array(levels * q)
  if (q === 1) L[0] = 1

  const read = (x: Float64Array): void => {
    for (let k = 0; k < q; k++) {
      logSd[k] = x[start + deviationOf[k]]
      sd[k] = Math.exp(logSd[k])
    }
    for (let here = 0, k = 0; here < shrink.length; here++) {
      shrink[here] = exponential(-centring[effects + here] * logSd[k])
      if (++k === q) k = 0
    }
    if (q > 1) chart.correlationFactor(x.subarray(correlationStart, correlationStart + correlations), q, L)
  }
  const isCentred = (g: number, k: number): boolean => centring[effects + g * q + k] >= 0.5
  /** Sum of L_kj u_j over the effects before k. */
  const before = (k: number): number => {
    let sum = 0
    for (let j = 0; j < k; j++) sum += L[k * q + j] * u[j]
    return sum
  }
  /** u and f of level g from v. */
  const parts = (x: Float64Array, g: number): void => {
    for (let k = 0, here = g * q; k < q; k++, here++) {
      const value = x[first + here] * shrink[here]
      const centred = isCentred(g, k)
      u[k] = centred ? (value - before(k)) / L[k * (q + 1)] : value
      f[k] = centred ? value : before(k) + L[k * (q + 1)] * value
    }
  }

  return {
    write: (x, b) => {
      read(x)
      if (q === 1) {
        for (let g = 0; g < levels; g++) b[effects + g] = sd[0] * shrink[g] * x[first + g]
        return
      }
      for (let g = 0; g < levels; g++) {
        parts(x, g)
        for (let k = 0; k < q; k++) b[effects + g * q + k] = sd[k] * f[k]
      }
    },
    back: (x, b, bGradient, gradient) => {
      let sum = 0
      let inSd = 0
      if (q === 1) {
        for (let g = 0; g < levels; g++) {
          const c = centring[effects + g]
          const spherical = x[first + g] * shrink[g]
          const slope = bGradient[effects + g]
          sum -= 0.5 * spherical * spherical + c * logSd[0]
          gradient[first + g] = (slope * sd[0] - spherical) * shrink[g]
          inSd += (1 - c) * slope * b[effects + g] + c * (spherical * spherical - 1)
        }
        gradient[start] += inSd
        return sum
      }
      LGradient.fill(0)
      for (let g = 0; g < levels; g++) {
        parts(x, g)
        for (let k = 0, here = effects + g * q; k < q; k++, here++) {
          sum -= 0.5 * u[k] * u[k] + centring[here] * logSd[k]
          inF[k] = sd[k] * bGradient[here]
          inU[k] = -u[k]
          gradient[start + deviationOf[k]] += bGradient[here] * b[here] - centring[here]
        }
        // Backwards through the effects: what each owes to v, to its row of L, and to the effects before it.
        for (let k = q - 1, here = g * q + k; k >= 0; k--, here--) {
          const diagonal = L[k * (q + 1)]
          let inBefore = inF[k]
          let slope = inU[k] + inF[k] * diagonal
          if (isCentred(g, k)) {
            inBefore = -inU[k] / diagonal
            slope = inF[k] + inU[k] / diagonal
            LGradient[k * (q + 1)] -= (1 + inU[k] * u[k]) / diagonal
            sum -= Math.log(diagonal)
          } else LGradient[k * (q + 1)] += inF[k] * u[k]
          for (let j = 0; j < k; j++) {
            LGradient[k * q + j] += inBefore * u[j]
            inU[j] += inBefore * L[k * q + j]
          }
          const c = centring[effects + here]
          slope *= shrink[here]
          gradient[first + here] = slope
          gradient[start + deviationOf[k]] -= c * slope * x[first + here]
        }
      }
      const y = x.subarray(correlationStart, correlationStart + correlations)
      for (let j = 0; j < correlations; j++) {
        chart.correlationFactorDerivative(y, q, j, derivative)
        let inY = 0
        for (let e = 0; e < derivative.length; e++) inY += derivative[e] * LGradient[e]
        gradient[correlationStart + j] += inY
      }
      return sum
    },
    invert: (x, b) => {
      read(x)
      for (let g = 0; g < levels; g++) {
        for (let k = 0, here = g * q; k < q; k++, here++) {
          f[k] = b[effects + here] / sd[k]
          u[k] = (f[k] - before(k)) / L[k * (q + 1)]
          x[first + here] = (isCentred(g, k) ? f[k] : u[k]) / shrink[here]
        }
      }
    },
    units: (out) => {
      for (let here = 0; here < levels * q; here++) {
        const k = here % q
        const c = centring[effects + here]
        const diagonal = c >= 0.5 ? 1 : L[k * (q + 1)]
        out[effects + here] = diagonal * Math.exp((1 - c) * logSd[k])
      }
    },
  }
}
