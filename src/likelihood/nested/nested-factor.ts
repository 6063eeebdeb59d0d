import type { Space } from '../../numerics/space.js'
import type { NestedStructure } from './nested-structure.js'

/**
 * H = -h'' over the units of a forest, H = L D L' with the finest units eliminated first: an entry stands only between
 * a unit and its ancestors, before and after. Unit v has its entries at v * depth + j, j the ancestor's level; its own
 * is the diagonal. Functions work on units from (included) to to (included), whole trees.
 *
 * The Gaussian approximation with this H says of unit v, given its ancestors a, that u_v has mean
 * m_v - sum_a c_va (u_a - m_a) with c_va = H_va / d_v after the elimination, and variance 1 / d_v. Written out in
 * independent standard normal z, one a level, u_v = m_v + sum_j spread_vj z_j: the rows of the inverse of C' in
 * H = C C'.
 */
export interface NestedFactor {
  /** H; after `factorize` the pivots d and the eliminated entries. */
  readonly entries: Float64Array
  readonly spread: Float64Array
  /** False where H is not positive definite. */
  readonly factorize: (from: number, to: number) => boolean
  /** Solves H x = b in place. */
  readonly solve: (x: Float64Array, from: number, to: number) => void
  readonly fillSpread: (from: number, to: number) => void
  /**
   * Takes derivatives in `spread` (spoilt), and that of -log |H| / 2, to derivatives in the entries of H, each entry
   * between two units counted once.
   */
  readonly reverse: (inSpread: Float64Array, inEntries: Float64Array, from: number, to: number) => void
}

export function nestedFactor({ depth, level, ancestor }: NestedStructure, space: Space): NestedFactor {
  const entries = space.vector(level.length * depth)
  const spread = space.vector(level.length * depth)

  function factorize(from: number, to: number): boolean {
    for (let v = from; v <= to; v++) {
      const row = v * depth
      const pivot = entries[row + level[v]]
      if (!(pivot > 0)) return false
      for (let j = level[v] + 1; j < depth; j++) {
        const c = entries[row + j] / pivot
        const above = ancestor[row + j] * depth
        for (let k = j; k < depth; k++) entries[above + k] -= c * entries[row + k]
      }
    }
    return true
  }

  function solve(x: Float64Array, from: number, to: number): void {
    for (let v = from; v <= to; v++) {
      const row = v * depth
      x[v] /= entries[row + level[v]]
      for (let j = level[v] + 1; j < depth; j++) x[ancestor[row + j]] -= entries[row + j] * x[v]
    }
    for (let v = to; v >= from; v--) {
      const row = v * depth
      let sum = 0
      for (let j = level[v] + 1; j < depth; j++) sum += entries[row + j] * x[ancestor[row + j]]
      x[v] -= sum / entries[row + level[v]]
    }
  }

  function fillSpread(from: number, to: number): void {
    for (let v = to; v >= from; v--) {
      const row = v * depth
      const pivot = entries[row + level[v]]
      spread[row + level[v]] = 1 / Math.sqrt(pivot)
      for (let j = level[v] + 1; j < depth; j++) {
        let sum = 0
        for (let k = level[v] + 1; k <= j; k++) sum += entries[row + k] * spread[ancestor[row + k] * depth + j]
        spread[row + j] = -sum / pivot
      }
    }
  }

  function reverse(inSpread: Float64Array, inEntries: Float64Array, from: number, to: number): void {
    // Through the spread, from the units up: what is left in inEntries are derivatives in the pivots and in c.
    for (let v = from; v <= to; v++) {
      const row = v * depth
      const l = level[v]
      const pivot = entries[row + l]
      const s = spread[row + l]
      inEntries[row + l] = -0.5 * s * s * (1 + s * inSpread[row + l])
      for (let k = l + 1; k < depth; k++) {
        const c = entries[row + k] / pivot
        const above = ancestor[row + k] * depth
        let sum = 0
        for (let j = k; j < depth; j++) {
          sum -= inSpread[row + j] * spread[above + j]
          inSpread[above + j] -= c * inSpread[row + j]
        }
        inEntries[row + k] = sum
      }
    }
    // Through the elimination, from the outermost down.
    for (let v = to; v >= from; v--) {
      const row = v * depth
      const l = level[v]
      const pivot = entries[row + l]
      let inPivot = inEntries[row + l]
      for (let k = l + 1; k < depth; k++) {
        inEntries[row + k] /= pivot
        inPivot -= (inEntries[row + k] * entries[row + k]) / pivot
      }
      for (let k = l + 1; k < depth; k++) {
        const c = entries[row + k] / pivot
        const above = ancestor[row + k] * depth
        for (let j = k; j < depth; j++) {
          const derivative = inEntries[above + j]
          const other = entries[row + j] / pivot
          inEntries[row + k] -= derivative * other
          inEntries[row + j] -= derivative * c
          inPivot += derivative * c * other
        }
      }
      inEntries[row + l] = inPivot
    }
  }

  return { entries, spread, factorize, solve, fillSpread, reverse }
}
