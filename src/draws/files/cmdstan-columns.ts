import type { Model } from '../../data/model.js'
import { state } from '../../likelihood/frame/stated.js'
import { plainName } from '../../likelihood/coordinates/drawn-parameters.js'

/** A parameter's column in a file of CmdStan's form. */
export interface CmdstanColumn {
  /** 'b_treat'; 'r_center.3.1' is level 3, column 1 of an array. */
  readonly column: string
  /** Its place among the drawn quantities. */
  readonly index: number
}

/**
 * Columns of the drawn quantities `names` of a model, in CmdStan's order: effects as arrays of levels x columns, the first index
 * the fastest; terms of one name are one array. What Stan's names lack is '_', and a number makes equal ones differ.
 */
export function cmdstanColumns(names: readonly string[], model: Model): CmdstanColumn[] {
  const arrays = new Map<string, { readonly index: number; readonly level: number; readonly column: number }[]>()
  const { terms, outer } = state(model).coordinates
  names.slice(0, outer).forEach((name, index) => {
    arrays.set(name, [{ index, level: 0, column: 0 }])
  })
  for (const { laid, effects } of terms) {
    const { levels, names: columns } = laid.term
    const start = outer + effects
    const ending = `[${levels[0]},${plainName(columns[0])}]`
    const array = `${names[start].slice(0, -ending.length)}[`
    const elements = arrays.get(array) ?? []
    const before = elements.reduce((most, { column }) => Math.max(most, column), 0)
    columns.forEach((_, j) => {
      for (let l = 0; l < levels.length; l++) {
        elements.push({ index: start + l * columns.length + j, level: l + 1, column: before + j + 1 })
      }
    })
    arrays.set(array, elements)
  }
  const taken = new Set<string>()
  return [...arrays].flatMap(([name, elements]) => {
    const stan = freeName(stanName(name), taken)
    return elements.map(({ index, level, column }) => ({
      column: level === 0 ? stan : `${stan}.${level}.${column}`,
      index,
    }))
  })
}

/** Names that end with two underscores are the sampler's own. */
const stanName = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '_').replace(/_+$/, '')

function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let k = 2; taken.has(free); k++) free = `${name}_${k}`
  taken.add(free)
  return free
}
