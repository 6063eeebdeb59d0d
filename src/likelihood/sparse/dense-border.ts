import { pairIndex, tripleIndex } from '../../families/derivative-order.js'
import type { Space } from '../../numerics/space.js'
import { addCrossProducts, eachProductWith } from '../../numerics/tiled-products.js'
import type { DenseColumns } from '../frame/dense-columns.js'
import type { Slot } from '../frame/slots.js'
import type { RandomStructure } from './random-structure.js'

/**
 * What dense columns X (m distinct rows x p) are in products with A = (grouped slots, X): with u, with rows, A'WA, and A G A' by rows for
 * G = H^-1 on its pattern. The products of X with itself are by tiles, those with grouped slots are summed by element.
 */
export interface DenseBorder {
  /** Adds X u to the predictors, n rows each; those that are not given are left out. */
  readonly addTo: (eta: readonly Float64Array[], u: Float64Array) => void
  /** Adds X' by to the border's elements of `out`, `by` n rows a predictor, for the predictors that are given. */
  readonly addBack: (by: readonly Float64Array[], out: Float64Array) => void
  /** Takes A' diag(d2) A from the border's values on the factor's pattern, d2 by pairs of predictors. */
  readonly subtractProducts: (d2: readonly Float64Array[], values: Float64Array) => void
  /** Adds the border's part of A_k G A_l' of the given rows to `out`, rows x K x K. */
  readonly addCovariances: (inverse: Float64Array, rows: Int32Array, K: number, out: Float64Array) => void
  /**
   * Adds the border's part of the derivatives of -log |H| / 2 in the rows: sum l_klj S_kl / 2 to inFixed, sum l_kl G A_il to
   * `inMultipliers` (n x slots) and `inDense` (n x p).
   */
  readonly addDerivatives: (
    inverse: Float64Array,
    d2: readonly Float64Array[],
    d3: readonly Float64Array[],
    inFixed: readonly Float64Array[],
    inMultipliers: Float64Array,
    inDense: Float64Array | null,
  ) => void
}

/** `x` are the multipliers of the dense columns, m x p, and `a` those of the grouped slots, n x slots. */
export function denseBorder(
  { size, width, columns, border: p, borderPlace, borderStride }: RandomStructure,
  slots: readonly Slot[],
  { ranges, count: m, ofRow }: DenseColumns,
  x: Float64Array,
  a: Float64Array,
  space: Space,
): DenseBorder {
  const n = ofRow.length
  const inner = size - p
  const byRow = space.vector(m)
  const products = space.vector(p * p)
  const beside = space.vector(inner * p)
  const along = space.vector(n)

  /** Sums of rows with the same dense columns, to byRow. */
  function gather(values: Float64Array): Float64Array {
    byRow.fill(0)
    for (let i = 0; i < n; i++) byRow[ofRow[i]] += values[i]
    return byRow
  }

  /** G of the border's elements with each other to `products`, with the others to `beside`. */
  function readInverse(inverse: Float64Array): void {
    for (let e = 0; e < inner; e++) {
      for (let d = 0, at = borderPlace[e]; d < p; d++, at += borderStride[e]) beside[e * p + d] = inverse[at]
    }
    for (let c = 0; c < p; c++) {
      for (let d = c; d < p; d++) {
        const entry = inverse[borderPlace[inner + c] + d * borderStride[inner + c]]
        products[c * p + d] = entry
        products[d * p + c] = entry
      }
    }
  }

  /** G_ed x_id over a range of columns, for the element that row i meets in a slot. */
  function besideRow(i: number, s: number, from: number, to: number): number {
    const [row, element] = [ofRow[i] * p, columns[i * width + s] * p]
    let sum = 0
    for (let d = from; d < to; d++) sum += beside[element + d] * x[row + d]
    return sum
  }

  return {
    addTo: (eta, u) => {
      for (const { predictor, from, to } of ranges) {
        if (predictor >= eta.length) continue
        for (let row = 0, at = 0; row < m; row++, at += p) {
          let sum = 0
          for (let d = from; d < to; d++) sum += x[at + d] * u[inner + d]
          byRow[row] = sum
        }
        const out = eta[predictor]
        for (let i = 0; i < n; i++) out[i] += byRow[ofRow[i]]
      }
    },
    addBack: (by, out) => {
      for (const { predictor, from, to } of ranges) {
        if (predictor >= by.length) continue
        const weights = gather(by[predictor])
        for (let row = 0, at = 0; row < m; row++, at += p) {
          const weight = weights[row]
          for (let d = from; d < to; d++) out[inner + d] += weight * x[at + d]
        }
      }
    },
    subtractProducts: (d2, values) => {
      products.fill(0)
      ranges.forEach((a, at) => {
        for (const b of ranges.slice(0, at + 1)) {
          addCrossProducts(x, p, gather(d2[pairIndex(a.predictor, b.predictor)]), a, b, products)
        }
      })
      for (let c = 0; c < p; c++) {
        const [place, stride] = [borderPlace[inner + c], borderStride[inner + c]]
        for (let d = c; d < p; d++) values[place + d * stride] -= products[d * p + c]
      }
      beside.fill(0)
      slots.forEach((slot, s) => {
        for (const { predictor, from, to } of ranges) {
          const second = d2[pairIndex(predictor, slot.predictor)]
          for (let i = 0, at = s; i < n; i++, at += width) {
            const weight = second[i] * a[at]
            const [row, element] = [ofRow[i] * p, columns[at] * p]
            for (let d = from; d < to; d++) beside[element + d] += weight * x[row + d]
          }
        }
      })
      for (let e = 0; e < inner; e++) {
        for (let d = 0, at = borderPlace[e]; d < p; d++, at += borderStride[e]) values[at] -= beside[e * p + d]
      }
    },
    addCovariances: (inverse, rows, K, out) => {
      readInverse(inverse)
      const square = K * K
      for (const b of ranges) {
        // Both ways at once: with all columns on the one side, each range on the other.
        const within = new Float64Array(m * K)
        eachProductWith(x, m, p, b, products, (first, count, product) => {
          for (const { predictor, from, to } of ranges) {
            for (let r = 0; r < count; r++) {
              const row = (first + r) * p
              let sum = 0
              for (let d = from; d < to; d++) sum += x[row + d] * product[r * p + d]
              within[(first + r) * K + predictor] += sum
            }
          }
        })
        for (let at = 0; at < rows.length; at++) {
          const i = rows[at]
          for (let k = 0; k < K; k++) out[at * square + k * K + b.predictor] += within[ofRow[i] * K + k]
          for (let s = 0; s < width; s++) {
            const value = a[i * width + s] * besideRow(i, s, b.from, b.to)
            const k = slots[s].predictor
            out[at * square + k * K + b.predictor] += value
            out[at * square + b.predictor * K + k] += value
          }
        }
      }
    },
    addDerivatives: (inverse, d2, d3, inFixed, inMultipliers, inDense) => {
      readInverse(inverse)
      ranges.forEach((b, at) => {
        const shares = ranges.slice(0, at + 1).map(() => new Float64Array(m))
        const whole = inDense ? new Float64Array(m * p) : null
        eachProductWith(x, m, p, b, products, (first, count, product) => {
          whole?.set(product.subarray(0, count * p), first * p)
          shares.forEach((share, other) => {
            const { from, to } = ranges[other]
            // Of two ranges each of the two orders has half.
            const times = other === at ? 0.5 : 1
            for (let r = 0; r < count; r++) {
              const row = (first + r) * p
              let sum = 0
              for (let d = from; d < to; d++) sum += x[row + d] * product[r * p + d]
              share[first + r] = times * sum
            }
          })
        })
        shares.forEach((share, other) => {
          for (let i = 0; i < n; i++) along[i] = share[ofRow[i]]
          addThirds(inFixed, d3, b.predictor, ranges[other].predictor, along)
        })
        if (inDense && whole) {
          for (const { predictor, from, to } of ranges) {
            const second = d2[pairIndex(predictor, b.predictor)]
            for (let i = 0; i < n; i++) {
              const row = ofRow[i] * p
              for (let d = from; d < to; d++) inDense[i * p + d] += second[i] * whole[row + d]
            }
          }
        }
        slots.forEach((slot, s) => {
          const second = d2[pairIndex(slot.predictor, b.predictor)]
          for (let i = 0, to = s; i < n; i++, to += width) {
            const product = besideRow(i, s, b.from, b.to)
            along[i] = a[to] * product
            inMultipliers[to] += second[i] * product
            if (!inDense) continue
            const weight = second[i] * a[to]
            for (let d = b.from; d < b.to; d++) inDense[i * p + d] += weight * beside[columns[to] * p + d]
          }
          addThirds(inFixed, d3, b.predictor, slot.predictor, along)
        })
      })
    },
  }
}

/** inFixed_j += l_klj * share, for all j. */
function addThirds(
  inFixed: readonly Float64Array[],
  d3: readonly Float64Array[],
  k: number,
  l: number,
  share: Float64Array,
): void {
  inFixed.forEach((out, j) => {
    const third = d3[tripleIndex(k, l, j)]
    for (let i = 0; i < out.length; i++) out[i] += third[i] * share[i]
  })
}
