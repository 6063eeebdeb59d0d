import { GlmmError } from '../errors.js'
import type { Role } from '../families/role.js'
import { caretLines } from '../formula/formula-fault.js'
import { type FormulaTerms, formulaTerms } from '../formula/formula-terms.js'
import { meanInPlaceOfDot } from '../formula/mean-in-place-of-dot.js'
import { parseFormula } from '../formula/parse-formula.js'
import type { Formula } from '../formula/syntax-tree.js'

/** A predictor beside the mean's, and the right-hand side a user gave it. */
export interface FurtherFormula {
  readonly name: string
  readonly formula: string | null
  /** 'shape' where left out. */
  readonly role?: Role | undefined
  /** The power of a precision weight in its natural value; see FurtherPredictor. */
  readonly precisionPower?: number | undefined
}

export interface FurtherTerms {
  readonly name: string
  readonly parsed: Formula
  readonly terms: FormulaTerms
}

/**
 * The terms of a further predictor, `~ 1` where none are given. `.` stands for the right-hand side of the mean's
 * formula, which `.` in turn stands there for the `columns` but those reserved. Throws FORMULA for one with a response,
 * on either side.
 */
export function furtherTerms(
  name: string,
  formula: string | null,
  mean: Formula,
  columns: readonly string[],
  reserved: readonly string[],
): FurtherTerms {
  const given = parseFormula(formula ?? '~ 1')
  if (given.left !== null)
    throw new GlmmError(
      'FORMULA',
      `a formula without a response was expected for ${name}, got ${formula}`,
      'begin it with ~, such as ~ x',
      caretLines(given.source, 0),
    )
  const parsed = parseFormula(meanInPlaceOfDot(given, mean))
  const terms = formulaTerms({ ...parsed, left: mean.left }, columns, reserved)
  return { name, parsed, terms: { ...terms, response: null } }
}

/** True of the terms of `~ 0`: neither an intercept nor terms nor an offset. */
export const isEmpty = ({ terms: { fixed, random } }: FurtherTerms): boolean =>
  !fixed.intercept && fixed.terms.length === 0 && fixed.offsets.length === 0 && random.length === 0
