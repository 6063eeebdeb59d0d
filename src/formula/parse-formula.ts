import { covarianceNames } from '../covariance/registry.js'
import type { GlmmError } from '../errors.js'
import { formulaFault } from './formula-fault.js'
import { functionArguments } from './function-arguments.js'
import { nearestName } from '../nearest-name.js'
import type { Argument, CallNode, Formula, Operator, SyntaxNode } from './syntax-tree.js'
import { type Token, tokenize } from './tokenize.js'

/** Brackets, signs and powers may nest this deep. */
const maxDepth = 200

/** R's precedence; a larger power binds tighter. `^` is right-associative, all others left. */
const bindingPower: ReadonlyMap<string, number> = new Map([
  ['|', 2],
  ['||', 2],
  ['&', 2.2],
  ['&&', 2.2],
  ['<', 2.6],
  ['<=', 2.6],
  ['>', 2.6],
  ['>=', 2.6],
  ['==', 2.6],
  ['!=', 2.6],
  ['+', 3],
  ['-', 3],
  ['*', 4],
  ['/', 4],
  ['%in%', 5],
  [':', 6],
  ['^', 8],
])
const signPower = 7
/** `!` takes a whole comparison, as in R: !a == b is !(a == b). */
const notPower = 2.4

interface Parser {
  readonly source: string
  readonly tokens: readonly Token[]
  at: number
  depth: number
}

/** Parses R's formula language. Throws GlmmError FORMULA with a caret under the fault. */
export function parseFormula(source: string): Formula {
  const parser: Parser = { source, tokens: tokenize(source), at: 0, depth: 0 }
  if (parser.tokens.length === 1)
    throw formulaFault(source, 0, 'a formula was expected, got an empty text', 'write one such as y ~ x + (1 | g)')
  const left = is(peek(parser), '~') ? null : expression(parser, 0)
  const tilde = peek(parser)
  if (!is(tilde, '~')) {
    if (tilde.kind !== 'end') throw unexpected(parser, tilde)
    throw formulaFault(
      source,
      source.length,
      'a ~ was expected between response and terms, the formula has none',
      'write response ~ terms, such as y ~ x + (1 | g)',
    )
  }
  parser.at++
  const right = expression(parser, 0)
  const end = peek(parser)
  if (is(end, '~')) throw formulaFault(source, end.start, 'one ~ was expected, got a second', 'a formula has one ~')
  if (end.kind !== 'end') throw unexpected(parser, end)
  return { source, left, right }
}

const peek = (parser: Parser): Token => parser.tokens[parser.at]
const is = (token: Token, sign: string): boolean => token.kind === 'operator' && token.text === sign

/** Pratt's loop: an operand, then every operator that binds tighter than `power`. */
function expression(parser: Parser, power: number): SyntaxNode {
  if (++parser.depth > maxDepth)
    throw formulaFault(
      parser.source,
      peek(parser).start,
      `brackets may nest ${maxDepth} deep, these go deeper`,
      'simplify the formula',
    )
  let left = operand(parser)
  for (;;) {
    const token = peek(parser)
    const binding = token.kind === 'operator' ? bindingPower.get(token.text) : undefined
    if (binding === undefined || binding <= power) break
    parser.at++
    const operator = token.text as Operator
    const right = expression(parser, operator === '^' ? binding - 1 : binding)
    left = { kind: 'binary', operator, left, right, start: left.start, end: right.end }
  }
  parser.depth--
  return left
}

function operand(parser: Parser): SyntaxNode {
  const token = peek(parser)
  parser.at++
  const { start, end, text } = token
  switch (token.kind) {
    case 'number': {
      const integer = text.endsWith('L')
      const value = Number(integer ? text.slice(0, -1) : text)
      if (value === Number.POSITIVE_INFINITY)
        throw formulaFault(parser.source, start, `a finite number was expected, got ${text}`, 'write a smaller number')
      return { kind: 'number', value, integer, start, end }
    }
    case 'text':
      return { kind: 'text', value: text, start, end }
    case 'name':
      if (!token.quoted && is(peek(parser), '(')) return call(parser, token)
      if (!token.quoted && (text === 'TRUE' || text === 'FALSE'))
        return { kind: 'logical', value: text === 'TRUE', start, end }
      return { kind: 'name', name: text, start, end }
    case 'operator':
      if (text === '+' || text === '-') {
        const inner = expression(parser, signPower)
        return { kind: 'unary', operator: text, operand: inner, start, end: inner.end }
      }
      if (text === '!') {
        const inner = expression(parser, notPower)
        return { kind: 'unary', operator: text, operand: inner, start, end: inner.end }
      }
      if (text === '(') {
        const inner = expression(parser, 0)
        return { kind: 'bracket', inner, start, end: closing(parser, token) }
      }
      break
    default:
  }
  parser.at--
  throw unexpected(parser, token)
}

/** Takes the bracket that closes `opening` and returns its end. */
function closing(parser: Parser, opening: Token): number {
  const token = peek(parser)
  if (is(token, ')')) {
    parser.at++
    return token.end
  }
  if (token.kind === 'end' || is(token, '~')) throw unclosed(parser, opening)
  throw unexpected(parser, token)
}

const unclosed = (parser: Parser, opening: Token): GlmmError =>
  formulaFault(
    parser.source,
    opening.start,
    `a closing ) was expected for this (, the ${is(peek(parser), '~') ? 'response' : 'formula'} ends first`,
    'close the bracket',
  )

function call(parser: Parser, name: Token): CallNode {
  const opening = peek(parser)
  const known = functionArguments.get(name.text)
  if (known === undefined && !covarianceNames().includes(name.text)) throw unknownFunction(parser, name)
  parser.at++
  const args: Argument[] = []
  while (!is(peek(parser), ')')) {
    if (args.length > 0) {
      if (!is(peek(parser), ',')) break
      parser.at++
    }
    if (peek(parser).kind === 'end' || is(peek(parser), '~')) throw unclosed(parser, opening)
    const first = peek(parser)
    let argumentName: string | null = null
    if (first.kind === 'name' && is(parser.tokens[parser.at + 1], '=')) {
      argumentName = first.text
      parser.at += 2
    }
    if (argumentName !== null && known !== undefined && !known.includes('...') && !known.includes(argumentName)) {
      const near = nearestName(argumentName, known)
      throw formulaFault(
        parser.source,
        first.start,
        `${name.text} takes ${known.join(', ')}, got an argument named ${argumentName}`,
        near === null ? 'leave the argument out' : `did you mean ${near}?`,
      )
    }
    args.push({ name: argumentName, value: expression(parser, 0) })
  }
  const end = closing(parser, opening)
  const most = known === undefined ? 1 : known.includes('...') ? Number.POSITIVE_INFINITY : known.length
  if (args.length === 0 || args.length > most)
    throw formulaFault(
      parser.source,
      name.start,
      `${name.text} takes ${known === undefined ? '(effects | group)' : known.join(', ')}, got ${args.length} arguments`,
      args.length === 0 ? `write what ${name.text} is to work on` : 'remove the arguments that are too many',
    )
  return { kind: 'call', name: name.text, args, start: name.start, end }
}

function unknownFunction(parser: Parser, name: Token): GlmmError {
  const names = [...functionArguments.keys(), ...covarianceNames()]
  const near = nearestName(name.text, names)
  const hint = near === null ? 'make it a column of the table' : `did you mean ${near}?`
  return formulaFault(
    parser.source,
    name.start,
    `a function of the formula language was expected (${names.join(', ')}), got ${name.text}`,
    hint,
  )
}

function unexpected(parser: Parser, token: Token): GlmmError {
  const { source, tokens, at } = parser
  const before = at > 0 ? tokens[at - 1] : null
  const afterOperand = before !== null && (before.kind !== 'operator' || before.text === ')')
  if (token.kind === 'end')
    return formulaFault(
      source,
      token.start,
      `a name or number was expected after ${before === null ? 'the start' : before.text}, the formula ends first`,
      'complete the formula, or remove the last sign',
    )
  if (is(token, ')') && afterOperand)
    return formulaFault(
      source,
      token.start,
      'an operator was expected, got ) without its (',
      'remove the ), or add a (',
    )
  if (afterOperand) {
    const shown = source.slice(token.start, token.end)
    return formulaFault(
      source,
      token.start,
      `an operator was expected after ${source.slice(before.start, before.end)}, got ${shown}`,
      'join the two by + * : or another operator; a name with spaces goes in backquotes',
    )
  }
  return formulaFault(
    source,
    token.start,
    `a name or number was expected${before === null ? '' : ` after ${before.text}`}, got ${token.text}`,
    'remove one of the two signs, or put a name between them',
  )
}
