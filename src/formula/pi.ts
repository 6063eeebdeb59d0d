import { takesWord } from './function-arguments.js'
import { eachName, type Formula, type SyntaxNode } from './syntax-tree.js'

/** The formula with the number pi for its name, inside of functions and arithmetic, where no column has that name. */
export function withPi(formula: Formula, columns: readonly string[] | null): Formula {
  if (columns === null || columns.includes('pi') || !/\bpi\b/.test(formula.source)) return formula
  const left = formula.left === null ? null : replaced(formula.left, false)
  return { ...formula, left, right: replaced(formula.right, false) }
}

/** `inside` is true where a name is a number and not a term of its own. */
function replaced(node: SyntaxNode, inside: boolean): SyntaxNode {
  let has = false
  eachName(node, ({ name }) => {
    has ||= name === 'pi'
  })
  if (!has) return node
  switch (node.kind) {
    case 'name':
      if (!inside) return node
      return { kind: 'number', value: Math.PI, integer: false, name: 'pi', start: node.start, end: node.end }
    case 'unary':
      return { ...node, operand: replaced(node.operand, inside) }
    case 'binary':
      return { ...node, left: replaced(node.left, inside), right: replaced(node.right, inside) }
    case 'bracket':
      return { ...node, inner: replaced(node.inner, inside) }
    case 'call':
      return {
        ...node,
        args: node.args.map((argument, i) =>
          takesWord(node.name, argument.name, i) ? argument : { ...argument, value: replaced(argument.value, true) },
        ),
      }
    default:
      return node
  }
}
