import { forwardSolve } from '../../numerics/cholesky.js'
import { targetedBackward, targetedForward, targetedInverse } from '../../numerics/targeted-cholesky.js'
import { timesProducts } from './level-products.js'
import { type PenalisedSystem, timesLambda } from './penalised-system.js'

/** A derivative of the relative Lambda of a factor in one parameter: stride x stride, row after row. */
export interface Direction {
  readonly factor: number
  readonly slope: Float64Array
}

/** Derivatives of the likelihood at a solved system. All arrays are written over by the next call. */
export interface Slopes {
  /**
   * M, the random effects' block of the inverse of the system, on the pattern of A: A^-1, to which a restricted likelihood adds
   * T T' with `along` = T = A^-1 Lambda'Z'WX R^-1, S = R'R, q x p.
   */
  readonly invert: () => void
  readonly inverse: Float64Array
  readonly along: Float64Array
  /** Derivative of the log-likelihood in each element of each factor's Lambda, for residual variance `variance`; after `invert`. */
  readonly moments: (variance: number) => readonly Float64Array[]
  readonly averageInformation: (directions: readonly Direction[]) => AverageInformation
}

export interface AverageInformation {
  /** Y'P V_i P V_j P y, k x k, where V is relative to sigma^2. */
  readonly pairs: Float64Array
  /** y'P V_i P y, length k. */
  readonly ends: Float64Array
  /** X'V^-1 V_i P y, p x k, for the columns of X T. */
  readonly fixed: Float64Array
}

/**
 * With e = Z'W residual and K = M Lambda'C by levels, the log-likelihood has in Lambda the derivative e u' / sigma^2 - K', summed
 * over the levels of a factor: no division by Lambda, which may be singular. For a restricted likelihood,
 * K = A^-1 Lambda'C - T (Z'W(X R^-1 - Z Lambda T))'.
 *
 * The average information (Gilmour, Thompson and Cullis 1995) has v_i = V_i P y = Z w_i, w = D u + Lambda D'e for D = dLambda, and
 * v_i'P v_j = w_i'C w_j less what the system's solution takes.
 */
export function slopes(system: PenalisedSystem): Slopes {
  const { rows, products, lambdas, factor, half, fixedFactor, u, score } = system
  const { p, reml, factors, space } = rows
  const { pattern, pairs, zx, starts } = products
  const { q } = pattern
  const P = p + 1
  const inverse = space.vector(pattern.size)
  const work = space.vector(q)
  const along = space.vector(reml ? q * p : 0)
  const across = space.vector(along.length)
  const moved = space.vector(along.length)
  const moments = factors.map(({ stride }) => space.vector(stride * stride))

  /** The first p of P columns of b, times R^-1, to `out`. */
  const timesInverseRoot = (b: Float64Array, out: Float64Array): void => {
    for (let c = 0; c < q; c++) {
      for (let i = 0; i < p; i++) {
        let sum = b[c * P + i]
        for (let k = 0; k < i; k++) sum -= fixedFactor[i * p + k] * out[c * p + k]
        out[c * p + i] = sum / fixedFactor[i * p + i]
      }
    }
  }

  const invert = (): void => {
    targetedInverse(pattern, factor, inverse, work)
    if (!reml) return
    timesInverseRoot(half, along)
    targetedBackward(pattern, factor, along, p)
  }

  /** Subtracts K', summed over the levels. */
  const subtractTraces = (): void => {
    for (const { f, g, left, values, places } of pairs) {
      const [a, b] = [factors[f].stride, factors[g].stride]
      if (a === 1 && b === 1) {
        let sum = 0
        for (let k = 0; k < places.length; k++) sum += inverse[places[k]] * values[k]
        moments[f][0] -= sum * lambdas[g][0]
        if (f !== g) moments[g][0] -= sum * lambdas[f][0]
        continue
      }
      const size = a * b
      for (let k = 0, at = 0; k < left.length; k++, at += size) {
        subtractBlock(moments[f], inverse, places, values, at, a, b, lambdas[g])
        if (f !== g) subtractTransposed(moments[g], inverse, places, values, at, a, b, lambdas[f])
      }
    }
  }

  const addFixed = (): void => {
    timesInverseRoot(zx, across)
    moved.set(along)
    timesLambda(rows, products, lambdas, false, moved, p)
    const taken = new Float64Array(q * p)
    timesProducts(products, factors, moved, p, taken)
    for (let e = 0; e < across.length; e++) across[e] -= taken[e]
    factors.forEach(({ stride }, f) => {
      const moment = moments[f]
      for (const first of starts[f]) {
        for (let i = 0; i < stride; i++) {
          for (let j = 0; j < stride; j++) {
            let sum = 0
            for (let e = 0; e < p; e++) sum += across[(first + i) * p + e] * along[(first + j) * p + e]
            moment[i * stride + j] += sum
          }
        }
      }
    })
  }

  return {
    invert,
    inverse,
    along,
    moments: (variance) => {
      for (const moment of moments) moment.fill(0)
      factors.forEach(({ stride }, f) => {
        const moment = moments[f]
        for (const first of starts[f])
          for (let i = 0; i < stride; i++)
            for (let j = 0; j < stride; j++) moment[i * stride + j] += score[first + i] * u[first + j]
        for (let e = 0; e < moment.length; e++) moment[e] /= variance
      })
      subtractTraces()
      if (reml) addFixed()
      return moments
    },
    averageInformation: (directions) => {
      const k = directions.length
      const w = new Float64Array(q * k)
      const ends = new Float64Array(k)
      directions.forEach(({ factor: f, slope }, d) => {
        const { stride } = factors[f]
        const lambda = lambdas[f]
        // D u + Lambda D'e.
        const part = new Float64Array(stride)
        for (const first of starts[f]) {
          for (let i = 0; i < stride; i++) {
            let sum = 0
            for (let j = 0; j < stride; j++) sum += slope[j * stride + i] * score[first + j]
            part[i] = sum
          }
          for (let i = 0; i < stride; i++) {
            let sum = 0
            for (let j = 0; j < stride; j++)
              sum += slope[i * stride + j] * u[first + j] + lambda[i * stride + j] * part[j]
            w[(first + i) * k + d] = sum
            ends[d] += sum * score[first + i]
          }
        }
      })
      const y = new Float64Array(q * k)
      timesProducts(products, factors, w, k, y)
      const out = new Float64Array(k * k)
      addGram(out, w, y, q, k, 1)
      const fixed = new Float64Array(p * k)
      for (let c = 0; c < q; c++)
        for (let i = 0; i < p; i++) for (let d = 0; d < k; d++) fixed[i * k + d] += zx[c * P + i] * w[c * k + d]
      timesLambda(rows, products, lambdas, true, y, k)
      targetedForward(pattern, factor, y, k)
      addGram(out, y, y, q, k, -1)
      for (let c = 0; c < q; c++)
        for (let i = 0; i < p; i++) for (let d = 0; d < k; d++) fixed[i * k + d] -= half[c * P + i] * y[c * k + d]
      const reduced = Array.from({ length: k }, (_, d) => Float64Array.from({ length: p }, (__, i) => fixed[i * k + d]))
      for (const column of reduced) forwardSolve(fixedFactor, p, column)
      for (let i = 0; i < k; i++)
        for (let j = 0; j < k; j++) for (let e = 0; e < p; e++) out[i * k + j] -= reduced[i][e] * reduced[j][e]
      return { pairs: out, ends, fixed }
    },
  }
}

/** moment[b, a] -= (M Lambda_g'C')[a, b] for a block of the factors f (a columns) and g (b columns), as stands for f. */
function subtractBlock(
  moment: Float64Array,
  inverse: Float64Array,
  places: Int32Array,
  values: Float64Array,
  at: number,
  a: number,
  b: number,
  lambda: Float64Array,
): void {
  for (let i = 0; i < a; i++) {
    for (let d = 0; d < b; d++) {
      let sum = 0
      for (let c = 0; c <= d; c++) sum += inverse[places[at + i * b + c]] * lambda[d * b + c]
      for (let j = 0; j < a; j++) moment[j * a + i] -= sum * values[at + j * b + d]
    }
  }
}

/** The same for g. */
function subtractTransposed(
  moment: Float64Array,
  inverse: Float64Array,
  places: Int32Array,
  values: Float64Array,
  at: number,
  a: number,
  b: number,
  lambda: Float64Array,
): void {
  for (let i = 0; i < b; i++) {
    for (let d = 0; d < a; d++) {
      let sum = 0
      for (let c = 0; c <= d; c++) sum += inverse[places[at + c * b + i]] * lambda[d * a + c]
      for (let j = 0; j < b; j++) moment[j * b + i] -= sum * values[at + d * b + j]
    }
  }
}

/** out += sign A'B for A and B of q rows and k columns. */
function addGram(out: Float64Array, a: Float64Array, b: Float64Array, q: number, k: number, sign: number): void {
  for (let c = 0, at = 0; c < q; c++, at += k)
    for (let i = 0; i < k; i++) for (let j = 0; j < k; j++) out[i * k + j] += sign * a[at + i] * b[at + j]
}
