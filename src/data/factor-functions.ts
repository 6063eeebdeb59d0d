import { formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import { nearestName } from '../nearest-name.js'
import type { CallNode, SyntaxNode } from '../formula/syntax-tree.js'
import { argument, optional } from './call-arguments.js'
import { columnLevels, factorLevels } from './column-facts.js'
import type { Levels } from './level-names.js'
import { contrastNamed, contrastNames } from './contrasts.js'
import { groupsFault } from './disguised-numbers.js'
import { evaluate, refuse } from './evaluate.js'
import { type Frame, gather, namedColumn, numbersOf } from './frame.js'
import { levelFinder, numericLevels, rName } from './level-names.js'
import type { Column } from './table.js'
import type { ConstantValue, FactorValue } from './value.js'

/**
 * An expression as a factor: numbers become levels in ascending order, named as R's factor(x) names them, and those of a
 * column that groups rows by the texts of its cells.
 */
export function asFactor(
  node: SyntaxNode,
  frame: Frame,
  levelsOf: (column: Column) => Levels = factorLevels,
): FactorValue {
  if (node.kind === 'name') {
    const column = namedColumn(frame, node)
    if (column.kind === 'numeric') numbersOf(frame, column.values, column)
    const { levels, codes } = levelsOf(column)
    return { kind: 'factor', levels, codes: gather(codes, frame.rows) }
  }
  const value = evaluate(node, frame)
  if (value.kind === 'factor') return value
  if (value.kind === 'numeric') return { kind: 'factor', ...numericLevels(value.values) }
  throw formulaFault(
    frame.source,
    node.start,
    `a column was expected as factor, got ${nodeText(node)}`,
    'name a column',
  )
}

const levelText = (value: number | string | boolean): string =>
  typeof value === 'number' ? rName(value) : typeof value === 'boolean' ? String(value).toUpperCase() : value

/** An expression that groups rows. */
export function asGroups(node: SyntaxNode, frame: Frame): FactorValue {
  if (node.kind === 'name') refuse(groupsFault(namedColumn(frame, node), frame.table), node, frame)
  return asFactor(node, frame, columnLevels)
}

/** R's factor(x, levels, labels): values outside `levels` become missing. */
export function factorOf(
  node: SyntaxNode,
  levels: ConstantValue | null,
  labels: ConstantValue | null,
  frame: Frame,
): FactorValue {
  const given = asFactor(node, frame)
  const wanted =
    levels !== null ? levels.values.map(levelText) : labels === null ? null : levelsOfFit(node, given, frame)
  if (wanted !== null && new Set(wanted).size < wanted.length)
    throw formulaFault(
      frame.source,
      node.start,
      `different levels were expected, got ${wanted.join(', ')}`,
      'remove one',
    )
  let { codes } = given
  if (wanted !== null) {
    const moved = given.levels.map(levelFinder(wanted))
    codes = given.codes.map((code) => (code < 0 ? -1 : moved[code]))
  }
  const names = wanted ?? given.levels
  if (labels === null) return { kind: 'factor', levels: names, codes }
  const texts = labels.values.map(levelText)
  if (texts.length !== names.length || new Set(texts).size < texts.length)
    throw formulaFault(
      frame.source,
      node.start,
      `${names.length} different labels were expected for ${nodeText(node)}, got ${texts.join(', ')}`,
      `one for each of the levels ${names.join(', ')}`,
    )
  return { kind: 'factor', levels: texts, codes }
}

/** What labels go with: the levels that a factor had in the fit, then those that are new; null for its own. */
function levelsOfFit(node: SyntaxNode, { levels }: FactorValue, { basis }: Frame): readonly string[] | null {
  const text = `levels of ${nodeText(node)}`
  if (!basis.given) {
    basis.levels.set(text, levels)
    return null
  }
  const known = basis.levels.get(text) ?? levels
  return [...known, ...levels.filter((level) => !known.includes(level))]
}

/** R's relevel(x, ref): the level `ref`, or the one of that number, comes first. */
export function releveled(node: SyntaxNode, ref: SyntaxNode, frame: Frame): FactorValue {
  const given = asFactor(node, frame)
  // New data take the order of the fit's levels as a whole.
  if (frame.basis.given) return given
  const value = evaluate(ref, frame)
  const wanted = value.kind === 'constant' && value.values.length === 1 ? value.values[0] : null
  const text = wanted === null ? nodeText(ref) : levelText(wanted)
  // As in R, a number counts the levels, a text names one.
  const first = typeof wanted === 'number' ? wanted - 1 : levelFinder(given.levels)(text)
  if (wanted === null || given.levels[first] === undefined) {
    const near = nearestName(text, given.levels)
    throw formulaFault(
      frame.source,
      ref.start,
      `a level of ${nodeText(node)} was expected as ref, got ${nodeText(ref)}`,
      `${near === null ? '' : `did you mean "${near}"? `}the levels are ${given.levels.slice(0, 12).join(', ')}`,
      'COLUMN',
    )
  }
  const levels = [given.levels[first], ...given.levels.filter((_, i) => i !== first)]
  const codes = given.codes.map((code) => (code < 0 ? -1 : code === first ? 0 : code < first ? code + 1 : code))
  return { kind: 'factor', levels, codes }
}

/** R's C(x, contr): a factor with contrasts of its own, `treatment`, `sum`, `helmert` or `poly`. */
export function withContrasts(call: CallNode, frame: Frame): FactorValue {
  const factor = asFactor(argument(call, 'object', frame), frame)
  const node = optional(call, 'contr')
  const text = node === null ? 'treatment' : node.kind === 'text' ? node.value : nodeText(node)
  const contrasts = contrastNamed(text)
  if (contrasts === null)
    throw formulaFault(
      frame.source,
      node!.start,
      `contrasts were expected (${contrastNames.join(', ')}), got ${text}`,
      `such as C(x, ${nearestName(text, contrastNames) ?? 'sum'})`,
    )
  return { ...factor, contrasts }
}
