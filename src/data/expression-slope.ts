import { formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import { type CallNode, eachName, isCondition, type SyntaxNode } from '../formula/syntax-tree.js'
import { argument, constants, setting } from './call-arguments.js'
import { holds } from './conditions.js'
import { evaluate, numericColumn } from './evaluate.js'
import type { Frame } from './frame.js'
import { polynomialSlopes } from './orthogonal-polynomial.js'
import { bSpline, naturalSpline } from './spline-functions.js'
import type { MatrixValue, NumericValue } from './value.js'

/** The derivative of an expression in a column, row by row; null where it does not depend on it, or by steps only. */
export type Slope = NumericValue | MatrixValue | null

/**
 * The exact derivative of an expression of a formula in the column of that name: the rules of differentiation, those of poly, bs
 * and ns by their own recurrences. Of the frame of a fit, whose basis is given.
 *
 * @throws GlmmError FORMULA for a function without derivative
 */
export function expressionSlope(node: SyntaxNode, name: string, frame: Frame): Slope {
  switch (node.kind) {
    case 'name':
      return node.name === name ? { kind: 'numeric', values: new Float64Array(frame.nrow).fill(1) } : null
    case 'number':
    case 'text':
    case 'logical':
      return null
    case 'bracket':
      return expressionSlope(node.inner, name, frame)
    case 'unary': {
      const inner = node.operator === '!' ? null : ofNumbers(node.operand, name, frame)
      return inner && numbers(node.operator === '-' ? inner.map((value) => -value) : inner)
    }
    case 'binary': {
      if (isCondition(node.operator) || node.operator === '%in%' || node.operator.startsWith('|')) return null
      const [u, v] = [ofNumbers(node.left, name, frame), ofNumbers(node.right, name, frame)]
      if (!u && !v) return null
      const [a, b] = [numericColumn(node.left, frame), numericColumn(node.right, frame)]
      const rule = rules[node.operator]
      if (!rule) throw noDerivative(node, frame)
      return numbers(a.map((value, i) => rule(value, b[i], u?.[i] ?? 0, v?.[i] ?? 0)))
    }
    case 'call':
      return ofCall(node, name, frame)
  }
}

const numbers = (values: Float64Array): NumericValue => ({ kind: 'numeric', values })

/** The derivative of an expression that is a number a row. */
function ofNumbers(node: SyntaxNode, name: string, frame: Frame): Float64Array | null {
  const slope = expressionSlope(node, name, frame)
  if (slope === null) return null
  if (slope.kind === 'numeric') return slope.values
  throw noDerivative(node, frame)
}

const noDerivative = (node: SyntaxNode, frame: Frame): Error =>
  formulaFault(
    frame.source,
    node.start,
    `an expression with a derivative was expected, got ${nodeText(node)}`,
    'ask for differences: --kind difference',
  )

/** From a, b and their derivatives u, v. */
const rules: Readonly<Record<string, (a: number, b: number, u: number, v: number) => number>> = {
  '+': (_a, _b, u, v) => u + v,
  '-': (_a, _b, u, v) => u - v,
  '*': (a, b, u, v) => u * b + a * v,
  '/': (a, b, u, v) => (u - (a / b) * v) / b,
  '^': (a, b, u, v) => (u === 0 ? 0 : b * a ** (b - 1) * u) + (v === 0 ? 0 : a ** b * Math.log(a) * v),
}

/** Derivatives of functions of one number. */
const elementary: Readonly<Record<string, (x: number) => number>> = {
  I: () => 1,
  'as.numeric': () => 1,
  abs: Math.sign,
  cos: (x) => -Math.sin(x),
  exp: Math.exp,
  expm1: Math.exp,
  log10: (x) => 1 / (x * Math.LN10),
  log1p: (x) => 1 / (1 + x),
  log2: (x) => 1 / (x * Math.LN2),
  sin: Math.cos,
  sqrt: (x) => 0.5 / Math.sqrt(x),
  tan: (x) => 1 + Math.tan(x) ** 2,
}

/** Functions whose value moves by steps, or is not numeric. */
const steps = new Set(['C', 'as.factor', 'as.integer', 'c', 'ceiling', 'factor', 'floor', 'relevel'])

function ofCall(call: CallNode, name: string, frame: Frame): Slope {
  let depends = false
  for (const { value } of call.args) {
    eachName(value, (one) => {
      depends ||= one.name === name
    })
  }
  if (!depends || steps.has(call.name)) return null
  if (call.name === 'pmin' || call.name === 'pmax') return ofExtreme(call, name, frame)
  if (call.name === 'ifelse') {
    const test = argument(call, 'test', frame)
    const condition = holds({ node: test, value: evaluate(test, frame) }, frame)
    const [yes, no] = ['yes', 'no'].map((side) => ofNumbers(argument(call, side, frame), name, frame))
    if (!yes && !no) return null
    return numbers(Float64Array.from({ length: frame.nrow }, (_, i) => (condition(i) ? yes : no)?.[i] ?? 0))
  }
  const node = argument(call, call.name === 'offset' ? 'object' : 'x', frame)
  const inner = ofNumbers(node, name, frame)
  if (!inner) return null
  const x = numericColumn(node, frame)
  const times = (f: (x: number) => number): NumericValue => numbers(inner.map((value, i) => value * f(x[i])))
  const matrix = (columns: readonly Float64Array[]): MatrixValue => ({
    kind: 'matrix',
    columns: columns.map((column) => column.map((value, i) => value * inner[i])),
    suffixes: columns.map((_, i) => String(i + 1)),
  })
  switch (call.name) {
    case 'offset':
      return numbers(inner)
    case 'log': {
      const base = constants(call, 'base', frame)
      const by = base === null ? 1 : Math.log(base.values[0] as number)
      return times((value) => 1 / (value * by))
    }
    case 'scale': {
      const [, width] = frame.basis.numbers.get(nodeText(call))!
      return times(() => 1 / width)
    }
    case 'poly': {
      const degree = setting(call, 'degree', 1, frame) as number
      if (setting(call, 'raw', false, frame) !== false)
        return matrix(Array.from({ length: degree }, (_, d) => x.map((value) => (d + 1) * value ** d)))
      return matrix(polynomialSlopes(x, frame.basis.numbers.get(nodeText(call))!))
    }
    case 'bs':
      return matrix(bSpline(call, frame, 1).columns)
    case 'ns':
      return matrix(naturalSpline(call, frame, 1).columns)
    default: {
      const f = elementary[call.name]
      if (!f) throw noDerivative(call, frame)
      return times(f)
    }
  }
}

/** The derivative of the argument that is the least or largest: of the first of equal ones. */
function ofExtreme(call: CallNode, name: string, frame: Frame): Slope {
  const columns = call.args.map(({ value }) => numericColumn(value, frame))
  const slopes = call.args.map(({ value }) => ofNumbers(value, name, frame))
  const sign = call.name === 'pmax' ? 1 : -1
  return numbers(
    columns[0].map((_, i) => {
      let at = 0
      columns.forEach((column, k) => {
        if (sign * column[i] > sign * columns[at][i]) at = k
      })
      return slopes[at]?.[i] ?? 0
    }),
  )
}
