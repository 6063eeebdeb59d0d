import { addProduct, transposedProduct } from '../../src/likelihood/joint/column-products.js'
import type { Coordinates } from '../../src/likelihood/frame/coordinates.js'
import { type Coupling, coupling } from '../../src/likelihood/joint/coupling.js'
import type { Posterior, ValuedDensity } from '../../src/likelihood/posterior.js'

/** The change of coordinates x = center + L'^-1 y, in which a posterior with precision L L' is a standard normal one. */
export interface Whitening {
  readonly dimension: number
  /** Writes x at y. */
  readonly toX: (y: Float64Array, x: Float64Array) => void
  /** Writes y at x. */
  readonly toY: (x: Float64Array, y: Float64Array) => void
  /** Turns a gradient in x into one in y: L^-1 times it. */
  readonly pull: (inX: Float64Array, inY: Float64Array) => void
}

export function whitening(at: Coordinates, center: Float64Array, factor: Float64Array): Whitening {
  const { size, coordinateOf, symbolic } = coupling(at)
  const { diagonal, start, row, value, tall, split } = splitColumns(columnsOf(symbolic, factor), at.effects)
  const inverse = diagonal.map((one) => 1 / one)
  const element = new Float64Array(size)
  const below = new Float64Array(size - split)
  /** Solves the triangle of columns from ... to - 1 of L' in place, from its end. */
  const back = (from: number, to: number): void => {
    for (let c = to - 1; c >= from; c--) {
      let sum = element[c]
      for (let p = start[c]; p < start[c + 1]; p++) sum -= value[p] * element[row[p]]
      element[c] = sum * inverse[c]
    }
  }
  /** Solves that of L in place. */
  const forth = (from: number, to: number, out: Float64Array): void => {
    for (let c = from; c < to; c++) {
      const solved = out[c] * inverse[c]
      out[c] = solved
      for (let p = start[c]; p < start[c + 1]; p++) out[row[p]] -= value[p] * solved
    }
  }
  return {
    dimension: size,
    toX: (y, x) => {
      for (let c = 0; c < size; c++) element[c] = y[c]
      back(split, size)
      for (let k = 0; k < below.length; k++) below[k] = -element[split + k]
      addProduct(tall, split, below.length, below, 0, element)
      back(0, split)
      for (let c = 0; c < size; c++) {
        const j = coordinateOf[c]
        x[j] = center[j] + element[c]
      }
    },
    toY: (x, y) => {
      for (let c = 0; c < size; c++) {
        const j = coordinateOf[c]
        element[c] = x[j] - center[j]
      }
      for (let c = 0; c < size; c++) {
        let sum = diagonal[c] * element[c]
        for (let p = start[c]; p < start[c + 1]; p++) sum += value[p] * element[row[p]]
        y[c] = sum
      }
      addProduct(tall, split, below.length, element, split, y)
    },
    pull: (inX, inY) => {
      for (let c = 0; c < size; c++) inY[c] = inX[coordinateOf[c]]
      forth(0, split, inY)
      transposedProduct(tall, split, below.length, inY, below, 0)
      for (let k = 0; k < below.length; k++) inY[split + k] -= below[k]
      forth(split, size, inY)
    },
  }
}

interface Columns {
  readonly diagonal: Float64Array
  readonly start: Int32Array
  readonly row: Int32Array
  readonly value: Float64Array
}

/** The entries of a factor column after column: the diagonal, and below it those of column c from start[c] on. */
function columnsOf(
  { size, firstColumn, rowStart, rowIndex, panelStart }: Coupling['symbolic'],
  l: Float64Array,
): Columns {
  const columns = firstColumn[firstColumn.length - 1]
  const diagonal = new Float64Array(columns)
  const start = new Int32Array(columns + 1)
  const row = new Int32Array(size)
  const value = new Float64Array(size)
  let next = 0
  for (let s = 0; s + 1 < firstColumn.length; s++) {
    const width = firstColumn[s + 1] - firstColumn[s]
    for (let k = 0; k < width; k++) {
      const column = firstColumn[s] + k
      diagonal[column] = l[panelStart[s] + k * (width + 1)]
      for (let p = rowStart[s] + k + 1; p < rowStart[s + 1]; p++) {
        const entry = l[panelStart[s] + (p - rowStart[s]) * width + k]
        if (entry === 0) continue
        row[next] = rowIndex[p]
        value[next++] = entry
      }
      start[column + 1] = next
    }
  }
  return { diagonal, start, row, value }
}

/**
 * Takes from the effects' columns the entries in the outer rows, if most of them are not zero, into a matrix of their
 * own: `tall`, effects x outer, column after column. `split` is where the outer elements start; it is the size if not.
 */
function splitColumns(columns: Columns, effects: number): Columns & { tall: Float64Array; split: number } {
  const { diagonal, start, row, value } = columns
  const size = diagonal.length
  let entries = 0
  for (let p = 0; p < start[effects]; p++) if (row[p] >= effects) entries++
  const split = 2 * entries > effects * (size - effects) ? effects : size
  const tall = new Float64Array(split * (size - split))
  let next = 0
  for (let c = 0, p = 0; c < size; c++) {
    for (; p < start[c + 1]; p++) {
      if (c < split && row[p] >= split) tall[(row[p] - split) * split + c] = value[p]
      else {
        row[next] = row[p]
        value[next++] = value[p]
      }
    }
    start[c + 1] = next
  }
  return { ...columns, tall, split }
}

/** A posterior seen in whitened coordinates; the constant log |L| is left out. */
export function whitened(posterior: Posterior, change: Whitening): Posterior {
  const x = new Float64Array(posterior.dimension)
  return {
    ...posterior,
    ...whitenedDensity(posterior, change),
    write: (y, out, at, rng) => {
      change.toX(y, x)
      posterior.write(x, out, at, rng)
    },
  }
}

/** The same of a log density. */
export function whitenedDensity(density: ValuedDensity, change: Whitening): ValuedDensity {
  const { dimension, value } = density
  const x = new Float64Array(dimension)
  const inX = new Float64Array(dimension)
  return {
    dimension,
    evaluate: (y, gradient) => {
      change.toX(y, x)
      const value = density.evaluate(x, inX)
      if (value > Number.NEGATIVE_INFINITY) change.pull(inX, gradient)
      return value
    },
    ...(value && {
      value: (y: Float64Array) => {
        change.toX(y, x)
        return value(x)
      },
    }),
  }
}
