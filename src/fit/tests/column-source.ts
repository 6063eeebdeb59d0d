import type { Model } from '../../data/model.js'
import { designVariable } from './design-variable.js'

/** What a column of the design was made of. */
export interface ColumnSource {
  /** As it stands in a formula. */
  readonly variable: string
  /** The level that a column of 0 and 1 marks, null for other columns. */
  readonly level: string | null
  /** Whether it is one of the columns of a polynomial or a spline. */
  readonly curve: boolean
}

/** The variable that a column of the design was made of, and what part of it the column is. */
export function columnSource(name: string, model: Pick<Model, 'basis'>): ColumnSource {
  const variable = designVariable(name, model)
  const rest = name.slice(variable.length)
  const level = model.basis?.levels[variable]?.includes(rest) ? rest : null
  return { variable, level, curve: level === null && rest !== '' && /^(?:poly|ns|bs)\(/.test(variable) }
}
