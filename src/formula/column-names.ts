import { eachName, type Formula } from './syntax-tree.js'

/** Names of all columns a formula uses, in order of appearance, each once. `.` is not among them. */
export function columnNames(formula: Formula): string[] {
  const names = new Set<string>()
  if (formula.left !== null) eachName(formula.left, (node) => names.add(node.name))
  eachName(formula.right, (node) => names.add(node.name))
  names.delete('.')
  return [...names]
}
