import { clip, displayWidth, pad, visibleText } from '../plot/display-text.js'
import type { Table } from './document.js'

const GAP = 2

/**
 * A table as lines of at most `width` columns. Columns that do not fit go into further blocks below, the first column
 * repeated, as R prints wide matrices; a row name longer than half the width is clipped. All lines of a block
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
  return balanced(widths, width)
    .map((block) => [header(line(headers, block)), ...rows.map((row) => line(row, block))].join('\n'))
    .join('\n\n')
}

/** As few blocks as fit into `width`, each about as wide as the others. */
function balanced(widths: readonly number[], width: number): number[][] {
  const widest = blocksOf(widths, width)
  for (let narrow = 1; narrow < width; narrow++) {
    const blocks = blocksOf(widths, narrow)
    if (blocks.length === widest.length) return blocks
  }
  return widest
}

/** Column numbers of each block; every block begins with column 0. */
function blocksOf(widths: readonly number[], width: number): number[][] {
  const blocks: number[][] = []
  let block = [0]
  let used = widths[0]
  for (let c = 1; c < widths.length; c++) {
    if (used + GAP + widths[c] > width && block.length > 1) {
      blocks.push(block)
      block = [0]
      used = widths[0]
    }
    block.push(c)
    used += GAP + widths[c]
  }
  return [...blocks, block]
}
