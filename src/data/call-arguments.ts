import { formulaFault } from '../formula/formula-fault.js'
import { nodeText } from '../formula/formula-text.js'
import { functionArguments } from '../formula/function-arguments.js'
import type { CallNode, SyntaxNode } from '../formula/syntax-tree.js'
import { evaluate } from './evaluate.js'
import type { Frame } from './frame.js'
import type { ConstantValue } from './value.js'

/** The argument of that name: given by name, or by its place among the unnamed ones, as R matches them. */
export function optional(call: CallNode, name: string): SyntaxNode | null {
  const named = call.args.find((a) => a.name === name)
  if (named !== undefined) return named.value
  const taken = new Set(call.args.map((a) => a.name))
  const free = functionArguments.get(call.name)!.filter((formal) => !taken.has(formal))
  return call.args.filter((a) => a.name === null)[free.indexOf(name)]?.value ?? null
}

export function argument(call: CallNode, name: string, frame: Frame): SyntaxNode {
  const node = optional(call, name)
  if (node !== null) return node
  throw formulaFault(
    frame.source,
    call.start,
    `an argument ${name} was expected in ${nodeText(call)}, got none`,
    `write ${call.name}(${functionArguments.get(call.name)!.join(', ')})`,
  )
}

export function constant(node: SyntaxNode, frame: Frame): ConstantValue {
  const value = evaluate(node, frame)
  if (value.kind === 'constant') return value
  throw formulaFault(
    frame.source,
    node.start,
    `constants were expected, got ${nodeText(node)}`,
    'write numbers or "texts"',
  )
}

export function constants(call: CallNode, name: string, frame: Frame): ConstantValue | null {
  const node = optional(call, name)
  return node === null ? null : constant(node, frame)
}

/** A number or TRUE / FALSE, with what it is when left out. */
export function setting<T extends number | boolean>(
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
