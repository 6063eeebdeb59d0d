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
  /** Right-hand side of the family's dispersion predictor, such as '~ x'. */
  readonly dispersion?: string | undefined
  /** Right-hand side of the zero-inflation predictor, such as '~ 1'; makes a count family zero-inflated. */
  readonly zi?: string | undefined
}

/** States the model of a formula and a table; a family that was not given is inferred, and told where that is a guess. */
export function stateModel(formula: string, table: Table, choice: ModelChoice = {}): Model {
  const parsed = parseFormula(formula)
  const inferred = choice.family === undefined ? inferFamily(parsed, table) : null
  const { family, link } = familyNamed(inferred?.family ?? choice.family!, choice.link)
  const rule = { family: family.name, link, response: family.response }
  const given: Readonly<Record<string, string | undefined>> = { dispersion: choice.dispersion, zi: choice.zi }
  for (const [name, rhs] of Object.entries(given)) {
    if (rhs === undefined || family.further.some((predictor) => predictor.name === name)) continue
    const hint = `leave --${name} out, or choose a family that has such a parameter`
    throw new GlmmError('USAGE', `expected a family with a ${name} predictor, got ${family.name}`, hint)
  }
  const further = family.further.map(({ name }) => ({ name, formula: given[name] ?? null }))
  return buildModel(parsed, table, { rule, weights: choice.weights, offset: choice.offset, further })
}
