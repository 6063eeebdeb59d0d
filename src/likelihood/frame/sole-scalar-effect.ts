import type { RandomTerm } from '../../data/model.js'
import { isPlain } from './row-kernel.js'
import type { Stated } from './stated.js'

/** The random term of a model with one predictor, fused kernels and one scalar effect a level; null for any other model. */
export function soleScalarEffect({
  model,
  family,
  layout,
}: Pick<Stated, 'model' | 'family' | 'layout'>): RandomTerm | null {
  const [first, another] = layout.terms
  if (!isPlain(model) || family.kernel === undefined || !first || another) return null
  return first.term.names.length === 1 && first.size === 1 ? first.term : null
}
