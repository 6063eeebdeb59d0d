import { clip, displayWidth, pad, visibleText } from '../plot/display-text.js'
import type { Table } from './document.js'

const GAP = 2

/**
 * A table as lines of at most `width` columns. Columns that do not fit go into further blocks below, the columns that tell
 * rows apart repeated, as R prints wide matrices; a row name longer than half the width is clipped. All lines of a block
 * have the same width before trailing spaces are cut.
 */
export function textTable(table: Table, width: number, header: (line: string) => string): string {
  const limit = (c: number): number => (c === 0 ? Math.max(8, Math.floor(width / 2)) : width)
  const cell = (text: string, c: number): string => clip(visibleText(text), limit(c))
  const headers = table.columns.map((column, c) => cell(column.header, c))
  const rows = table.rows.map((row) => table.columns.map((_, c) => cell(row[c] ?? '', c)))
  const widths = headers.map((text, c) => Math.max(displayWidth(text), ...rows.map((row) => displayWidth(row[c]))))
  const line = (cells: readonly string[], block: readonly number[]): string =>
    block
      .map((c) => pad(cells[c], widths[c], table.columns[c].align))
      .join(' '.repeat(GAP))
      .trimEnd()
  return balanced(widths, width, repeatedKeys(table.keys ?? 1, widths, width))
    .map((block) => [header(line(headers, block)), ...rows.map((row) => line(row, block))].join('\n'))
    .join('\n\n')
}

/** As few blocks as fit into `width`, each about as wide as the others. */
function balanced(widths: readonly number[], width: number, keys: number): number[][] {
  const widest = blocksOf(widths, width, keys)
  for (let narrow = 1; narrow < width; narrow++) {
    const blocks = blocksOf(widths, narrow, keys)
    if (blocks.length === widest.length) return blocks
  }
  return widest
}

/** Key columns of every block: all of them, or the first alone where they would leave others no room. */
function repeatedKeys(keys: number, widths: readonly number[], width: number): number {
  const taken = widths.slice(0, keys).reduce((sum, one) => sum + GAP + one, 0)
  return taken + Math.max(0, ...widths.slice(keys)) <= width ? keys : 1
}

/** Column numbers of each block; every block begins with the first `keys` columns. */
function blocksOf(widths: readonly number[], width: number, keys: number): number[][] {
  const blocks: number[][] = []
  const first = Array.from({ length: keys }, (_, c) => c)
  const start = first.reduce((sum, c) => sum + widths[c], GAP * (keys - 1))
  let block = [...first]
  let used = start
  for (let c = keys; c < widths.length; c++) {
    if (used + GAP + widths[c] > width && block.length > keys) {
      blocks.push(block)
      block = [...first]
      used = start
    }
    block.push(c)
    used += GAP + widths[c]
  }
  return [...blocks, block]
}
