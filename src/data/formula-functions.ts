import { formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import type { FunctionName } from '../formula/function-arguments.js'
import { numberText } from '../formula/number-text.js'
import type { CallNode, SyntaxNode } from '../formula/syntax-tree.js'
import { numbersKept } from './basis.js'
import { argument, constant, constants, setting } from './call-arguments.js'
import { holds } from './conditions.js'
import { evaluate, numeric, numericColumn, refuseNotFinite } from './evaluate.js'
import { asFactor, factorOf, releveled, withContrasts } from './factor-functions.js'
import { type FormulaFunction, type FormulaFunctions, type Frame, faultAt, placeOf } from './frame.js'
import { bSpline, naturalSpline } from './spline-functions.js'
import { evaluatePolynomial, polynomialRecurrence } from './orthogonal-polynomial.js'
import type { FactorValue, Value } from './value.js'

const registry: Readonly<Record<FunctionName, FormulaFunction>> = {
  C: withContrasts,
  I: (call, frame) => evaluate(argument(call, 'x', frame), frame),
  abs: elementwise(Math.abs),
  'as.factor': (call, frame) => asFactor(argument(call, 'x', frame), frame),
  'as.integer': elementwise(Math.trunc),
  'as.numeric': elementwise((x) => x),
  bs: (call, frame) => bSpline(call, frame),
  c: (call, frame) => ({ kind: 'constant', values: call.args.flatMap((a) => constant(a.value, frame).values) }),
  cbind: responseOnly,
  ceiling: elementwise(Math.ceil),
  cos: elementwise(Math.cos),
  exp: elementwise(Math.exp),
  expm1: elementwise(Math.expm1),
  factor: (call, frame) =>
    factorOf(argument(call, 'x', frame), constants(call, 'levels', frame), constants(call, 'labels', frame), frame),
  floor: elementwise(Math.floor),
  ifelse: chosen,
  log: logarithm,
  log10: elementwise(Math.log10, 'values above 0'),
  log1p: elementwise(Math.log1p, 'values above -1'),
  log2: elementwise(Math.log2, 'values above 0'),
  ns: (call, frame) => naturalSpline(call, frame),
  offset: (call, frame) => evaluate(argument(call, 'object', frame), { ...frame, within: 'offset' }),
  pmax: extreme(Math.max),
  pmin: extreme(Math.min),
  poly: polynomial,
  relevel: (call, frame) => releveled(argument(call, 'x', frame), argument(call, 'ref', frame), frame),
  scale: scaled,
  sin: elementwise(Math.sin),
  sqrt: elementwise(Math.sqrt, 'values of 0 or more'),
  tan: elementwise(Math.tan),
}

/** The functions of a formula that every frame has. */
export const formulaFunctions: FormulaFunctions = new Map(Object.entries(registry))

function elementwise(f: (x: number) => number, domain: string | null = null): FormulaFunction {
  return (call, frame) => mapped(f, domain, call, argument(call, 'x', frame), frame)
}

function mapped(
  f: (x: number) => number,
  domain: string | null,
  call: CallNode,
  node: SyntaxNode,
  frame: Frame,
): Value {
  const x = numeric(node, frame)
  const out = new Float64Array(x.values.length)
  for (let i = 0; i < out.length; i++) {
    out[i] = f(x.values[i])
    if (Number.isFinite(out[i])) continue
    if (domain === null) refuseNotFinite(out, call, frame)
    const where = x.kind === 'constant' ? '' : ` in ${placeOf(frame, i)}`
    throw faultAt(
      frame,
      call,
      `${nodeText(call)} needs ${domain}, got ${nodeText(node)} = ${numberText(x.values[i])}${where}`,
      frame.within === 'offset'
        ? 'an exposure (time, area, persons) is above 0; where nothing was exposed nothing can be counted: write NA to leave the row out'
        : 'correct the cell, write NA for a missing value, or transform otherwise (log1p(x) takes 0)',
    )
  }
  return x.kind === 'constant' ? { kind: 'constant', values: [out[0]] } : { kind: 'numeric', values: out }
}

function logarithm(call: CallNode, frame: Frame): Value {
  const base = constants(call, 'base', frame)
  const node = argument(call, 'x', frame)
  if (base === null) return mapped(Math.log, 'values above 0', call, node, frame)
  const value = base.values[0]
  if (typeof value !== 'number' || value <= 0 || value === 1)
    throw formulaFault(
      frame.source,
      call.start,
      `a base above 0 and not 1 was expected, got ${nodeText(call)}`,
      'such as log(x, 2)',
    )
  const f = value === 2 ? Math.log2 : value === 10 ? Math.log10 : (x: number) => Math.log(x) / Math.log(value)
  return mapped(f, 'values above 0', call, node, frame)
}

/** R's ifelse(test, yes, no): numbers, or texts that become the levels of a factor. */
function chosen(call: CallNode, frame: Frame): Value {
  const test = argument(call, 'test', frame)
  const condition = holds({ node: test, value: evaluate(test, frame) }, frame)
  const sides = [argument(call, 'no', frame), argument(call, 'yes', frame)]
  const values = sides.map((node) => evaluate(node, frame))
  if (values.every(isText)) {
    const at = values.map((value) => textAt(value as FactorValue))
    const levels = [...new Set(Array.from({ length: frame.nrow }, (_, i) => at[Number(condition(i))](i)))].sort()
    const place = new Map(levels.map((level, code) => [level, code]))
    const codes = Int32Array.from({ length: frame.nrow }, (_, i) => place.get(at[Number(condition(i))](i))!)
    return { kind: 'factor', levels, codes }
  }
  const [no, yes] = sides.map((node) => numericColumn(node, frame))
  return { kind: 'numeric', values: no.map((value, i) => (condition(i) ? yes[i] : value)) }
}

const isText = (value: Value): boolean =>
  value.kind === 'factor'
    ? !value.logical
    : value.kind === 'constant' && value.values.length === 1 && typeof value.values[0] === 'string'

const textAt = (value: Value): ((row: number) => string) =>
  value.kind === 'factor'
    ? (i) => value.levels[value.codes[i]]
    : () => String((value as { values: readonly unknown[] }).values[0])

/** pmin and pmax: the least or the largest of several columns and constants, row by row. */
function extreme(of: (a: number, b: number) => number): FormulaFunction {
  return (call, frame) => {
    const columns = call.args.map(({ value }) => numericColumn(value, frame))
    const values = columns[0].slice()
    for (const column of columns.slice(1)) for (let i = 0; i < values.length; i++) values[i] = of(values[i], column[i])
    return { kind: 'numeric', values }
  }
}

function polynomial(call: CallNode, frame: Frame): Value {
  const node = argument(call, 'x', frame)
  const x = numericColumn(node, frame)
  const degree = setting(call, 'degree', 1, frame)
  const raw = setting(call, 'raw', false, frame)
  const different = new Set(x).size
  if (typeof degree !== 'number' || !Number.isInteger(degree) || degree < 1 || degree > 100)
    throw formulaFault(
      frame.source,
      call.start,
      `a whole degree from 1 to 100 was expected, got ${nodeText(call)}`,
      'such as poly(x, 2)',
    )
  if (raw === false && degree >= different && !frame.basis.given)
    throw faultAt(
      frame,
      call,
      `more than ${degree} different values of ${nodeText(node)} were expected for ${nodeText(call)}, got ${different}`,
      'lower the degree',
    )
  const recurrence = (): number[] => polynomialRecurrence(x, degree)
  const columns =
    raw === false ? evaluatePolynomial(x, numbersKept(frame.basis, nodeText(call), recurrence)) : powers(x, degree)
  for (const column of columns) refuseNotFinite(column, call, frame)
  return { kind: 'matrix', columns, suffixes: columns.map((_, i) => String(i + 1)) }
}

const powers = (x: Float64Array, degree: number): Float64Array[] =>
  Array.from({ length: degree }, (_, d) => x.map((value) => value ** (d + 1)))

/** R's scale: less the mean, over the standard deviation with n - 1; over the root mean square when not centred. */
function scaled(call: CallNode, frame: Frame): Value {
  const x = numericColumn(argument(call, 'x', frame), frame)
  const center = setting(call, 'center', true, frame)
  const scale = setting(call, 'scale', true, frame)
  const [middle, width] = numbersKept(frame.basis, nodeText(call), () => {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length
    const middle = center === true ? mean : Number(center)
    let squares = 0
    for (const value of x) squares += (value - middle) ** 2
    return [middle, scale === true ? Math.sqrt(squares / (x.length - 1)) : scale === false ? 1 : scale]
  })
  if (!(width > 0) && scale === true)
    throw faultAt(
      frame,
      call,
      `different values were expected for ${nodeText(call)}, got a constant column`,
      'leave the column out',
    )
  const values = x.map((value) => (value - middle) / width)
  refuseNotFinite(values, call, frame)
  return { kind: 'numeric', values }
}

function responseOnly(call: CallNode, frame: Frame): never {
  throw formulaFault(
    frame.source,
    call.start,
    `cbind was expected on the left of ~ alone, got ${nodeText(call)} in a term`,
    'write its columns as terms of their own',
  )
}
