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

/**
 * The cone of all d with x_i'd on the side that `sides` gives for each row of x (n x p, column after column). Its
 * projections (Lawson and Hanson's nonnegative least squares) are answers in both senses: one that is zero gives positive
 * weights under which the rows cancel, a proof that none can be moved (Stiemke's lemma), another is a direction that
 * moves some. Rows that moved are struck and the rest is asked again, which gives the largest set of them. Null where rounding
 * left that open.
 */
export function recessionCone(x: Float64Array, n: number, p: number, sides: Int8Array): RecessionCone | null {
  const scales = Array.from({ length: p }, (_, j) => extent(x, j * n, n) || 1)
  const rowsWith = (test: (side: number, row: number) => boolean): Int32Array =>
    Int32Array.from(sides.keys()).filter((i) => test(sides[i], i))
  const columnsOf = (rows: Int32Array): Float64Array[] =>
    scales.map((scale, j) => Float64Array.from(rows, (i) => x[j * n + i] / scale))

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

const nothingRuns = (n: number, p: number): RecessionCone => ({
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
  const stride = Math.max(1, Math.floor(n / (4 * most)))
  const rows: number[] = []
  for (let first = 0; first < stride && rows.length < most && first < 8; first++) {
    for (let i = first; i < n && rows.length < most; i += stride) if (sides[i] === still) rows.push(i)
  }
  if (rows.length < p) return false
  return (
    independentColumns(scales.map((scale, j) => Float64Array.from(rows, (i) => x[j * n + i] / scale))).held.length === 0
  )
}

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
  for (let i = 0; i < m; i++) {
    let own = 0
    let part = 0
    for (const column of columns) own += column[i] * column[i]
    for (const column of parts) part += column[i] * column[i]
    if (part <= noPart * noPart * own) for (const column of parts) column[i] = 0
  }
  const { kept, orthonormal, triangle } = independentColumns(parts)
  const q = kept.length
  const { unit, lengths } = unitRows(orthonormal, m)
  let alive = Int32Array.from({ length: m }, (_, i) => i).filter((i) => lengths[i] > 0)
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
    const set = new Set(struck)
    alive = alive.filter((i) => !set.has(i))
  }
  const along = solveUpper(triangle, q, total)
  const direction = new Float64Array(p)
  kept.forEach((h, k) => {
    for (let j = 0; j < p; j++) direction[j] += along[k] * basis[h * p + j]
  })
  return { moved: Int32Array.from(moved, (i) => rows[i]), direction }
}

/** Rows of length 1, row after row, and the lengths they had. */
function unitRows(columns: readonly Float64Array[], m: number): { unit: Float64Array; lengths: Float64Array } {
  const q = columns.length
  const unit = new Float64Array(m * q)
  const lengths = new Float64Array(m)
  for (let i = 0; i < m; i++) {
    let sum = 0
    for (let j = 0; j < q; j++) sum += columns[j][i] * columns[j][i]
    lengths[i] = Math.sqrt(sum)
    for (let j = 0; j < q && sum > 0; j++) unit[i * q + j] = columns[j][i] / lengths[i]
  }
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
  const columns = held.map((_, h) =>
    Float64Array.from(moved, (i) => {
      let sum = 0
      for (let j = 0; j < p; j++) if (basis[h * p + j] !== 0) sum += (basis[h * p + j] * x[j * n + i]) / scales[j]
      return sides[i] * sum
    }),
  )
  const { unit, lengths } = unitRows(columns, moved.length)
  const which = Int32Array.from({ length: moved.length }, (_, i) => i).filter((i) => lengths[i] > 0)
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
