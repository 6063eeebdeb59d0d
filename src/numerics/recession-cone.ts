import { type IndependentColumns, independentColumns, solveUpper } from './independent-columns.js'
import { projectOnCone } from './nonnegative-least-squares.js'

/** What a direction d may do to a row: x_i'd <= 0, = 0, >= 0, or whatever it likes. */
export const down = -1
export const still = 0
export const up = 1
export const free = 2

/** Where a coefficient goes as a direction is followed: to an end, nowhere, or one way or the other. */
export type End = '-Inf' | 'Inf' | null

/** The directions that move no row the wrong way, by what they can do at most. */
export interface RecessionCone {
  /** Length n: 1 for a row that some direction moves, the right way as all do. */
  readonly moved: Uint8Array
  /** Moves every such row and no other that is not free; length p, zeros where there is none. */
  readonly direction: Float64Array
  /** Columns that are combinations of earlier ones over the rows that are neither moved nor free. */
  readonly held: readonly number[]
  /** Basis of those rows' null space, as in IndependentColumns. */
  readonly basis: Float64Array
  /** By column: whether it has a part in that null space. */
  readonly runs: readonly boolean[]
  /** The end that a running column goes to in every direction of the cone; null where that is not determined. */
  readonly to: readonly End[]
}

/** Rows of a null space with a smaller part than this beside the row's own length are zero but for rounding. */
const noPart = 1e-9
/** A row of length 1 is moved if by more than this share of the direction's length. */
const moves = 1e-9
/** Rows per column that are looked at before all are: as a rule they prove already that nothing runs. */
const sampled = 4
/** How often the table is gone through for them. */
const passes = 4

/**
 * The cone of all d with x_i'd on the side that `sides` gives for each row of x (n x p, column after column). Its
 * projections (Lawson and Hanson's nonnegative least squares) are answers in both senses: one that is zero gives positive
 * weights under which the rows cancel, a proof that none can be moved (Stiemke's lemma), another is a direction that
 * moves some. Rows that moved are struck and the rest is asked again, which gives the largest set of them. Null where rounding
 * left that open.
 */
export function recessionCone(x: Float64Array, n: number, p: number, sides: Int8Array): RecessionCone | null {
  const scales = Array.from({ length: p }, (_, j) => extent(x, j * n, n) || 1)
  const rowsWith = (test: (side: number, row: number) => boolean): Int32Array => {
    const rows: number[] = []
    for (let i = 0; i < n; i++) if (test(sides[i], i)) rows.push(i)
    return Int32Array.from(rows)
  }
  const columnsOf = (rows: ArrayLike<number>): Float64Array[] => scaledColumns(x, n, scales, rows)

  if (provedBySample(x, n, p, sides, scales)) return nothingRuns(n, p)
  const all = rowsWith((side) => side !== free)
  const fixed = rowsWith((side) => side === still)
  const stillNull = independentColumns(columnsOf(fixed))
  if (stillNull.held.length === 0) return nothingRuns(n, p)
  const bound = rowsWith((side) => side === up || side === down)
  const found = movedRows(columnsOf(bound), bound, sides, stillNull, p)
  if (!found) return null
  const { moved: movedRow, direction } = found
  const moved = new Uint8Array(n)
  for (const i of movedRow) moved[i] = 1
  const rest = independentColumns(columnsOf(all.filter((i) => moved[i] === 0)))
  const to = movedRow.length > 0 || rest.held.length > 0 ? ends(x, n, p, scales, sides, movedRow, rest, direction) : []
  if (!to) return null
  return {
    moved,
    direction: direction.map((value, j) => value / scales[j]),
    held: rest.held,
    basis: rest.basis.map((value, at) => value / scales[at % p]),
    runs: scales.map((_, j) => rest.held.some((_, h) => rest.basis[h * p + j] !== 0)),
    to: scales.map((_, j) => to[j] ?? null),
  }
}

/** The cone of n rows and p columns in which no row is moved. */
export const nothingRuns = (n: number, p: number): RecessionCone => ({
  moved: new Uint8Array(n),
  direction: new Float64Array(p),
  held: [],
  basis: new Float64Array(0),
  runs: new Array(p).fill(false),
  to: new Array(p).fill(null),
})

/** True if a few of the rows that must stand still are enough for no direction to be left. */
function provedBySample(x: Float64Array, n: number, p: number, sides: Int8Array, scales: readonly number[]): boolean {
  const most = sampled * p + 16
  const stride = Math.max(1, Math.floor(n / most))
  const rows: number[] = []
  // All over the table, which may be sorted; where few rows must stand still more of them are looked for.
  for (let first = 0; first < Math.min(stride, passes) && rows.length < most; first++) {
    for (let i = first; i < n; i += stride) if (sides[i] === still) rows.push(i)
  }
  if (rows.length < p) return false
  return independentColumns(scaledColumns(x, n, scales, rows)).held.length === 0
}

/** Each column's values in some rows, by its extent. */
const scaledColumns = (
  x: Float64Array,
  n: number,
  scales: readonly number[],
  rows: ArrayLike<number>,
): Float64Array[] =>
  scales.map((scale, j) => {
    const out = new Float64Array(rows.length)
    for (let i = 0; i < out.length; i++) out[i] = x[j * n + rows[i]] / scale
    return out
  })

/** The largest set of rows that can be moved, and a direction that moves them all; of the columns as scaled. */
function movedRows(
  columns: readonly Float64Array[],
  rows: Int32Array,
  sides: Int8Array,
  { held, basis }: IndependentColumns,
  p: number,
): { moved: Int32Array; direction: Float64Array } | null {
  const m = rows.length
  // Each row's move along the null space of the rows that stand still, turned so that the right way is up.
  const parts = held.map((_, h) => {
    const part = new Float64Array(m)
    for (let j = 0; j < p; j++) {
      const by = basis[h * p + j]
      if (by !== 0) for (let i = 0; i < m; i++) part[i] += by * columns[j][i]
    }
    for (let i = 0; i < m; i++) part[i] *= sides[rows[i]]
    return part
  })
  const own = squares(columns, m)
  const part = squares(parts, m)
  for (let i = 0; i < m; i++) if (part[i] <= noPart * noPart * own[i]) for (const column of parts) column[i] = 0
  const { kept, orthonormal, triangle } = independentColumns(parts)
  const q = kept.length
  const { unit, lengths } = unitRows(orthonormal, m)
  let alive = Int32Array.from({ length: m }, (_, i) => i).filter((i) => lengths[i] > 0)
  const gone = new Uint8Array(m)
  const total = new Float64Array(q)
  const moved: number[] = []
  while (alive.length > 0 && q > 0) {
    const mean = new Float64Array(q)
    for (const i of alive) for (let j = 0; j < q; j++) mean[j] += unit[i * q + j] / alive.length
    const d = projectOnCone(unit, alive, q, mean)
    if (!d) return null
    const size = Math.hypot(...d)
    if (!(size > 1e-10)) break
    const move = (i: number, by: Float64Array): number => {
      let sum = 0
      for (let j = 0; j < q; j++) sum += unit[i * q + j] * by[j]
      return sum
    }
    const struck = alive.filter((i) => move(i, d) > moves * size)
    if (struck.length === 0) return null
    // What was found before, so far along it that the rows it moves go the right way whatever this one does to them.
    let before = 0
    for (const i of moved) {
      const old = move(i, total)
      const now = move(i, d) / size
      if (now < 0.5 * old) before = Math.max(before, (0.5 * old - now) / old)
    }
    const by = Math.max(1, before)
    for (let j = 0; j < q; j++) total[j] = by * total[j] + d[j] / size
    for (const i of struck) moved.push(i)
    for (const i of struck) gone[i] = 1
    alive = alive.filter((i) => gone[i] === 0)
  }
  const along = solveUpper(triangle, q, total)
  const direction = new Float64Array(p)
  kept.forEach((h, k) => {
    for (let j = 0; j < p; j++) direction[j] += along[k] * basis[h * p + j]
  })
  return { moved: Int32Array.from(moved, (i) => rows[i]), direction }
}

/** The square of each row's length. */
function squares(columns: readonly Float64Array[], m: number): Float64Array {
  const out = new Float64Array(m)
  for (const column of columns) for (let i = 0; i < m; i++) out[i] += column[i] * column[i]
  return out
}

/** Rows of length 1, row after row, and the lengths they had. */
function unitRows(columns: readonly Float64Array[], m: number): { unit: Float64Array; lengths: Float64Array } {
  const q = columns.length
  const unit = new Float64Array(m * q)
  const lengths = squares(columns, m).map(Math.sqrt)
  columns.forEach((column, j) => {
    for (let i = 0; i < m; i++) unit[i * q + j] = lengths[i] > 0 ? column[i] / lengths[i] : 0
  })
  return { unit, lengths }
}

/**
 * Where each column goes in the cone over the null space of the rest: up if some direction has it rise and none fall. One
 * falls (rises) if the projection of minus its unit vector (of it) on the cone is not zero (Farkas' lemma). Null where
 * that was left open.
 */
function ends(
  x: Float64Array,
  n: number,
  p: number,
  scales: readonly number[],
  sides: Int8Array,
  moved: Int32Array,
  { held, basis }: IndependentColumns,
  direction: Float64Array,
): End[] | null {
  const q = held.length
  const m = moved.length
  const columns = held.map((_, h) => {
    const out = new Float64Array(m)
    for (let j = 0; j < p; j++) {
      const by = basis[h * p + j] / scales[j]
      if (by !== 0) for (let i = 0; i < m; i++) out[i] += by * x[j * n + moved[i]]
    }
    for (let i = 0; i < m; i++) out[i] *= sides[moved[i]]
    return out
  })
  const { unit, lengths } = unitRows(columns, m)
  const which = Int32Array.from({ length: m }, (_, i) => i).filter((i) => lengths[i] > 0)
  const hot: number[] = []
  const known: Float64Array[] = [Float64Array.from(held, (column) => direction[column])]
  const out: End[] = []
  for (let j = 0; j < p; j++) {
    const part = Float64Array.from(held, (_, h) => basis[h * p + j])
    const size = Math.hypot(...part)
    const reaches = (sign: number): boolean | null => {
      const rises = (d: Float64Array): boolean =>
        d.reduce((sum, value, h) => sum + sign * value * part[h], 0) > moves * size * Math.hypot(...d)
      if (known.some(rises)) return true
      const d = projectOnCone(
        unit,
        which,
        q,
        part.map((value) => sign * value),
        hot,
      )
      if (d && Math.hypot(...d) > moves * size) known.push(d)
      return d && Math.hypot(...d) > moves * size
    }
    if (!(size > 0)) {
      out.push(null)
      continue
    }
    const [rises, falls] = [reaches(1), reaches(-1)]
    if (rises === null || falls === null) return null
    out.push(rises === falls ? null : rises ? 'Inf' : '-Inf')
  }
  return out
}

function extent(x: Float64Array, from: number, n: number): number {
  let largest = 0
  for (let i = from; i < from + n; i++) largest = Math.max(largest, Math.abs(x[i]))
  return largest
}
