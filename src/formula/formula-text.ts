import { numberText } from './number-text.js'
import type { Formula, SyntaxNode } from './syntax-tree.js'
import { isSyntacticName } from './tokenize.js'

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\\': '\\\\', '"': '\\"', '`': '\\`' }
const escaped = (text: string, signs: RegExp): string => text.replace(signs, (sign) => escapes[sign])

/** A column name as a formula has it, in backquotes where it needs them. */
export const nameText = (name: string): string => (isSyntacticName(name) ? name : `\`${escaped(name, /[\n\t\\`]/g)}\``)

/** A part of a formula as R's deparse prints it: one space around + - * | %in%, none around / : ^. */
export function nodeText(node: SyntaxNode): string {
  switch (node.kind) {
    case 'name':
      return nameText(node.name)
    case 'number':
      return node.name ?? numberText(node.value) + (node.integer ? 'L' : '')
    case 'text':
      return `"${escaped(node.value, /[\n\t\\"]/g)}"`
    case 'logical':
      return node.value ? 'TRUE' : 'FALSE'
    case 'unary':
      return node.operator + nodeText(node.operand)
    case 'bracket':
      return `(${nodeText(node.inner)})`
    case 'call': {
      const args = node.args.map((a) => (a.name === null ? '' : `${nameText(a.name)} = `) + nodeText(a.value))
      return `${node.name}(${args.join(', ')})`
    }
    case 'binary': {
      const tight = node.operator === '/' || node.operator === ':' || node.operator === '^'
      return nodeText(node.left) + (tight ? node.operator : ` ${node.operator} `) + nodeText(node.right)
    }
  }
}

/** The formula on one line, as R's deparse prints it. */
export const formulaText = (formula: Formula): string =>
  (formula.left === null ? '~' : `${nodeText(formula.left)} ~ `) + nodeText(formula.right)
