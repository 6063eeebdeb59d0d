import { covarianceNames } from '../covariance/registry.js'
import { type Expansion, expandTerms, type Terms } from './expand-terms.js'
import { formulaFault } from './formula-fault.js'
import { nodeText } from './formula-text.js'
import { type BinaryNode, type SyntaxNode, unbracketed } from './syntax-tree.js'

/** One random term (effects | group), with nested groups and `||` already expanded. */
export interface RandomPart {
  readonly effects: Terms
  /** 'g', or 'g:h' for the combinations of g and h. */
  readonly group: string
  /** The factors whose combinations are the groups. */
  readonly factors: readonly SyntaxNode[]
  /** 'us' unless the term is written as a call: diag(x | g). */
  readonly covariance: string
  /** Where the term stands in the source, from 0. */
  readonly start: number
}

/** A right-hand side divided. */
export interface Division {
  /** What is left when the random terms are taken out; null for nothing. */
  readonly fixed: SyntaxNode | null
  readonly bars: readonly { readonly bar: BinaryNode; readonly covariance: string }[]
}

/** Takes the random terms out of a right-hand side. They stand in its sums only. */
export function divide(node: SyntaxNode, source: string): Division {
  const bars: { bar: BinaryNode; covariance: string }[] = []
  const fixed = without(node, bars, source)
  return { fixed, bars }
}

function without(node: SyntaxNode, bars: { bar: BinaryNode; covariance: string }[], source: string): SyntaxNode | null {
  if (node.kind === 'bracket') {
    const inner = unbracketed(node)
    if (isBar(inner)) {
      bars.push({ bar: inner, covariance: 'us' })
      return null
    }
    const rest = without(inner, bars, source)
    return rest === inner ? node : rest
  }
  if (node.kind === 'call') {
    if (!covarianceNames().includes(node.name)) return node
    const inner = unbracketed(node.args[0].value)
    if (!isBar(inner))
      throw formulaFault(
        source,
        node.start,
        `${node.name} was expected around a random term, got ${nodeText(node)}`,
        `write ${node.name}(x | g)`,
      )
    bars.push({ bar: inner, covariance: node.name })
    return null
  }
  if (node.kind !== 'binary' || (node.operator !== '+' && node.operator !== '-')) return node
  const left = without(node.left, bars, source)
  const before = bars.length
  const right = without(node.right, bars, source)
  if (node.operator === '-' && bars.length > before)
    throw formulaFault(source, node.right.start, 'a fixed term was expected after -, got a random one', 'leave it out')
  if (left === node.left && right === node.right) return node
  if (right === null) return left
  if (left !== null) return { ...node, left, right }
  return node.operator === '+'
    ? right
    : { kind: 'unary', operator: '-', operand: right, start: node.start, end: node.end }
}

const isBar = (node: SyntaxNode): node is BinaryNode =>
  node.kind === 'binary' && (node.operator === '|' || node.operator === '||')

/**
 * The random terms of a right-hand side, in order. (1 | g/h) becomes (1 | g) + (1 | g:h), and (x || g) becomes
 * (1 | g) + (0 + x | g). As in lme4, `||` takes terms apart, not the columns of one factor.
 */
export function randomParts(division: Division, expansion: Expansion): RandomPart[] {
  const parts: RandomPart[] = []
  const seen = new Set<string>()
  for (const { bar, covariance } of division.bars) {
    const all = expandTerms(bar.left, expansion)
    refuse(all, bar, expansion.source)
    for (const factors of groupings(bar.right, expansion.source)) {
      const group = factors.map(nodeText).join(':')
      for (const effects of bar.operator === '||' ? takenApart(all) : [all]) {
        const key = `${effects.intercept} ${effects.terms.map((t) => t.map((v) => effects.variables[v].text).join(':')).join(' + ')} | ${group}`
        if (seen.has(key))
          throw formulaFault(
            expansion.source,
            bar.start,
            `each random term was expected once, got (${nodeText(bar)}) for group ${group} a second time`,
            'remove one of the two',
          )
        seen.add(key)
        parts.push({ effects, group, factors, covariance, start: bar.start })
      }
    }
  }
  return parts
}

function refuse(effects: Terms, bar: BinaryNode, source: string): void {
  if (effects.offsets.length > 0)
    throw formulaFault(
      source,
      bar.start,
      'effects were expected before |, got an offset',
      'move the offset out of the bracket',
    )
  if (!effects.intercept && effects.terms.length === 0)
    throw formulaFault(source, bar.start, 'an effect was expected before |, got none', 'write (1 | g) or (x | g)')
}

/** One Terms for the intercept and one for each term. */
function takenApart(all: Terms): Terms[] {
  const parts: Terms[] = all.terms.map((term) => ({ ...all, intercept: false, terms: [term] }))
  return all.intercept ? [{ ...all, terms: [] }, ...parts] : parts
}

/** The groupings behind a bar, each a list of factors to be crossed: g/h gives [[g], [g, h]]. */
function groupings(node: SyntaxNode, source: string): SyntaxNode[][] {
  if (node.kind === 'bracket') return groupings(node.inner, source)
  if (node.kind === 'binary' && node.operator === '/') {
    const outer = groupings(node.left, source)
    const last = outer[outer.length - 1]
    const all = [...outer, ...groupings(node.right, source).map((inner) => [...last, ...inner])]
    refuseNesting(all[all.length - 1], node, source)
    return all
  }
  if (node.kind === 'binary' && node.operator === ':') {
    const left = groupings(node.left, source)
    const right = groupings(node.right, source)
    if (left.length === 1 && right.length === 1) {
      const all = [...left[0], ...right[0]]
      refuseNesting(all, node, source)
      return [all]
    }
  }
  if (node.kind === 'name' && node.name !== '.') return [[node]]
  if (node.kind === 'call' && (node.name === 'factor' || node.name === 'as.factor')) return [[node]]
  throw formulaFault(
    source,
    node.start,
    `a group was expected after |, got ${nodeText(node)}`,
    'a group is a column, g/h or g:h; several groupings are several terms: (1 | g) + (1 | h)',
  )
}

/** Factors may nest this deep: each level is a random term of its own. */
const mostNested = 20

function refuseNesting(factors: readonly SyntaxNode[], node: SyntaxNode, source: string): void {
  const names = factors.map(nodeText)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined)
    throw formulaFault(
      source,
      node.start,
      `different factors were expected to nest, got ${twice} twice`,
      `write ${twice} once`,
    )
  if (factors.length > mostNested)
    throw formulaFault(
      source,
      node.start,
      `at most ${mostNested} factors were expected to nest, got ${factors.length}`,
      'leave levels out, or name their combination as one column',
    )
}
