import { formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import { numberText } from '../formula/number-text.js'
import {
  type BinaryNode,
  type CallNode,
  eachName,
  isCondition,
  type NameNode,
  type SyntaxNode,
} from '../formula/syntax-tree.js'
import { cellText, firstTextRow } from './column-facts.js'
import { compared, holds, isMember, logical } from './conditions.js'
import { disguiseFault, type Fault, numbersFault } from './disguised-numbers.js'
import { type Frame, faultAt, gather, namedColumn, numbersOf, placeOf, tablePlace, valuesAt } from './frame.js'
import type { NumericValue, Value } from './value.js'

/** The value of an expression in the rows of a frame. Only the functions that come with the frame can be called. */
export function evaluate(node: SyntaxNode, frame: Frame): Value {
  switch (node.kind) {
    case 'name': {
      const column = namedColumn(frame, node)
      if (column.kind === 'numeric') return { kind: 'numeric', values: numbersOf(frame, column.values, column) }
      // New data have the factors of the fit; that has judged them.
      if (!frame.basis.given) refuse(disguiseFault(column, frame.table), node, frame)
      return { kind: 'factor', levels: column.levels, codes: gather(column.codes, frame.rows) }
    }
    case 'number':
    case 'text':
    case 'logical':
      return { kind: 'constant', values: [node.value] }
    case 'bracket':
      return evaluate(node.inner, frame)
    case 'unary': {
      if (node.operator === '!') {
        const condition = holds({ node: node.operand, value: evaluate(node.operand, frame) }, frame)
        return logical(frame.nrow, (i) => !condition(i))
      }
      const inner = numeric(node.operand, frame)
      if (node.operator === '+') return inner
      if (inner.kind === 'constant') return { kind: 'constant', values: inner.values.map((value) => -value) }
      return { kind: 'numeric', values: inner.values.map((value) => -value) }
    }
    case 'binary':
      return isCondition(node.operator) || node.operator === '%in%' || node.operator.startsWith('|')
        ? condition(node, frame)
        : arithmetic(node, frame)
    case 'call':
      return called(node, frame)
  }
}

/** Throws what is wrong with a column that a formula names. */
export function refuse(fault: Fault | null, node: NameNode, frame: Frame): void {
  if (fault !== null) throw faultAt(frame, node, fault.message, fault.hint)
}

/** A call of a function of columns; diag, cs and their like stand around random terms, and have no value in a row. */
function called(node: CallNode, frame: Frame): Value {
  const known = frame.functions.get(node.name)
  if (known) return known(node, frame)
  throw formulaFault(
    frame.source,
    node.start,
    `a column or a function of columns was expected, got ${nodeText(node)}, which states a random term`,
    `join ${node.name}(x | g) to the other terms by +, outside functions, products and the response`,
  )
}

export interface NumericConstant {
  readonly kind: 'constant'
  readonly values: readonly number[]
}

/** An expression that has to be a number or a column of numbers. */
export function numeric(node: SyntaxNode, frame: Frame): NumericValue | NumericConstant {
  if (node.kind === 'name') refuseText(node, frame)
  const value = evaluate(node, frame)
  if (value.kind === 'numeric') return value
  if (value.kind === 'factor' && value.logical) return { kind: 'numeric', values: Float64Array.from(value.codes) }
  if (value.kind === 'constant' && value.values.length === 1 && typeof value.values[0] === 'number')
    return { kind: 'constant', values: [value.values[0]] }
  throw faultAt(frame, node, `numbers were expected, got ${nodeText(node)}`, 'use a column of numbers here')
}

/** Throws where a column that has to be numbers is one of text. */
function refuseText(node: NameNode, frame: Frame): void {
  const column = namedColumn(frame, node)
  if (column.kind === 'numeric') return
  refuse(numbersFault(column, frame.table), node, frame)
  const row = firstTextRow(column)
  const got = row < 0 ? 'text' : `${JSON.stringify(cellText(column, row))} in ${tablePlace(frame.table, row)}`
  throw faultAt(
    frame,
    node,
    `numbers were expected in column ${node.name}, got ${got}`,
    'mend the cell (NA for a missing value), or leave a column of text out of arithmetic',
  )
}

/** A column of numbers; a constant is repeated. */
export function numericColumn(node: SyntaxNode, frame: Frame): Float64Array {
  const value = numeric(node, frame)
  return value.kind === 'numeric' ? value.values : new Float64Array(frame.nrow).fill(value.values[0])
}

function condition(node: BinaryNode, frame: Frame): Value {
  const left = { node: node.left, value: evaluate(node.left, frame) }
  const right = { node: node.right, value: evaluate(node.right, frame) }
  switch (node.operator) {
    case '&':
    case '&&':
    case '|':
    case '||': {
      const a = holds(left, frame)
      const b = holds(right, frame)
      return logical(frame.nrow, node.operator.startsWith('&') ? (i) => a(i) && b(i) : (i) => a(i) || b(i))
    }
    case '%in%':
      return isMember(left, right, frame)
    default:
      return compared(node, left, right, frame)
  }
}

function arithmetic(node: BinaryNode, frame: Frame): Value {
  const a = numeric(node.left, frame)
  const b = numeric(node.right, frame)
  const both = a.kind === 'constant' && b.kind === 'constant'
  const n = both ? 1 : frame.nrow
  const out = new Float64Array(n)
  const left = a.values
  const right = b.values
  // A constant has a step of 0 through the rows.
  const p = a.kind === 'constant' ? 0 : 1
  const q = b.kind === 'constant' ? 0 : 1
  switch (node.operator) {
    case '+':
      for (let i = 0; i < n; i++) out[i] = left[i * p] + right[i * q]
      break
    case '-':
      for (let i = 0; i < n; i++) out[i] = left[i * p] - right[i * q]
      break
    case '*':
      for (let i = 0; i < n; i++) out[i] = left[i * p] * right[i * q]
      break
    case '/':
      for (let i = 0; i < n; i++) out[i] = left[i * p] / right[i * q]
      break
    case '^':
      for (let i = 0; i < n; i++) out[i] = left[i * p] ** right[i * q]
      break
    default:
      throw formulaFault(
        frame.source,
        node.start,
        `arithmetic by + - * / ^ was expected, got ${nodeText(node)}`,
        'interactions and nesting stand outside functions and I(); conditions are written < <= > >= == != & |',
      )
  }
  if (both && Number.isFinite(out[0])) return { kind: 'constant', values: [out[0]] }
  refuseNotFinite(out, node, frame)
  return { kind: 'numeric', values: out }
}

/** Throws for the first row in which finite cells have given something that is no number. */
export function refuseNotFinite(out: Float64Array, node: SyntaxNode, frame: Frame): void {
  for (let i = 0; i < out.length; i++) {
    if (Number.isFinite(out[i])) continue
    const names = new Set<string>()
    eachName(node, (name) => names.add(name.name))
    const given = names.size === 0 ? '' : ` from ${valuesAt(frame, names, i)} in ${placeOf(frame, i)}`
    throw faultAt(
      frame,
      node,
      `finite numbers were expected of ${nodeText(node)}, got ${numberText(out[i])}${given}`,
      'correct the cell, or leave that row out by writing NA',
    )
  }
}
