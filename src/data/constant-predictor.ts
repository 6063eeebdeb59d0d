import type { Predictor } from './model.js'

/** True of a predictor that is one number: an intercept, beside an offset at most, but no coefficient of a column. */
export const isConstant = ({ fixed: { names }, random }: Pick<Predictor, 'fixed' | 'random'>): boolean =>
  names.length === 1 && names[0] === '(Intercept)' && random.length === 0
