import type { Warning } from '../errors.js'
import { independentColumns } from './aliased-columns.js'
import type { Design } from './design-matrix.js'
import type { FixedEffects } from './model.js'

/** A design matrix without its aliased columns. */
export function fixedEffects(design: Design, n: number): FixedEffects {
  const { names, x } = design
  const kept = independentColumns(x, n, names.length)
  if (kept.length === names.length) return { names, x, aliased: [] }
  const left = new Float64Array(n * kept.length)
  kept.forEach((j, k) => {
    left.set(x.subarray(j * n, j * n + n), k * n)
  })
  const keeps = new Set(kept)
  return { names: Array.from(kept, (j) => names[j]), x: left, aliased: names.filter((_, j) => !keeps.has(j)) }
}

/** The warning about aliased columns, if there are any. */
export function aliasWarnings({ aliased }: FixedEffects): readonly Warning[] {
  if (aliased.length === 0) return []
  const what =
    aliased.length === 1 ? 'column left out as a linear combination' : 'columns left out as linear combinations'
  return [{ code: 'ALIASED', message: `${what} of earlier ones: ${aliased.join(', ')}` }]
}
