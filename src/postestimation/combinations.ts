import type { ReferenceGrid } from './reference-grid.js'

/** A combination of values of the variables reported on, with the weights of the grid's cells. */
export interface Combination {
  readonly values: Readonly<Record<string, number | string>>
  /** Of the grid's cells: they add up to 1, or are all 0 where the fit has no row in any of them. */
  readonly weights: Float64Array
}

/** The combinations of values of some variables, the first varying fastest. */
export function combinations(
  grid: ReferenceGrid,
  names: readonly string[],
  weighting: 'equal' | 'proportional',
): Combination[] {
  const places = names.map((name) => grid.axes.findIndex((axis) => axis.name === name))
  const known = new Map<string, Combination>()
  const sizes = places.map((k) => grid.axes[k].values.length)
  for (let i = 0; i < sizes.reduce((a, b) => a * b, 1); i++) {
    let left = i
    const values = places.map((k, m) => {
      const value = grid.axes[k].values[left % sizes[m]]
      left = Math.floor(left / sizes[m])
      return value
    })
    const entry = {
      values: Object.fromEntries(names.map((name, m) => [name, values[m]])),
      weights: new Float64Array(grid.size),
    }
    known.set(JSON.stringify(values), entry)
  }
  for (let cell = 0; cell < grid.size; cell++) {
    const at = grid.at(cell)
    const { weights } = known.get(JSON.stringify(places.map((k) => at[k])))!
    weights[cell] = weighting === 'equal' ? 1 : grid.counts[cell]
  }
  const all = [...known.values()]
  for (const { weights } of all) {
    const sum = weights.reduce((total, one) => total + one, 0)
    if (sum > 0) for (let cell = 0; cell < weights.length; cell++) weights[cell] /= sum
  }
  return all
}
