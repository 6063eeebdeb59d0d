import { meanOf } from '../../src/data/roles.js'
import { linearPredictors } from '../../src/likelihood/frame/linear-predictors.js'
import type { Stated } from '../../src/likelihood/frame/stated.js'
import type { PriorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { randomStructure } from '../../src/likelihood/sparse/random-structure.js'
import { backwardSolve, cholesky, forwardSolve } from '../../src/numerics/cholesky.js'
import { backward, factorize, forward, logDeterminant } from '../../src/numerics/sparse-cholesky.js'
import type { Rng } from '../../src/random/stream.js'
import { termPrecisions } from './polya-gamma-precision.js'

/**
 * What a binomial logit model is given the Polya-Gamma variates w of its rows: log p(y | eta, w) = k'eta - eta'W eta / 2
 * with k = y - trials / 2 and eta = offset + X beta + Z b, linear and Gaussian in beta and b. The coefficients whose
 * priors are normal and all effects b can be integrated out or drawn together; the other coefficients stay conditions.
 */
export interface ConditionalNormal {
  /** Takes in the rows' w and k; without rows only the priors remain. */
  readonly condition: (w: Float64Array, k: Float64Array) => void
  /**
   * log p(y | w, theta and the other coefficients in x), but for terms that depend on w alone. -Infinity where a
   * precision is not positive definite.
   */
  readonly logMarginal: (x: Float64Array) => number
  /** Draws the integrated coefficients into x and the effects into b, given theta and the other coefficients in x. */
  readonly draw: (x: Float64Array, b: Float64Array, rng: Rng) => void
  /** The coefficients that stay conditions. */
  readonly others: readonly number[]
  /** Curvature in one of these, all else fixed. */
  readonly curvature: (coefficient: number) => number
}

/**
 * The joint precision of (beta, b) is bordered: Q = Z'WZ + G^-1 of b on the sparse pattern of the Laplace
 * approximation, B = Z'WX beside it, X'WX + P below. All sums over rows are made once for each w, so that another theta
 * costs a factorization and no pass over the rows.
 */
export function conditionalNormal(stated: Stated, priors: PriorsInForce): ConditionalNormal {
  const { model, layout, coordinates } = stated
  const { slots, designs } = linearPredictors(stated)
  const { size: q, width, columns, places, symbolic, starts } = randomStructure(model, layout, slots)
  const n = model.nobs
  const { offset } = meanOf(model)
  const p = designs.length
  const integrated = [...priors.fixed.keys()].filter((j) => priors.fixed[j].gaussian)
  const others = [...priors.fixed.keys()].filter((j) => !priors.fixed[j].gaussian)
  const g = integrated.length
  const precisions = termPrecisions(coordinates, symbolic, starts)

  const Q = new Float64Array(symbolic.size)
  const factor = new Float64Array(symbolic.size)
  const zx = designs.map(() => new Float64Array(q))
  const zr = new Float64Array(q)
  const xx = new Float64Array(p * p)
  const xr = new Float64Array(p)
  // L^-1 B, L^-1 r, the Schur complement and its right side, all of the last logMarginal.
  const border = integrated.map(() => new Float64Array(q))
  const y = new Float64Array(q)
  const schur = new Float64Array(g * g)
  const s = new Float64Array(g)

  const z = slots.map(({ term, column }) => layout.terms[term].term.z.subarray(column * n, (column + 1) * n))

  function condition(w: Float64Array, k: Float64Array): void {
    Q.fill(0)
    for (const column of zx) column.fill(0)
    zr.fill(0)
    const perRow = (width * (width + 1)) / 2
    for (let i = 0; i < n; i++) {
      const right = k[i] - (offset ? w[i] * offset[i] : 0)
      for (let a = 0, at = i * perRow; a < width; a++) {
        const here = columns[i * width + a]
        const weight = w[i] * z[a][i]
        for (let c = 0; c <= a; c++, at++) Q[places[at]] += weight * z[c][i]
        zr[here] += z[a][i] * right
        for (let j = 0; j < p; j++) zx[j][here] += weight * designs[j].x[i]
      }
    }
    for (let j = 0; j < p; j++) {
      const x = designs[j].x
      let sum = 0
      for (let i = 0; i < n; i++) sum += x[i] * (k[i] - (offset ? w[i] * offset[i] : 0))
      xr[j] = sum
      for (let l = 0; l <= j; l++) {
        const other = designs[l].x
        let product = 0
        for (let i = 0; i < n; i++) product += w[i] * x[i] * other[i]
        xx[j * p + l] = product
        xx[l * p + j] = product
      }
    }
  }

  function logMarginal(x: Float64Array): number {
    factor.set(Q)
    let value = precisions.add(x, factor)
    if (!factorize(symbolic, factor, factor)) return Number.NEGATIVE_INFINITY
    value -= 0.5 * logDeterminant(symbolic, factor)
    y.set(zr)
    for (const j of others) {
      const beta = x[j]
      for (let e = 0; e < q; e++) y[e] -= beta * zx[j][e]
      value += beta * xr[j]
      for (const l of others) value -= 0.5 * beta * xx[j * p + l] * x[l]
    }
    forward(symbolic, factor, y)
    value += 0.5 * product(y, y)
    for (let a = 0; a < g; a++) {
      const j = integrated[a]
      const { mean, precision } = priors.fixed[j].gaussian!
      border[a].set(zx[j])
      forward(symbolic, factor, border[a])
      for (let c = 0; c <= a; c++) schur[a * g + c] = xx[j * p + integrated[c]] - product(border[a], border[c])
      schur[a * (g + 1)] += precision
      s[a] = xr[j] + precision * mean - product(border[a], y)
      for (const l of others) s[a] -= xx[j * p + l] * x[l]
    }
    if (!cholesky(schur, g)) return Number.NEGATIVE_INFINITY
    forwardSolve(schur, g, s)
    for (let a = 0; a < g; a++) value += 0.5 * s[a] * s[a] - Math.log(schur[a * (g + 1)])
    return value < Number.POSITIVE_INFINITY ? value : Number.NEGATIVE_INFINITY
  }

  return {
    condition,
    logMarginal,
    draw: (x, b, rng) => {
      logMarginal(x)
      for (let a = 0; a < g; a++) s[a] += rng.normal()
      backwardSolve(schur, g, s)
      for (let a = 0; a < g; a++) {
        x[integrated[a]] = s[a]
        for (let e = 0; e < q; e++) y[e] -= border[a][e] * s[a]
      }
      for (let e = 0; e < q; e++) y[e] += rng.normal()
      backward(symbolic, factor, y)
      coordinates.terms.forEach(({ q: size, effects }, t) => {
        const first = starts[t]
        for (let level = 0, at = effects; level < first.length; level++) {
          for (let column = 0; column < size; column++) b[at++] = y[first[level] + column]
        }
      })
    },
    others,
    curvature: (j) => xx[j * (p + 1)],
  }
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
