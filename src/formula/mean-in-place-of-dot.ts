import { nodeText } from './formula-text.js'
import { eachName, type Formula, type SyntaxNode, unbracketed } from './syntax-tree.js'

/**
 * The formula of a further predictor (`~ . + z`) with the right-hand side of the mean's in place of each `.`, offsets
 * left out, as glmmTMB has it. Unchanged where there is no `.`.
 */
export function meanInPlaceOfDot({ source, right }: Formula, mean: Formula): string {
  const dots: { start: number; end: number }[] = []
  eachName(right, (name) => {
    if (name.name === '.') dots.push(name)
  })
  const rest = withoutOffsets(mean.right)
  const text = `(${rest === null ? '1' : nodeText(rest)})`
  return dots.reduceRight((all, { start, end }) => all.slice(0, start) + text + all.slice(end), source)
}

/** The terms of a sum that are no offset(...); null for none. */
function withoutOffsets(node: SyntaxNode): SyntaxNode | null {
  const bare = unbracketed(node)
  if (bare.kind === 'call' && bare.name === 'offset') return null
  if (node.kind === 'bracket') {
    const inner = withoutOffsets(node.inner)
    return inner && { ...node, inner }
  }
  if (node.kind !== 'binary' || (node.operator !== '+' && node.operator !== '-')) return node
  const left = withoutOffsets(node.left)
  const right = withoutOffsets(node.right)
  if (right === null) return left
  if (left !== null) return { ...node, left, right }
  return node.operator === '+'
    ? right
    : { kind: 'unary', operator: '-', operand: right, start: node.start, end: node.end }
}
