import { addClique, bitGraph, minimumDegree } from '../../numerics/elimination-order.js'
import { placeOf, type TargetedPattern, targetedPattern } from '../../numerics/targeted-cholesky.js'
import type { GaussianFactor, GaussianRows } from './gaussian-rows.js'

/**
 * C = Z'WZ by pairs of levels that share a row, and Z'W(X T, y): all that an evaluation sees of the design. Columns are
 * numbered in the order of their elimination.
 */
export interface LevelProducts {
  readonly pattern: TargetedPattern
  /** First column of each level of each factor. */
  readonly starts: readonly Int32Array[]
  /** By pairs of factors, f <= g; a factor with itself has its levels' own blocks. */
  readonly pairs: readonly PairProducts[]
  /** q x (p + 1), row after row. */
  readonly zx: Float64Array
}

/** The blocks of C for two factors. */
export interface PairProducts {
  readonly f: number
  readonly g: number
  /** First column of the levels of f, and of g, of each block. */
  readonly left: Int32Array
  readonly right: Int32Array
  /** A block after the other, each stride of f x stride of g, row after row. */
  readonly values: Float64Array
  /** Where each element stands among the values of the pattern; of a level's own block the lower triangle, twice. */
  readonly places: Int32Array
}

type Blocks = Pick<PairProducts, 'f' | 'g' | 'left' | 'right' | 'values'>

/** Null where the factor would be too large for this engine. */
export function levelProducts(rows: GaussianRows): LevelProducts | null {
  const { factors } = rows
  const byLevel = factors.map(({ index, levels }) => rowsByLevel(index, levels))
  const blocks = factors.flatMap((_, f) =>
    factors.slice(f).map((__, more) => pairBlocks(rows, f, f + more, byLevel[f])),
  )
  const found = elimination(factors, blocks)
  if (!found) return null
  const { pattern, starts } = found
  const pairs = blocks.map(({ f, g, left, right, values }): PairProducts => {
    const [columns, others] = [left.map((level) => starts[f][level]), right.map((level) => starts[g][level])]
    const places = new Int32Array(values.length)
    const [a, b] = [factors[f].stride, factors[g].stride]
    for (let k = 0, at = 0; k < columns.length; k++) {
      for (let i = 0; i < a; i++) {
        for (let j = 0; j < b; j++) {
          const [row, column] = [columns[k] + i, others[k] + j]
          places[at++] = placeOf(pattern, Math.max(row, column), Math.min(row, column))
        }
      }
    }
    return { f, g, left: columns, right: others, values, places }
  })
  return { pattern, starts, pairs, zx: effectProducts(rows, starts, pattern.q) }
}

/** Rows in the order of their levels, and where each level's begin. */
function rowsByLevel(index: Int32Array, levels: number): { order: Int32Array; start: Int32Array } {
  const start = new Int32Array(levels + 1)
  for (let i = 0; i < index.length; i++) start[index[i] + 1]++
  for (let g = 0; g < levels; g++) start[g + 1] += start[g]
  const next = start.slice()
  const order = new Int32Array(index.length)
  for (let i = 0; i < index.length; i++) order[next[index[i]]++] = i
  return { order, start }
}

/** The blocks of C for factors f and g, left and right being levels here. */
function pairBlocks(
  { n, weights, factors }: GaussianRows,
  f: number,
  g: number,
  { order, start }: { order: Int32Array; start: Int32Array },
): Blocks {
  const [one, other] = [factors[f], factors[g]]
  const size = one.stride * other.stride
  const most = f === g ? one.levels : Math.min(n, one.levels * other.levels)
  const left = new Int32Array(most)
  const right = new Int32Array(most)
  const values = new Float64Array(most * size)
  const met = new Int32Array(other.levels).fill(-1)
  let count = 0
  for (let level = 0; level < one.levels; level++) {
    const from = count
    for (let e = start[level]; e < start[level + 1]; e++) {
      const i = order[e]
      const another = other.index[i]
      if (met[another] < from) {
        met[another] = count
        left[count] = level
        right[count++] = another
      }
      const w = weights ? weights[i] : 1
      let at = met[another] * size
      for (const z of one.z) {
        const value = z ? w * z[i] : w
        for (const x of other.z) values[at++] += x ? value * x[i] : value
      }
    }
  }
  return { f, g, left: left.slice(0, count), right: right.slice(0, count), values: values.slice(0, count * size) }
}

/** Beside the first factor's, the most levels for which a good order is looked for: its graph has 50 MB then. */
const mostOrdered = 20_000

/**
 * The first factor's levels come first, which share no row; the others' by minimum degree, or factor by factor where these are
 * very many.
 */
function elimination(
  factors: readonly GaussianFactor[],
  blocks: readonly Blocks[],
): { pattern: TargetedPattern; starts: Int32Array[] } | null {
  const firstNode: number[] = []
  let nodes = 0
  for (const { levels } of factors) {
    firstNode.push(nodes)
    nodes += levels
  }
  const strideOf = factors.flatMap(({ levels, stride }) => new Array<number>(levels).fill(stride))
  const order = levelsInOrder(factors, blocks, firstNode, strideOf)
  const position = new Int32Array(nodes)
  order.forEach((node, k) => {
    position[node] = k
  })
  const later: number[][] = Array.from({ length: nodes }, () => [])
  for (const { f, g, left, right } of blocks) {
    if (f === g) continue
    for (let k = 0; k < left.length; k++) {
      const [a, b] = [position[firstNode[f] + left[k]], position[firstNode[g] + right[k]]]
      later[Math.min(a, b)].push(Math.max(a, b))
    }
  }
  const pattern = targetedPattern(
    order.map((node) => strideOf[node]),
    later,
    factors[0].levels,
  )
  if (!pattern) return null
  const starts = factors.map(({ levels }, f) =>
    Int32Array.from({ length: levels }, (_, level) => pattern.first[position[firstNode[f] + level]]),
  )
  return { pattern, starts }
}

function levelsInOrder(
  factors: readonly GaussianFactor[],
  blocks: readonly Blocks[],
  firstNode: readonly number[],
  strideOf: readonly number[],
): Int32Array {
  const nodes = strideOf.length
  const { levels } = factors[0]
  const natural = Int32Array.from({ length: nodes }, (_, k) => k)
  const others = nodes - levels
  if (others <= 1 || others > mostOrdered) return natural
  const graph = bitGraph(Int32Array.from(strideOf.slice(levels)))
  const { words } = graph
  const met = new Uint32Array(levels * words)
  for (const { f, g, left, right } of blocks) {
    if (f > 0 || g === 0) continue
    for (let k = 0; k < left.length; k++) {
      const v = firstNode[g] + right[k] - levels
      met[left[k] * words + (v >> 5)] |= 1 << (v & 31)
    }
  }
  for (let level = 0; level < levels; level++) addClique(graph, met.subarray(level * words, (level + 1) * words))
  minimumDegree(graph).forEach((v, k) => {
    natural[levels + k] = levels + v
  })
  return natural
}

/** Z'W(X T, y). */
function effectProducts(
  { n, p, x, y, weights, factors }: GaussianRows,
  starts: readonly Int32Array[],
  q: number,
): Float64Array {
  const P = p + 1
  const out = new Float64Array(q * P)
  const weighted = new Float64Array(n)
  factors.forEach(({ index, z }, f) => {
    z.forEach((own, a) => {
      const at = starts[f].map((first) => (first + a) * P)
      for (let j = 0; j < P; j++) {
        const column = j < p ? x.subarray(j * n, (j + 1) * n) : y
        if (!weights && !own) {
          for (let i = 0; i < n; i++) out[at[index[i]] + j] += column[i]
          continue
        }
        weighted.set(column)
        if (weights) for (let i = 0; i < n; i++) weighted[i] *= weights[i]
        if (own) for (let i = 0; i < n; i++) weighted[i] *= own[i]
        for (let i = 0; i < n; i++) out[at[index[i]] + j] += weighted[i]
      }
    })
  })
  return out
}

/** C B for B with m columns (q x m, row after row), written to `out`. */
export function timesProducts(
  { pairs }: LevelProducts,
  factors: readonly GaussianFactor[],
  b: Float64Array,
  m: number,
  out: Float64Array,
): void {
  out.fill(0)
  for (const { f, g, left, right, values } of pairs) {
    const [rows, columns] = [factors[f].stride, factors[g].stride]
    for (let k = 0, at = 0; k < left.length; k++) {
      for (let i = 0; i < rows; i++) {
        const above = (left[k] + i) * m
        for (let j = 0; j < columns; j++) {
          const value = values[at++]
          const below = (right[k] + j) * m
          for (let e = 0; e < m; e++) out[above + e] += value * b[below + e]
          if (f !== g) for (let e = 0; e < m; e++) out[below + e] += value * b[above + e]
        }
      }
    }
  }
}
