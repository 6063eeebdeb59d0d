import { GlmmError } from '../errors.js'
import { familyNamed } from '../families/registry.js'
import { parseFormula } from '../formula/parse-formula.js'
import { buildModel } from './build-model.js'
import { inferFamily } from './infer-family.js'
import type { Model } from './model.js'
import type { Table } from './table.js'

/** What a user may say of a model besides its formula. */
export interface ModelChoice {
  /** Name in the family registry; found from the response where it is not given. */
  readonly family?: string | undefined
  /** Name of a link of the family; its default where it is not given. */
  readonly link?: string | undefined
  /** Column with the trials of a binomial proportion. */
  readonly weights?: string | undefined
  /** Column added to the linear predictor. */
  readonly offset?: string | undefined
}

/** States the model of a formula and a table; a family that was not given is inferred, and told where that is a guess. */
export function stateModel(formula: string, table: Table, choice: ModelChoice = {}): Model {
  const parsed = parseFormula(formula)
  const inferred = choice.family === undefined ? inferFamily(parsed, table) : null
  if (inferred?.family === 'gaussian') {
    throw new GlmmError(
      'RESPONSE',
      `expected a response of 0 and 1, two levels or cbind(successes, failures) where no family is given; ${inferred.why}`,
      'name the family, such as --family poisson for counts',
    )
  }
  const { family, link } = familyNamed(inferred?.family ?? choice.family!, choice.link)
  const rule = { family: family.name, link, response: family.response }
  return buildModel(parsed, table, { rule, weights: choice.weights, offset: choice.offset })
}
