import type { Coordinates } from '../../src/likelihood/frame/coordinates.js'
import type { Coupling } from '../../src/likelihood/joint/coupling.js'
import type { LogDensity } from '../../src/likelihood/frame/log-density.js'
import { cholesky } from '../../src/numerics/cholesky.js'
import { factorize } from '../../src/numerics/sparse-cholesky.js'
import { entryOf } from '../../src/numerics/sparse-pattern.js'

/** Moves at most this many sets of coordinates to learn the Hessian; a structure that needs more is taken as diagonal. */
const mostSets = 2000

/**
 * Cholesky factor L, L L' = P, of a precision P near that of the posterior at `center`, on the pattern of `coupling`.
 * Given the outer coordinates, the effects have the precision that minus the Hessian of the joint density gives there,
 * and they move with the outer ones as it says; the outer ones by themselves have the covariance of their marginal
 * posterior (Laplace), outer x outer. Null where the Hessian is of no use.
 */
export function precisionFactor(
  at: Coordinates,
  pattern: Coupling,
  joint: LogDensity | null,
  center: Float64Array,
  scale: Float64Array,
  outerCovariance: Float64Array,
): Float64Array | null {
  const { outer, effects } = at
  const root = inverseRoot(outerCovariance, outer)
  if (!root) return null
  const factor = new Float64Array(pattern.symbolic.size)
  if (joint && effects > 0) {
    const values = pattern.sets.length <= mostSets ? negativeHessian(pattern, joint, center, scale) : null
    if (!values || !factorize(pattern.symbolic, values, factor)) return null
  }
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j <= i; j++) factor[entryOf(pattern.symbolic, effects + i, effects + j)] = root[i * outer + j]
  }
  return factor
}

/** Lower triangular L with L L' the inverse of a covariance; null where that is not positive definite. */
function inverseRoot(covariance: Float64Array, d: number): Float64Array | null {
  // With the order turned around, covariance = U U' for an upper triangular U, and L = U'^-1 is lower triangular.
  const turned = new Float64Array(d * d)
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) turned[i * d + j] = covariance[(d - 1 - i) * d + d - 1 - j]
  if (!cholesky(turned, d)) return null
  const upper = (i: number, j: number): number => turned[(d - 1 - i) * d + d - 1 - j]
  const L = new Float64Array(d * d)
  for (let j = 0; j < d; j++) {
    for (let i = j; i < d; i++) {
      let sum = i === j ? 1 : 0
      for (let k = j; k < i; k++) sum -= upper(k, i) * L[k * d + j]
      L[i * d + j] = sum / upper(i, i)
    }
  }
  return L
}

/**
 * Minus the Hessian of a joint density on the coupling's pattern, by central differences of the gradient in one set of
 * coordinates after the other (Curtis, Powell and Reid 1974; symmetry used as by Powell and Toint 1979). The block of
 * the outer coordinates is filled with what makes the whole positive definite, for the caller to replace.
 */
function negativeHessian(
  { size, effects, coordinateOf, colStart, rowIndex, sets }: Coupling,
  joint: LogDensity,
  center: Float64Array,
  scale: Float64Array,
): Float64Array | null {
  const values = new Float64Array(colStart[size])
  const known = new Uint8Array(size)
  const above = new Float64Array(size)
  const below = new Float64Array(size)
  const x = center.slice()
  const mover = new Int32Array(size)
  // The sets that hold each element of a row, for entries that stand in the column of the other one.
  const columnsOf: number[][] = Array.from({ length: size }, () => [])
  for (let c = 0; c < size; c++) for (let p = colStart[c]; p < colStart[c + 1]; p++) columnsOf[rowIndex[p]].push(p, c)
  for (const set of sets) {
    const step = (sign: number): void => {
      for (const element of set) {
        const j = coordinateOf[element]
        x[j] = center[j] + sign * 1e-3 * scale[j]
      }
    }
    step(1)
    if (joint.evaluate(x, above) === Number.NEGATIVE_INFINITY) return null
    step(-1)
    if (joint.evaluate(x, below) === Number.NEGATIVE_INFINITY) return null
    step(0)
    for (const element of set) mover[element] = 1
    const slope = (row: number, element: number): number => {
      const [i, j] = [coordinateOf[row], coordinateOf[element]]
      return (below[i] - above[i]) / (2e-3 * scale[j])
    }
    for (const element of set) {
      for (let p = colStart[element]; p < colStart[element + 1]; p++) {
        if (!known[rowIndex[p]]) values[p] = slope(rowIndex[p], element)
      }
      for (let k = 0; k < columnsOf[element].length; k += 2) {
        const [p, c] = [columnsOf[element][k], columnsOf[element][k + 1]]
        if (!known[c] && !mover[c]) values[p] = slope(c, element)
      }
    }
    for (const element of set) {
      mover[element] = 0
      known[element] = 1
    }
  }
  raiseOuter(values, effects, size, colStart, rowIndex)
  return values.every(Number.isFinite) ? values : null
}

/** Puts so much on the diagonal of the outer elements that the factorization cannot fail on their account. */
function raiseOuter(
  values: Float64Array,
  effects: number,
  size: number,
  colStart: Int32Array,
  rowIndex: Int32Array,
): void {
  let largest = 1
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  for (let c = effects; c < size; c++) {
    for (let p = colStart[c]; p < colStart[c + 1]; p++) values[p] = rowIndex[p] === c ? 1e12 * largest * size : 0
  }
}
