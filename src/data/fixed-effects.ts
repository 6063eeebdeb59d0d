import type { Warning } from '../errors.js'
import { independentColumns } from './aliased-columns.js'
import type { Combination } from './basis.js'
import { combinationsOf } from './column-combinations.js'
import type { Design } from './design-matrix.js'
import type { FixedEffects } from './model.js'

/** A design matrix without its aliased columns, and what these are combinations of. */
export function fixedEffects(
  design: Design,
  n: number,
  predictor: string,
): { fixed: FixedEffects; combinations: readonly Combination[] } {
  const { names, x } = design
  const kept = independentColumns(x, n, names.length)
  if (kept.length === names.length) return { fixed: { names, x, aliased: [] }, combinations: [] }
  const left = new Float64Array(n * kept.length)
  kept.forEach((j, k) => {
    left.set(x.subarray(j * n, j * n + n), k * n)
  })
  const keeps = new Set(kept)
  const rest = names.map((_, j) => j).filter((j) => !keeps.has(j))
  const coefficients = combinationsOf(
    left,
    rest.map((j) => x.subarray(j * n, j * n + n)),
    n,
  )
  return {
    fixed: { names: Array.from(kept, (j) => names[j]), x: left, aliased: rest.map((j) => names[j]) },
    combinations: rest.map((j, a) => ({ predictor, column: names[j], coefficients: coefficients[a] })),
  }
}

/** The warning about aliased columns, if there are any. */
export function aliasWarnings({ aliased }: FixedEffects): readonly Warning[] {
  if (aliased.length === 0) return []
  const what =
    aliased.length === 1 ? 'column left out as a linear combination' : 'columns left out as linear combinations'
  return [{ code: 'ALIASED', message: `${what} of earlier ones: ${aliased.join(', ')}` }]
}
