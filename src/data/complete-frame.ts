import { GlmmError, type Warning } from '../errors.js'
import { nodeText } from '../formula/formula-text.js'
import type { SyntaxNode } from '../formula/syntax-tree.js'
import { type BasisKeeper, newBasis } from './basis.js'
import { columnFacts, isMissingCell } from './column-facts.js'
import { evaluate } from './evaluate.js'
import { asGroups } from './factor-functions.js'
import type { Frame } from './frame.js'
import { frameOf } from './table-frame.js'
import type { Column, Table } from './table.js'
import type { FactorValue, Value } from './value.js'

/** The rows that have all a model uses, and the values of its expressions there. */
export interface CompleteFrame {
  readonly frame: Frame
  /** Expressions by their text. */
  readonly values: ReadonlyMap<string, Value>
  /** Grouping factors by their text. */
  readonly groups: ReadonlyMap<string, FactorValue>
  readonly dropped: number
  readonly warnings: readonly Warning[]
}

/** 1 for each row of the table left out; `counts` says how many for want of what. */
interface Absent {
  mask: Uint8Array | null
  readonly counts: Map<string, number>
}

/**
 * Drops the rows in which a column is missing, then computes the expressions on the rows left, so that poly and scale
 * see the rows of the model (R computes them first: there, poly fails on a missing value). An expression can make
 * further values missing, by factor(x, levels = ); those rows are dropped too and all is computed again. A given basis
 * makes any number of rows enough.
 */
export function completeFrame(
  table: Table,
  source: string,
  columns: readonly Column[],
  expressions: readonly SyntaxNode[],
  groupings: readonly SyntaxNode[],
  basis: BasisKeeper = newBasis(),
): CompleteFrame {
  const absent: Absent = { mask: null, counts: new Map() }
  for (const column of columns) excludeMissing(absent, column, table.nrow)
  for (;;) {
    const frame = frameOf(table, absent.mask === null ? null : rowsLeft(absent.mask), source, basis)
    if (frame.nrow < 2 && !basis.given) throw tooFewRows(frame, absent)
    const values = new Map<string, Value>()
    const groups = new Map<string, FactorValue>()
    let again = false
    for (const node of expressions) {
      const text = nodeText(node)
      if (values.has(text)) continue
      const value = evaluate(node, frame)
      values.set(text, value)
      if (node.kind === 'call' && value.kind === 'factor') again = excludeOutside(absent, value, text, frame) || again
    }
    for (const node of groupings) {
      const text = nodeText(node)
      if (groups.has(text)) continue
      const value = asGroups(node, frame)
      groups.set(text, value)
      if (node.kind === 'call') again = excludeOutside(absent, value, text, frame) || again
    }
    if (!again) return { frame, values, groups, dropped: table.nrow - frame.nrow, warnings: warnings(frame, absent) }
  }
}

function excludeMissing(absent: Absent, column: Column, nrow: number): void {
  const { missing } = columnFacts(column)
  if (missing === 0) return
  absent.counts.set(column.name, missing)
  absent.mask ??= new Uint8Array(nrow)
  for (let row = 0; row < nrow; row++) if (isMissingCell(column, row)) absent.mask[row] = 1
}

/** Whether the value of an expression is missing in rows where its columns are not; marks them. */
function excludeOutside(absent: Absent, value: FactorValue, text: string, frame: Frame): boolean {
  let count = 0
  for (let i = 0; i < frame.nrow; i++) {
    if (value.codes[i] >= 0) continue
    absent.mask ??= new Uint8Array(frame.table.nrow)
    absent.mask[frame.rows === null ? i : frame.rows[i]] = 1
    count++
  }
  if (count > 0) absent.counts.set(text, (absent.counts.get(text) ?? 0) + count)
  return count > 0
}

function rowsLeft(mask: Uint8Array): Int32Array {
  const rows = new Int32Array(mask.length)
  let n = 0
  for (let row = 0; row < mask.length; row++) if (mask[row] === 0) rows[n++] = row
  return rows.slice(0, n)
}

const missingText = (absent: Absent): string =>
  [...absent.counts].map(([name, count]) => `${name} (${count})`).join(', ')

function warnings(frame: Frame, absent: Absent): readonly Warning[] {
  const { nrow } = frame.table
  const dropped = nrow - frame.nrow
  if (dropped === 0) return []
  const message = `${dropped} of ${nrow} rows dropped: missing in ${missingText(absent)}`
  return [{ code: 'ROWS_DROPPED', message }]
}

function tooFewRows(frame: Frame, absent: Absent): GlmmError {
  const { nrow, source } = frame.table
  if (absent.mask === null)
    return new GlmmError('MODEL', `at least two rows were expected in ${source}, got ${nrow}`, 'give more data')
  return new GlmmError(
    'MODEL',
    `at least two complete rows were expected, got ${frame.nrow} of ${nrow}: missing in ${missingText(absent)}`,
    'leave columns with many missing cells out of the model, or fill them',
  )
}
