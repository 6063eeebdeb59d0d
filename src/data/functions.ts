import { formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import { type FunctionName, functionArguments } from '../formula/function-arguments.js'
import { numberText } from '../formula/number-text.js'
import type { CallNode, SyntaxNode } from '../formula/syntax-tree.js'
import { numbersKept } from './basis.js'
import { evaluate, numeric, numericColumn, refuseNotFinite } from './evaluate.js'
import { asFactor, factorOf, releveled } from './factor-functions.js'
import { type Frame, faultAt, placeOf } from './frame.js'
import { evaluatePolynomial, polynomialRecurrence } from './orthogonal-polynomial.js'
import type { ConstantValue, Value } from './value.js'

/** Computes a call. Arguments are still syntax, so that a message can point at them. */
export type FormulaFunction = (call: CallNode, frame: Frame) => Value

const registry: Readonly<Record<FunctionName, FormulaFunction>> = {
  I: (call, frame) => evaluate(argument(call, 'x', frame), frame),
  abs: elementwise(Math.abs),
  'as.factor': (call, frame) => asFactor(argument(call, 'x', frame), frame),
  c: (call, frame) => ({ kind: 'constant', values: call.args.flatMap((a) => constant(a.value, frame).values) }),
  cbind: responseOnly,
  cos: elementwise(Math.cos),
  exp: elementwise(Math.exp),
  expm1: elementwise(Math.expm1),
  factor: (call, frame) =>
    factorOf(argument(call, 'x', frame), constants(call, 'levels', frame), constants(call, 'labels', frame), frame),
  log: logarithm,
  log10: elementwise(Math.log10, 'values above 0'),
  log1p: elementwise(Math.log1p, 'values above -1'),
  log2: elementwise(Math.log2, 'values above 0'),
  offset: (call, frame) => evaluate(argument(call, 'object', frame), frame),
  poly: polynomial,
  relevel: (call, frame) => releveled(argument(call, 'x', frame), argument(call, 'ref', frame), frame),
  scale: scaled,
  sin: elementwise(Math.sin),
  sqrt: elementwise(Math.sqrt, 'values of 0 or more'),
  tan: elementwise(Math.tan),
}

export const functions: ReadonlyMap<string, FormulaFunction> = new Map(Object.entries(registry))

/** The argument of that name: given by name, or by its place among the unnamed ones, as R matches them. */
function optional(call: CallNode, name: string): SyntaxNode | null {
  const named = call.args.find((a) => a.name === name)
  if (named !== undefined) return named.value
  const taken = new Set(call.args.map((a) => a.name))
  const free = functionArguments.get(call.name)!.filter((formal) => !taken.has(formal))
  return call.args.filter((a) => a.name === null)[free.indexOf(name)]?.value ?? null
}

function argument(call: CallNode, name: string, frame: Frame): SyntaxNode {
  const node = optional(call, name)
  if (node !== null) return node
  throw formulaFault(
    frame.source,
    call.start,
    `an argument ${name} was expected in ${nodeText(call)}, got none`,
    `write ${call.name}(${functionArguments.get(call.name)!.join(', ')})`,
  )
}

function constant(node: SyntaxNode, frame: Frame): ConstantValue {
  const value = evaluate(node, frame)
  if (value.kind === 'constant') return value
  throw formulaFault(
    frame.source,
    node.start,
    `constants were expected, got ${nodeText(node)}`,
    'write numbers or "texts"',
  )
}

function constants(call: CallNode, name: string, frame: Frame): ConstantValue | null {
  const node = optional(call, name)
  return node === null ? null : constant(node, frame)
}

/** A number or TRUE / FALSE, with what it is when left out. */
function setting<T extends number | boolean>(
  call: CallNode,
  name: string,
  otherwise: T,
  frame: Frame,
): T | number | boolean {
  const given = constants(call, name, frame)
  if (given === null) return otherwise
  const value = given.values[0]
  if (given.values.length === 1 && typeof value !== 'string') return value
  throw formulaFault(
    frame.source,
    call.start,
    `a number or TRUE or FALSE was expected as ${name} of ${call.name}, got ${nodeText(call)}`,
    `such as ${name} = ${otherwise === true ? 'FALSE' : 2}`,
  )
}

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
      'correct the cell, write NA for a missing value, or transform otherwise (log1p(x) takes 0)',
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
