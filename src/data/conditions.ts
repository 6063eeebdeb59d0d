import { formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import type { BinaryNode, Comparison, SyntaxNode } from '../formula/syntax-tree.js'
import { nearestName } from '../nearest-name.js'
import { parseNumber } from './parse-number.js'
import type { Frame } from './frame.js'
import type { ConstantValue, FactorValue, NumericValue, Value } from './value.js'

/** The side of a condition, its syntax kept for messages. */
export interface Side {
  readonly node: SyntaxNode
  readonly value: Value
}

/** A column of TRUE and FALSE from a number a row: 1 is TRUE. */
export function logical(n: number, holds: (row: number) => boolean): FactorValue {
  const codes = new Int32Array(n)
  for (let i = 0; i < n; i++) codes[i] = holds(i) ? 1 : 0
  return { kind: 'factor', levels: ['FALSE', 'TRUE'], codes, logical: true }
}

const numbers: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
}

/** a < b, a == "level" and the like, in every row: numbers by size, texts by being the same. */
export function compared(node: BinaryNode, left: Side, right: Side, frame: Frame): FactorValue {
  const operator = node.operator as Comparison
  const n = frame.nrow
  const a = numberAt(left)
  const b = numberAt(right)
  if (a && b) {
    const holds = numbers[operator]
    return logical(n, (i) => holds(a(i), b(i)))
  }
  if (operator !== '==' && operator !== '!=')
    throw formulaFault(
      frame.source,
      node.start,
      `numbers were expected on both sides of ${operator}, got ${nodeText(node)}`,
      'texts can be compared by == and != only',
    )
  const same = sameText(left, right, frame)
  return logical(n, (i) => same(i) === (operator === '=='))
}

/** x %in% c("a", "b"), in every row. */
export function isMember(left: Side, right: Side, frame: Frame): FactorValue {
  const { value } = right
  if (value.kind !== 'constant')
    throw formulaFault(
      frame.source,
      right.node.start,
      `constants were expected after %in%, got ${nodeText(right.node)}`,
      'such as x %in% c("a", "b")',
    )
  const each = value.values.map((one): ((row: number) => boolean) => {
    const constant: Side = { node: right.node, value: { kind: 'constant', values: [one] } }
    const a = numberAt(left)
    const b = numberAt(constant)
    return a && b ? (i) => a(i) === b(i) : sameText(left, constant, frame)
  })
  return logical(frame.nrow, (i) => each.some((holds) => holds(i)))
}

/** The rows in which a condition holds. A FORMULA fault where the expression is no condition. */
export function holds({ node, value }: Side, frame: Frame): (row: number) => boolean {
  if (value.kind === 'factor' && (value.logical || isLogicalText(value.levels))) {
    const yes = value.levels.indexOf('TRUE')
    return (i) => value.codes[i] === yes
  }
  if (value.kind === 'constant' && typeof value.values[0] === 'boolean') return () => value.values[0] === true
  throw formulaFault(
    frame.source,
    node.start,
    `a condition was expected, got ${nodeText(node)}`,
    'such as x > 2 or x == "a"',
  )
}

const isLogicalText = (levels: readonly string[]): boolean => levels.every((one) => one === 'TRUE' || one === 'FALSE')

/** The number of each row, where the side has numbers; conditions count as 0 and 1. */
function numberAt({ value }: Side): ((row: number) => number) | null {
  if (value.kind === 'numeric') return (i) => value.values[i]
  if (value.kind === 'factor' && value.logical) return (i) => value.codes[i]
  if (value.kind !== 'constant' || value.values.length !== 1) return null
  const [only] = value.values
  return typeof only === 'string' ? null : () => Number(only)
}

function sameText(left: Side, right: Side, frame: Frame): (row: number) => boolean {
  const [column, other] = left.value.kind === 'constant' ? [right, left] : [left, right]
  const { value } = other
  if (value.kind === 'constant' && value.values.length === 1) return isConstant(column, value.values[0], other, frame)
  if (column.value.kind === 'factor' && value.kind === 'factor') {
    const a: FactorValue = column.value
    return (i) => a.levels[a.codes[i]] === value.levels[value.codes[i]]
  }
  throw notComparable(column, other, frame)
}

function isConstant(
  column: Side,
  constant: ConstantValue['values'][number],
  other: Side,
  frame: Frame,
): (row: number) => boolean {
  const text = typeof constant === 'boolean' ? String(constant).toUpperCase() : String(constant)
  if (column.value.kind === 'numeric') {
    const { values }: NumericValue = column.value
    const wanted = parseNumber(text)
    if (Number.isNaN(wanted)) throw notComparable(column, other, frame)
    return (i) => values[i] === wanted
  }
  if (column.value.kind !== 'factor') throw notComparable(column, other, frame)
  const { levels, codes } = column.value
  const code = levels.indexOf(text)
  // New data may lack a level that the fit had.
  if (code < 0 && !frame.basis.given) {
    const near = nearestName(text, levels)
    throw formulaFault(
      frame.source,
      other.node.start,
      `a level of ${nodeText(column.node)} was expected, got ${JSON.stringify(text)}`,
      `${near === null ? '' : `did you mean "${near}"? `}the levels are ${levels.slice(0, 12).join(', ')}`,
      'COLUMN',
    )
  }
  return (i) => codes[i] === code
}

const notComparable = (a: Side, b: Side, frame: Frame): Error =>
  formulaFault(
    frame.source,
    a.node.start,
    `two columns of numbers or two of text were expected, got ${nodeText(a.node)} and ${nodeText(b.node)}`,
    'compare a column with numbers by numbers, one of text with a text in quotes',
  )
