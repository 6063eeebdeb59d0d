import type { Model } from '../../data/model.js'

/** What a column of the design was made of. */
export interface ColumnSource {
  /** As it stands in a formula: `period` of `period2`, `poly(x, 2)` of `poly(x, 2)1`. */
  readonly variable: string
  /** The level that a column of 0 and 1 marks, null for other columns. */
  readonly level: string | null
  /** Whether it is one of the columns of a polynomial or a spline. */
  readonly curve: boolean
}

/** The variable that a column of the design was made of, and the level of a factor that it stands for. */
export function columnSource(name: string, { basis }: Pick<Model, 'basis'>): ColumnSource {
  const factor = Object.entries(basis?.levels ?? {}).find(
    ([variable, levels]) => name.startsWith(variable) && levels.includes(name.slice(variable.length)),
  )
  if (factor) return { variable: factor[0], level: name.slice(factor[0].length), curve: false }
  const curve = /^((?:poly|ns|bs)\(.*\))\d+$/.exec(name)
  return { variable: curve ? curve[1] : name, level: null, curve: curve !== null }
}
