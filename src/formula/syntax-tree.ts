import { takesWord } from './function-arguments.js'

/** Operators of a formula, by R's names. `|` and `||` join the two sides of a random term or, in a function, conditions. */
export type Operator = '+' | '-' | '*' | '/' | ':' | '^' | '%in%' | '|' | '||' | Comparison | '&' | '&&'

/** Operators of a condition on columns, as in `week > 2`. */
export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!='

const conditions: ReadonlySet<Operator> = new Set<Operator>(['<', '<=', '>', '>=', '==', '!=', '&', '&&'])

/** Whether an operator makes a condition of its sides, so that R takes the whole for one variable. */
export const isCondition = (operator: Operator): boolean => conditions.has(operator)

interface Spanned {
  /** First character in the source of the formula, from 0. */
  readonly start: number
  /** One past the last character. */
  readonly end: number
}

export interface NumberNode extends Spanned {
  readonly kind: 'number'
  readonly value: number
  /** Written with R's L suffix. */
  readonly integer: boolean
  /** The word it was written as, where that is not its digits. */
  readonly name?: 'pi'
}
export interface TextNode extends Spanned {
  readonly kind: 'text'
  readonly value: string
}
export interface LogicalNode extends Spanned {
  readonly kind: 'logical'
  readonly value: boolean
}
/** A column, or `.`. */
export interface NameNode extends Spanned {
  readonly kind: 'name'
  readonly name: string
}
export interface UnaryNode extends Spanned {
  readonly kind: 'unary'
  readonly operator: '+' | '-' | '!'
  readonly operand: SyntaxNode
}
export interface BinaryNode extends Spanned {
  readonly kind: 'binary'
  readonly operator: Operator
  readonly left: SyntaxNode
  readonly right: SyntaxNode
}
/** Brackets; kept, so that a formula prints as it was written. */
export interface BracketNode extends Spanned {
  readonly kind: 'bracket'
  readonly inner: SyntaxNode
}
export interface CallNode extends Spanned {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Argument[]
}
export interface Argument {
  /** As in `ref = "b"`; null for an argument given by position. */
  readonly name: string | null
  readonly value: SyntaxNode
}

export type SyntaxNode =
  | NumberNode
  | TextNode
  | LogicalNode
  | NameNode
  | UnaryNode
  | BinaryNode
  | BracketNode
  | CallNode

/** A parsed formula. Never evaluated as code: only the functions of the registry can be called. */
export interface Formula {
  /** As the user wrote it; spans refer to this. */
  readonly source: string
  /** The response, or null for a one-sided formula `~ x`. */
  readonly left: SyntaxNode | null
  readonly right: SyntaxNode
}

/** The node inside any number of brackets. */
export function unbracketed(node: SyntaxNode): SyntaxNode {
  let at = node
  while (at.kind === 'bracket') at = at.inner
  return at
}

/** Calls `visit` for every column name in `node`, left to right; words such as the `sum` of C(x, sum) are none. */
export function eachName(node: SyntaxNode, visit: (name: NameNode) => void): void {
  switch (node.kind) {
    case 'name':
      visit(node)
      break
    case 'unary':
      eachName(node.operand, visit)
      break
    case 'binary':
      eachName(node.left, visit)
      eachName(node.right, visit)
      break
    case 'bracket':
      eachName(node.inner, visit)
      break
    case 'call':
      node.args.forEach((argument, i) => {
        if (!takesWord(node.name, argument.name, i)) eachName(argument.value, visit)
      })
      break
    default:
  }
}
