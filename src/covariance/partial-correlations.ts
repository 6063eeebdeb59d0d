import { logGamma } from '../numerics/special.js'
import { gammaVariate } from '../random/gamma-variate.js'
import type { Chart } from './chart.js'

/** Where the partial correlation of effects i > j stands in y: row after row. */
const at = (i: number, j: number): number => (i * (i - 1)) / 2 + j

/** Row of the element `index` of y. */
function rowOf(index: number): number {
  let i = 1
  while (at(i + 1, 0) <= index) i++
  return i
}

function factor(y: ArrayLike<number>, q: number, out: Float64Array): void {
  out.fill(0, 0, q * q)
  for (let i = 0; i < q; i++) {
    let left = 1
    for (let j = 0; j < i; j++) {
      out[i * q + j] = Math.tanh(y[at(i, j)]) * left
      left /= Math.cosh(y[at(i, j)])
    }
    out[i * q + i] = left
  }
}

/** b of the beta density on (-1, 1) that the partial correlation in column j has under LKJ(shape). */
const betaShape = (shape: number, q: number, j: number): number => shape + (q - 2 - j) / 2

function logNormalizer(b: number): number {
  return (2 * b - 1) * Math.LN2 + 2 * logGamma(b) - logGamma(2 * b)
}

/** log(1 - tanh(y)^2), without loss in the tails. */
const logSech2 = (y: number): number => {
  const a = Math.abs(y)
  return 2 * (Math.LN2 - a - Math.log1p(Math.exp(-2 * a)))
}

/**
 * Any correlation matrix: y are the inverse hyperbolic tangents of the canonical partial correlations, those of effect
 * i with effect j given the effects before j (Lewandowski, Kurowicka and Joe 2009). theta is the lower triangle of D L.
 */
export const partialCorrelations: Chart = {
  deviationOf: (q) => Int32Array.from({ length: q }, (_, i) => i),
  correlationSize: (q) => (q * (q - 1)) / 2,
  correlationFactor: factor,
  correlationFactorDerivative: (y, q, index, out) => {
    const row = rowOf(index)
    const column = index - at(row, 0)
    factor(y, q, out)
    out.fill(0, 0, row * q)
    out.fill(0, (row + 1) * q, q * q)
    const z = Math.tanh(y[index])
    for (let j = 0; j <= row; j++) {
      const here = row * q + j
      if (j < column) out[here] = 0
      else if (j === column) {
        let left = 1
        for (let k = 0; k < column; k++) left /= Math.cosh(y[at(row, k)])
        out[here] = left * Math.exp(logSech2(y[index]))
      } else out[here] *= -z
    }
  },
  lkj: (y, q, shape, gradient, first) => {
    let sum = 0
    for (let i = 1; i < q; i++) {
      for (let j = 0; j < i; j++) {
        const b = betaShape(shape, q, j)
        const here = at(i, j)
        sum += b * logSech2(y[here]) - logNormalizer(b)
        gradient[first + here] -= 2 * b * Math.tanh(y[here])
      }
    }
    return sum
  },
  drawLkj: (q, shape, rng, out, first) => {
    for (let i = 1; i < q; i++) {
      for (let j = 0; j < i; j++) {
        const b = betaShape(shape, q, j)
        // The inverse hyperbolic tangent of 2 B - 1, B = G / (G + H) a beta variate.
        out[first + at(i, j)] = 0.5 * Math.log(gammaVariate(rng, b) / gammaVariate(rng, b))
      }
    }
  },
  pairs: (q) => Array.from({ length: q }, (_, i) => Array.from({ length: i }, (__, j) => [i, j] as const)).flat(),
  fromCorrelations: (correlations, q) => {
    const L = new Float64Array(q * q)
    const y = new Float64Array((q * (q - 1)) / 2)
    for (let i = 0; i < q; i++) {
      let left = 1
      for (let j = 0; j < i; j++) {
        let sum = correlations[i * q + j]
        for (let k = 0; k < j; k++) sum -= L[i * q + k] * L[j * q + k]
        const value = L[j * q + j] > 0 ? sum / L[j * q + j] : 0
        L[i * q + j] = value
        // A correlation of one is at the end of the line: kept just short of it.
        const partial = left > 0 ? Math.max(-1 + 1e-12, Math.min(1 - 1e-12, value / Math.sqrt(left))) : 0
        y[at(i, j)] = Math.atanh(partial)
        left -= value * value
      }
      L[i * q + i] = Math.sqrt(Math.max(0, left))
    }
    return y
  },
  theta: (sd, y, q, out) => {
    for (let i = 0, here = 0; i < q; i++) {
      let left = sd[i]
      for (let j = 0; j < i; j++) {
        out[here++] = Math.tanh(y[at(i, j)]) * left
        left /= Math.cosh(y[at(i, j)])
      }
      out[here++] = left
    }
  },
  pull: (sd, y, q, thetaGradient, sdGradient, yGradient) => {
    for (let i = 0, first = 0; i < q; first += ++i) {
      let left = 1
      for (let j = 0; j <= i; j++) {
        const z = j < i ? Math.tanh(y[at(i, j)]) : 1
        const element = z * left
        sdGradient[i] += thetaGradient[first + j] * element
        const slope = thetaGradient[first + j] * sd[i]
        for (let k = 0; k < j; k++) yGradient[at(i, k)] -= slope * element * Math.tanh(y[at(i, k)])
        if (j < i) {
          yGradient[at(i, j)] += slope * left * Math.exp(logSech2(y[at(i, j)]))
          left /= Math.cosh(y[at(i, j)])
        }
      }
    }
  },
}
