import { covarianceNames } from '../covariance/registry.js'
import { formulaFault } from './formula-fault.js'
import { nodeText } from './formula-text.js'
import { type BinaryNode, isCondition, type NameNode, type SyntaxNode } from './syntax-tree.js'

/** A variable of the model frame: a column, or a function of columns such as log(x). */
export interface Variable {
  /** As R names it, the stem of coefficient names. */
  readonly text: string
  readonly node: SyntaxNode
}

/** R's terms object: what a right-hand side without random terms expands to. */
export interface Terms {
  readonly intercept: boolean
  /** In order of appearance, those of deleted terms and offsets included. */
  readonly variables: readonly Variable[]
  /** Each term as ascending indices into `variables`; sorted by order of interaction, then by appearance. */
  readonly terms: readonly (readonly number[])[]
  /** Indices of the variables that are `offset(...)`. */
  readonly offsets: readonly number[]
}

/** What `.` stands for, and the text of the formula for messages. */
export interface Expansion {
  readonly source: string
  /** Columns that `.` stands for; null where there is no table to ask. */
  readonly others: readonly string[] | null
}

/** More terms than this come from a mistake such as (a + b + ...)^9. */
const maxTerms = 5000

type Term = readonly number[]
/** Terms by the text of their indices, in order of appearance. Owned by the step that made it, which may change it. */
type TermSet = Map<string, Term>

interface State extends Expansion {
  readonly index: Map<string, number>
  readonly variables: Variable[]
  readonly offsets: number[]
  intercept: boolean
  /** False inside the right-hand side of a minus, where 1 takes the intercept out. */
  adding: boolean
}

/** Expands a right-hand side that has no random terms; `null` is an empty one, the intercept alone. */
export function expandTerms(node: SyntaxNode | null, expansion: Expansion): Terms {
  const { source, others } = expansion
  const state: State = { source, others, index: new Map(), variables: [], offsets: [], intercept: true, adding: true }
  const set = node === null ? new Map<string, Term>() : expand(node, state)
  let terms = [...set.values()]
  if (state.offsets.length > 0) terms = terms.filter((term) => !term.some((v) => state.offsets.includes(v)))
  terms.sort((a, b) => a.length - b.length)
  return { intercept: state.intercept, variables: state.variables, terms, offsets: state.offsets }
}

function expand(node: SyntaxNode, state: State): TermSet {
  switch (node.kind) {
    case 'bracket':
      return expand(node.inner, state)
    case 'name':
      return node.name === '.' ? everythingElse(node, state) : variable(node, state)
    case 'call':
      if (covarianceNames().includes(node.name)) throw notTerm(node, state, `got ${nodeText(node)}`)
      return variable(node, state)
    case 'number':
      if (node.value === 0 || node.value === 1) {
        state.intercept = (node.value === 1) === state.adding
        return new Map()
      }
      throw notTerm(node, state, `got the number ${nodeText(node)}`)
    case 'unary': {
      if (node.operator === '!') return variable(node, state)
      if (node.operator === '+') return expand(node.operand, state)
      subtracted(node.operand, state)
      return new Map()
    }
    case 'binary':
      return combined(node, state)
    default:
      throw notTerm(node, state, `got ${nodeText(node)}`)
  }
}

function combined(node: BinaryNode, state: State): TermSet {
  if (isCondition(node.operator)) return variable(node, state)
  if (node.operator === '^') return power(node, state)
  if (node.operator === '|' || node.operator === '||') throw notTerm(node, state, `got ${nodeText(node)}`)
  if (node.operator === '/' && node.left.kind === 'number')
    throw formulaFault(
      state.source,
      node.start,
      `a column was expected before /, got ${nodeText(node)}`,
      `a random intercept has a bar: (1 | ${nodeText(node.right)}); a / b stands for a + a:b`,
    )
  const left = expand(node.left, state)
  if (node.operator === '-') {
    for (const key of subtracted(node.right, state).keys()) left.delete(key)
    return left
  }
  const right = expand(node.right, state)
  const at = node.start
  switch (node.operator) {
    case '+':
      return addAll(left, right.values(), state, at)
    case ':':
      return crossed(left.values(), right, state, at)
    case '*': {
      const pairs = crossed(left.values(), right, state, at)
      return addAll(addAll(left, right.values(), state, at), pairs.values(), state, at)
    }
    case '/': {
      const nested = crossed([union(left.values())], right, state, at)
      return addAll(left, nested.values(), state, at)
    }
    case '%in%': {
      const within = union(right.values())
      return crossed(left.values(), new Map([[String(within), within]]), state, at)
    }
    default:
      throw notTerm(node, state, `got ${nodeText(node)}`)
  }
}

function subtracted(node: SyntaxNode, state: State): TermSet {
  state.adding = !state.adding
  const set = expand(node, state)
  state.adding = !state.adding
  return set
}

function power(node: BinaryNode, state: State): TermSet {
  const left = expand(node.left, state)
  const exponent = node.right.kind === 'bracket' ? node.right.inner : node.right
  if (exponent.kind !== 'number' || !Number.isInteger(exponent.value) || exponent.value < 1)
    throw formulaFault(
      state.source,
      node.right.start,
      `a whole number was expected as the power of terms, got ${nodeText(node.right)}`,
      'write I(x^2) for the square of a column, (a + b)^2 for interactions',
    )
  let result: TermSet = new Map(left)
  for (let i = 1; i < exponent.value; i++) {
    const before = result.size
    result = crossed(left.values(), result, state, node.start)
    if (result.size === before) break
  }
  return result
}

/** Every term of `left` with every term of `right`, the right running fastest. */
function crossed(left: Iterable<Term>, right: TermSet, state: State, at: number): TermSet {
  const result: TermSet = new Map()
  for (const a of left) for (const b of right.values()) add(result, union([a, b]), state, at)
  return result
}

function addAll(to: TermSet, terms: Iterable<Term>, state: State, at: number): TermSet {
  for (const term of terms) add(to, term, state, at)
  return to
}

function add(to: TermSet, term: Term, state: State, at: number): void {
  if (term.length === 0) return
  const key = term.length === 1 ? String(term[0]) : term.join()
  if (!to.has(key)) to.set(key, term)
  if (to.size > maxTerms)
    throw formulaFault(
      state.source,
      at,
      `a formula may expand to ${maxTerms} terms, this one has more`,
      'lower the power, or cross fewer columns',
    )
}

function union(terms: Iterable<Term>): Term {
  const all = new Set<number>()
  for (const term of terms) for (const v of term) all.add(v)
  return [...all].sort((a, b) => a - b)
}

function variable(node: SyntaxNode, state: State): TermSet {
  const text = nodeText(node)
  let v = state.index.get(text)
  if (v === undefined) {
    v = state.variables.length
    state.index.set(text, v)
    state.variables.push({ text, node })
    if (node.kind === 'call' && node.name === 'offset') state.offsets.push(v)
  }
  return new Map([[String(v), [v]]])
}

function everythingElse(node: NameNode, state: State): TermSet {
  if (state.others === null)
    throw formulaFault(state.source, node.start, 'a table was expected for ., got none', 'name the columns')
  const set: TermSet = new Map()
  for (const name of state.others)
    addAll(set, variable({ kind: 'name', name, start: node.start, end: node.end }, state).values(), state, node.start)
  return set
}

function notTerm(node: SyntaxNode, state: State, got: string) {
  if (node.kind === 'binary' || node.kind === 'call')
    return formulaFault(
      state.source,
      node.start,
      `a fixed effect was expected, got the random term ${nodeText(node)} without its own brackets or inside another term`,
      'join random terms by +, each in brackets: y ~ x + (1 | g)',
    )
  const hint = 'a term is a column, a function of columns, 0 or 1; arithmetic goes into I(): I(x + 2)'
  return formulaFault(state.source, node.start, `a term was expected, ${got}`, hint)
}
