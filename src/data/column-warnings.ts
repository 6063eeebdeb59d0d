import type { Warning } from '../errors.js'
import { nodeText } from '../formula/formula-text.js'
import type { SyntaxNode } from '../formula/syntax-tree.js'
import type { CompleteFrame } from './complete-frame.js'
import { disguiseWarning } from './disguised-numbers.js'
import { dottedThousandsWarning } from './dotted-thousands.js'
import { levelWarnings } from './like-levels.js'
import { spellingWarning } from './spelling-warning.js'
import type { Column, NumericColumn } from './table.js'

/**
 * What is surprising in the cells of the columns that a model uses: factors that look like numbers (where `computed`, the
 * expressions of the model, takes them as they are), levels that look alike, groups whose number is written in several ways,
 * decimals that may be thousands. `semicolon` says whether one separates the file.
 */
export function columnWarnings(
  used: Iterable<Column>,
  computed: readonly SyntaxNode[],
  { frame, groups, values }: Pick<CompleteFrame, 'frame' | 'groups' | 'values'>,
  semicolon: boolean,
): readonly Warning[] {
  const asItIs = new Set(computed.flatMap((node) => (node.kind === 'name' ? [node.name] : [])))
  const warnings: Warning[] = []
  for (const column of used) {
    if (column.kind === 'numeric') {
      const dotted = dottedThousandsWarning(column, semicolon)
      if (dotted !== null) warnings.push(dotted)
      continue
    }
    const disguised = asItIs.has(column.name) ? disguiseWarning(column) : null
    if (disguised !== null) warnings.push(disguised)
    warnings.push(...levelWarnings(column))
  }
  const grouping = new Set([...groups.keys(), ...[...values.keys()].filter((text) => /^(?:as\.)?factor\(/.test(text))])
  for (const column of frame.columns.values()) {
    if (column.kind !== 'numeric' || !column.spellings?.size || !mentions(grouping, column)) continue
    const spelled = spellingWarning(column)
    if (spelled !== null) warnings.push(spelled)
  }
  return warnings
}

const mentions = (texts: ReadonlySet<string>, { name }: NumericColumn): boolean => {
  const text = nodeText({ kind: 'name', name, start: 0, end: 0 })
  return texts.has(text) || texts.has(`factor(${text})`) || texts.has(`as.factor(${text})`)
}
