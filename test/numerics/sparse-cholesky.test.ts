import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cholesky, choleskyInverse } from '../../src/numerics/cholesky.js'
import { backward, factorize, forward, logDeterminant, solve } from '../../src/numerics/sparse-cholesky.js'
import { selectedInverse } from '../../src/numerics/sparse-inverse.js'
import { entryOf, symbolic } from '../../src/numerics/sparse-pattern.js'
import { stream } from '../../src/random/stream.js'

/** Rows below the diagonal in each column of a lower triangle. */
type Columns = readonly (readonly number[])[]

interface Case {
  readonly q: number
  readonly colStart: Int32Array
  readonly rowIndex: Int32Array
  readonly values: Float64Array
  /** The whole matrix. */
  readonly dense: Float64Array
}

/** A matrix on a pattern, positive definite since its diagonal dominates, with rows of very different size. */
function caseOf(below: Columns, seed = 1): Case {
  const q = below.length
  const rng = stream({ seed, purpose: 'start' })
  const scale = Float64Array.from({ length: q }, () => 10 ** (2 * rng.uniform() - 1))
  const dense = new Float64Array(q * q)
  const colStart = new Int32Array(q + 1)
  const rows: number[] = []
  for (let j = 0; j < q; j++) {
    rows.push(j, ...[...new Set(below[j])].sort((a, b) => a - b))
    colStart[j + 1] = rows.length
    dense[j * q + j] += 0.1
    for (const i of rows.slice(colStart[j] + 1)) {
      const x = rng.normal()
      dense[i * q + j] = x
      dense[j * q + i] = x
      dense[i * q + i] += Math.abs(x)
      dense[j * q + j] += Math.abs(x)
    }
  }
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) dense[i * q + j] *= scale[i] * scale[j]
  const rowIndex = Int32Array.from(rows)
  const values = new Float64Array(rows.length)
  for (let j = 0; j < q; j++) for (let p = colStart[j]; p < colStart[j + 1]; p++) values[p] = dense[rows[p] * q + j]
  return { q, colStart, rowIndex, values, dense }
}

/** Columns of L with an element other than zero, by elimination of the dense pattern. */
function filled(below: Columns): Set<number>[] {
  const columns = below.map((rows) => new Set(rows))
  for (const rows of columns) {
    const parent = Math.min(...rows)
    for (const row of rows) if (row !== parent) columns[parent].add(row)
  }
  return columns
}

/** Compares everything with the dense Cholesky factor. */
function check(below: Columns, seed = 1): void {
  const { q, colStart, rowIndex, values, dense } = caseOf(below, seed)
  const pattern = symbolic(q, colStart, rowIndex)
  const factor = dense.slice()
  expect(cholesky(factor, q)).toBe(true)
  const l = new Float64Array(pattern.size).fill(Number.NaN)
  expect(factorize(pattern, values, l)).toBe(true)
  const inverse = choleskyInverse(factor, q)
  const z = new Float64Array(pattern.size).fill(Number.NaN)
  selectedInverse(pattern, l, z)
  const columns = filled(below)
  const places = new Set<number>()
  let worst = 0
  for (let j = 0; j < q; j++) {
    expect(pattern.parent[j]).toBe(columns[j].size > 0 ? Math.min(...columns[j]) : -1)
    expect(pattern.diagonal[j]).toBe(entryOf(pattern, j, j))
    for (let i = j; i < q; i++) {
      const at = entryOf(pattern, i, j)
      expect(entryOf(pattern, j, i)).toBe(at)
      // Every element that fills in has a place; a few that stay zero may have one.
      if (i === j || columns[j].has(i)) expect(at).toBeGreaterThanOrEqual(0)
      if (at < 0) continue
      expect(places.has(at) || at >= pattern.size).toBe(false)
      places.add(at)
      const size = Math.sqrt(dense[i * q + i])
      worst = Math.max(worst, Math.abs(l[at] - factor[i * q + j]) / size)
      const spread = Math.sqrt(inverse[i * q + i] * inverse[j * q + j])
      worst = Math.max(worst, Math.abs(z[at] - inverse[i * q + j]) / spread)
    }
  }
  expect(worst).toBeLessThan(1e-12)
  const fill = columns.reduce((sum, rows) => sum + rows.size + 1, 0)
  expect(places.size).toBeLessThanOrEqual(1.25 * fill)
  let expected = 0
  for (let j = 0; j < q; j++) expected += 2 * Math.log(factor[j * q + j])
  expect(Math.abs(logDeterminant(pattern, l) - expected)).toBeLessThan(1e-11 * (1 + Math.abs(expected)))
  const x = Float64Array.from({ length: q }, (_, j) => Math.cos(j + seed) / Math.sqrt(dense[j * q + j]))
  const product = (a: Float64Array, lower: (i: number, k: number) => number): Float64Array =>
    Float64Array.from(a, (_, i) => a.reduce((sum, one, k) => sum + lower(i, k) * one, 0))
  const below0 = (i: number, k: number): number => (k <= i ? factor[i * q + k] : 0)
  const solved: [typeof solve, Float64Array][] = [
    [forward, product(x, below0)],
    [backward, product(x, (i, k) => below0(k, i))],
    [solve, product(x, (i, k) => dense[i * q + k])],
  ]
  for (const [solver, b] of solved) {
    solver(pattern, l, b)
    for (let j = 0; j < q; j++) expect(Math.abs(b[j] - x[j]) * Math.sqrt(dense[j * q + j])).toBeLessThan(1e-10)
  }
  // In place: H laid where entryOf says.
  const own = new Float64Array(pattern.size)
  for (let j = 0; j < q; j++) {
    for (let p = colStart[j]; p < colStart[j + 1]; p++) own[entryOf(pattern, j, rowIndex[p])] = values[p]
  }
  expect(factorize(pattern, own, own)).toBe(true)
  expect(own).toEqual(l)
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

/** Factors a x b crossed, each of a meeting `met` of b; all pairs by default. */
const crossed = (a: number, b: number, met = b): Columns =>
  range(0, a + b).map((j) => (j >= a ? [] : range(0, met).map((k) => a + ((j * 7 + k * k + k) % b))))

const structures: Record<string, Columns> = {
  'no columns': [],
  'one column': [[]],
  diagonal: range(0, 9).map(() => []),
  'blocks of 2': range(0, 12).map((j) => (j % 2 ? [] : [j + 1])),
  'blocks of 1 to 7': [1, 2, 3, 4, 5, 6, 7, 1, 4].flatMap((w, b, all) => {
    const first = all.slice(0, b).reduce((sum, one) => sum + one, 0)
    return range(0, w).map((j) => range(first + j + 1, first + w))
  }),
  tridiagonal: range(0, 20).map((j) => (j < 19 ? [j + 1] : [])),
  arrow: range(0, 20).map((j) => (j < 19 ? [19] : [])),
  'arrow that fills everything': range(0, 21).map((j) => (j === 0 ? range(1, 21) : [])),
  'crossed, all pairs': crossed(20, 7),
  'crossed, some pairs': crossed(40, 17, 3),
  'crossed, few pairs': crossed(12, 17, 2),
  'nested in three levels, two effects at the lowest': range(0, 36 + 6 + 2).map((j) =>
    j < 36 ? [...(j % 2 ? [] : [j + 1]), 36 + (j % 6), 42 + (j % 2)] : j < 42 ? [42 + (j % 2), 42, 43].slice(0, 1) : [],
  ),
  'two dense blocks that meet in a third': range(0, 33).map((j) =>
    j < 10 ? [...range(j + 1, 10), 20, 23, 24, 32] : j < 20 ? [...range(j + 1, 20), 21, 22, 30, 31] : range(j + 1, 33),
  ),
  'a wide block that meets a part of another': range(0, 150).map((j) =>
    j < 70 ? [...range(j + 1, 70), ...range(80, 120)] : range(j + 1, 150),
  ),
  'narrow blocks that meet many rows of two others': range(0, 100).map((j) => {
    if (j >= 60) return range(j + 1, 100)
    if (j >= 30) return [...range(j + 1, 60), ...range(60, 97)]
    const [first, end] =
      j < 9
        ? [3 * Math.floor(j / 3), 3 * Math.floor(j / 3) + 3]
        : [9 + 7 * Math.floor((j - 9) / 7), 16 + 7 * Math.floor((j - 9) / 7)]
    return [...range(j + 1, end), ...range(0, 23).map((k) => 30 + ((first + 3 * k) % 67))]
  }),
  'crossed, all pairs, wide': crossed(30, 83),
  ...Object.fromEntries(
    [2, 3, 4, 5, 8, 11, 30, 64, 101].map((q) => [`dense ${q}`, range(0, q).map((j) => range(j + 1, q))]),
  ),
}

describe('sparse Cholesky', () => {
  it.each(Object.entries(structures))('agrees with the dense factor: %s', (_, below) => {
    check(below, 1)
    check(below, 2)
  })

  it('agrees with the dense factor on random patterns', () => {
    const patterns = fc.integer({ min: 1, max: 26 }).chain((q) =>
      fc.record({
        below: fc
          .array(fc.tuple(fc.nat(q - 1), fc.nat(q - 1)), { maxLength: 3 * q })
          .map((pairs) => range(0, q).map((j) => pairs.filter(([a, b]) => a === j && b > j).map(([, b]) => b))),
        seed: fc.integer({ min: 1, max: 1000 }),
      }),
    )
    fc.assert(
      fc.property(patterns, ({ below, seed }) => check(below, seed)),
      { seed: 42, numRuns: 300 },
    )
  })

  it('refuses what is not positive definite, wherever that shows, and what is not finite', () => {
    for (const below of [crossed(12, 5), structures['blocks of 1 to 7'], structures['dense 11'], [[]]]) {
      const { q, colStart, rowIndex, values } = caseOf(below)
      const pattern = symbolic(q, colStart, rowIndex)
      const l = new Float64Array(pattern.size)
      for (let j = 0; j < q; j++) {
        for (const bad of [-1, 0, Number.NaN, Number.POSITIVE_INFINITY]) {
          expect(factorize(pattern, values.with(colStart[j], bad), l)).toBe(false)
        }
        if (colStart[j] + 1 < colStart[j + 1]) {
          expect(factorize(pattern, values.with(colStart[j] + 1, Number.NaN), l)).toBe(false)
          expect(factorize(pattern, values.with(colStart[j] + 1, 1e6), l)).toBe(false)
        }
      }
      expect(factorize(pattern, values, l)).toBe(true)
    }
  })

  it('gives the same bits whatever was factorized before', () => {
    const { q, colStart, rowIndex, values } = caseOf(crossed(40, 17, 3))
    const pattern = symbolic(q, colStart, rowIndex)
    const run = (): Float64Array[] => {
      const l = new Float64Array(pattern.size)
      const z = new Float64Array(pattern.size)
      factorize(pattern, values, l)
      selectedInverse(pattern, l, z)
      return [l, z]
    }
    const first = run()
    const l = new Float64Array(pattern.size)
    factorize(
      pattern,
      values.map((value, at) => (rowIndex[at] === 5 ? 2 * value : value)),
      l,
    )
    factorize(
      pattern,
      values.map((value) => -value),
      l,
    )
    expect(run()).toEqual(first)
  })

  it('takes a log determinant beyond the range of the determinant', () => {
    const q = 400
    const pattern = symbolic(q, Int32Array.from(range(0, q + 1)), Int32Array.from(range(0, q)))
    const l = new Float64Array(q)
    for (const value of [1e-300, 1e300]) {
      expect(factorize(pattern, new Float64Array(q).fill(value), l)).toBe(true)
      expect(logDeterminant(pattern, l) / (q * Math.log(value))).toBeCloseTo(1, 12)
    }
  })

  it('needs memory for the pattern of the factor and no more, on hundreds of thousands of small blocks', () => {
    const q = 200_000
    const colStart = new Int32Array(q + 1)
    const rows: number[] = []
    for (let j = 0; j < q; j++) {
      rows.push(j)
      if (j % 2 === 0) rows.push(j + 1)
      colStart[j + 1] = rows.length
    }
    const pattern = symbolic(q, colStart, Int32Array.from(rows))
    expect(pattern.size).toBe(2 * q)
    expect(pattern.rowIndex.length).toBe(q)
    expect(pattern.work.length).toBe(4)
  })
})
