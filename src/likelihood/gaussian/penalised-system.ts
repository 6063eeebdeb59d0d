import { backwardSolve, cholesky, forwardSolve } from '../../numerics/cholesky.js'
import {
  factorizeTargeted,
  targetedBackward,
  targetedForward,
  targetedLogDeterminant,
} from '../../numerics/targeted-cholesky.js'
import type { GaussianRows } from './gaussian-rows.js'
import type { LevelProducts } from './level-products.js'

/**
 * The penalised least squares problem behind a gaussian mixed model (Bates, Maechler, Bolker and Walker 2015), with Lambda
 * relative to sigma and b = Lambda u:
 *
 *   rho^2 = min |y - X beta - Z Lambda u|^2_W + |u|^2,   A = Lambda'Z'WZ Lambda + I = L L',
 *   S = X'WX - X'WZ Lambda A^-1 Lambda'Z'WX.
 *
 * Coefficients are those of X T, less the centre of the rows. All arrays are written over by the next call.
 */
export interface PenalisedSystem {
  readonly rows: GaussianRows
  readonly products: LevelProducts
  /** Lambda of each factor, stride x stride lower triangular, row after row. */
  readonly lambdas: readonly Float64Array[]
  /** Forms and factorizes A and S at `lambdas`; false where that fails. */
  readonly factorize: () => boolean
  /** Solves for u, and for the coefficients unless they are `given`, and passes over the rows once, for residuals without cancellation. */
  readonly solve: (given: Float64Array | null) => void
  readonly logDeterminants: () => { readonly a: number; readonly s: number }
  /** L, on the pattern of the products. */
  readonly factor: Float64Array
  /** L^-1 Lambda'Z'W(X T, y), q x (p + 1). */
  readonly half: Float64Array
  /** S and X'W(y - ...), (p + 1) x (p + 1); the Cholesky factor of S, p x p. */
  readonly schur: Float64Array
  readonly fixedFactor: Float64Array
  readonly delta: Float64Array
  readonly u: Float64Array
  readonly b: Float64Array
  /** Length n. */
  readonly residual: Float64Array
  /** Z'W residual. */
  readonly score: Float64Array
  /** rho^2. */
  readonly penalised: () => number
}

export function penalisedSystem(rows: GaussianRows, products: LevelProducts): PenalisedSystem {
  const { p, xx, space } = rows
  const { pattern, zx } = products
  const { q } = pattern
  const P = p + 1
  const lambdas = rows.factors.map(({ stride }) => space.vector(stride * stride))
  const factor = space.vector(pattern.size)
  const half = space.vector(q * P)
  const schur = space.vector(P * P)
  const fixedFactor = space.vector(p * p)
  const delta = space.vector(p)
  const u = space.vector(q)
  const b = space.vector(q)
  const residual = space.vector(rows.n)
  const score = space.vector(q)
  let penalised = 0

  const factorize = (): boolean => {
    assemble(rows, products, lambdas, factor)
    if (!factorizeTargeted(pattern, factor)) return false
    half.set(zx)
    timesLambda(rows, products, lambdas, true, half, P)
    targetedForward(pattern, factor, half, P)
    lessGram(xx, half, q, P, schur)
    for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) fixedFactor[i * p + j] = schur[i * P + j]
    return cholesky(fixedFactor, p)
  }

  const solve = (given: Float64Array | null): void => {
    if (given) delta.set(given)
    else {
      for (let j = 0; j < p; j++) delta[j] = schur[p * P + j]
      forwardSolve(fixedFactor, p, delta)
      backwardSolve(fixedFactor, p, delta)
    }
    for (let c = 0, at = 0; c < q; c++, at++) {
      let sum = 0
      for (let j = 0; j < p; j++) sum += half[at++] * delta[j]
      u[c] = half[at] - sum
    }
    targetedBackward(pattern, factor, u, 1)
    b.set(u)
    timesLambda(rows, products, lambdas, false, b, 1)
    penalised = residuals(rows, products, delta, b, residual, score)
    for (let c = 0; c < q; c++) penalised += u[c] * u[c]
  }

  return {
    rows,
    products,
    lambdas,
    factorize,
    solve,
    logDeterminants: () => {
      let s = 0
      for (let j = 0; j < p; j++) s += 2 * Math.log(fixedFactor[j * (p + 1)])
      return { a: targetedLogDeterminant(pattern, factor), s }
    },
    factor,
    half,
    schur,
    fixedFactor,
    delta,
    u,
    b,
    residual,
    score,
    penalised: () => penalised,
  }
}

/** A = Lambda' C Lambda + I, its lower triangle on the pattern. */
function assemble(
  { factors }: GaussianRows,
  { pattern, pairs }: LevelProducts,
  lambdas: readonly Float64Array[],
  a: Float64Array,
): void {
  a.fill(0)
  for (const { f, g, left, values, places } of pairs) {
    const [rows, columns] = [factors[f].stride, factors[g].stride]
    const [one, other] = [lambdas[f], lambdas[g]]
    if (rows === 1 && columns === 1) {
      const by = one[0] * other[0]
      for (let k = 0; k < places.length; k++) a[places[k]] = by * values[k]
      continue
    }
    const size = rows * columns
    for (let k = 0, at = 0; k < left.length; k++, at += size) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let sum = 0
          for (let m = i; m < rows; m++) {
            let inner = 0
            for (let e = j; e < columns; e++) inner += values[at + m * columns + e] * other[e * columns + j]
            sum += one[m * rows + i] * inner
          }
          a[places[at + i * columns + j]] = sum
        }
      }
    }
  }
  const { head, tail, start } = pattern
  for (let c = 0; c < head; c++) a[start[c]] += 1
  for (let c = 0; c < tail; c++) a[start[head] + c * (tail + 1)] += 1
}

/** Multiplies the rows of b (q x m) by Lambda, or by Lambda', in place. */
export function timesLambda(
  { factors }: GaussianRows,
  { starts }: LevelProducts,
  lambdas: readonly Float64Array[],
  transposed: boolean,
  b: Float64Array,
  m: number,
): void {
  factors.forEach(({ stride }, f) => {
    const lambda = lambdas[f]
    if (stride === 1) {
      const [by] = lambda
      for (const first of starts[f]) for (let e = first * m; e < (first + 1) * m; e++) b[e] *= by
      return
    }
    for (const first of starts[f]) {
      for (let k = 0; k < m; k++) {
        const at = first * m + k
        // Lambda is lower triangular: in place from the end that no later element needs.
        if (transposed) {
          for (let i = 0; i < stride; i++) {
            let sum = 0
            for (let j = i; j < stride; j++) sum += lambda[j * stride + i] * b[at + j * m]
            b[at + i * m] = sum
          }
        } else {
          for (let i = stride - 1; i >= 0; i--) {
            let sum = 0
            for (let j = 0; j <= i; j++) sum += lambda[i * stride + j] * b[at + j * m]
            b[at + i * m] = sum
          }
        }
      }
    }
  })
}

/** xx - H'H for H of q rows and P columns. */
function lessGram(xx: Float64Array, half: Float64Array, q: number, P: number, out: Float64Array): void {
  out.set(xx)
  for (let c = 0, at = 0; c < q; c++, at += P) {
    for (let i = 0; i < P; i++) {
      const by = half[at + i]
      for (let j = 0; j <= i; j++) out[i * P + j] -= by * half[at + j]
    }
  }
  for (let i = 0; i < P; i++) for (let j = 0; j < i; j++) out[j * P + i] = out[i * P + j]
}

/** Residuals, their sum of squares, and Z'W times them. */
function residuals(
  { n, p, x, y, weights, factors }: GaussianRows,
  { starts }: LevelProducts,
  delta: Float64Array,
  b: Float64Array,
  residual: Float64Array,
  score: Float64Array,
): number {
  residual.set(y)
  for (let j = 0; j < p; j++) {
    const by = delta[j]
    if (by !== 0) for (let i = 0, at = j * n; i < n; i++, at++) residual[i] -= by * x[at]
  }
  factors.forEach(({ index, z }, f) => {
    const at = starts[f]
    z.forEach((own, a) => {
      if (own) for (let i = 0; i < n; i++) residual[i] -= own[i] * b[at[index[i]] + a]
      else for (let i = 0; i < n; i++) residual[i] -= b[at[index[i]] + a]
    })
  })
  score.fill(0)
  let sum = 0
  if (weights) for (let i = 0; i < n; i++) sum += weights[i] * residual[i] * residual[i]
  else for (let i = 0; i < n; i++) sum += residual[i] * residual[i]
  factors.forEach(({ index, z }, f) => {
    const at = starts[f]
    z.forEach((own, a) => {
      if (!own && !weights) for (let i = 0; i < n; i++) score[at[index[i]] + a] += residual[i]
      else
        for (let i = 0; i < n; i++)
          score[at[index[i]] + a] += (weights ? weights[i] : 1) * (own ? own[i] : 1) * residual[i]
    })
  })
  return sum
}
