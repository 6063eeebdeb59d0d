import { GlmmError } from '../errors.js'
import type { Family } from '../families/family.js'
import { familyNamed, withZeros } from '../families/registry.js'
import { parseFormula } from '../formula/parse-formula.js'
import { buildModel } from './build-model.js'
import { inferFamily } from './infer-family.js'
import type { Basis } from './basis.js'
import type { Model } from './model.js'
import type { WeightColumns } from './row-weights.js'
import type { Table } from './table.js'

/** What a user may say of a model besides its formula. */
export interface ModelChoice extends WeightColumns {
  /** Name in the family registry; found from the response where it is not given. */
  readonly family?: string | undefined
  /** Name of a link of the family; its default where it is not given. */
  readonly link?: string | undefined
  /** Column added to the linear predictor. */
  readonly offset?: string | undefined
  /** Column of the times of the rows, whose order within groups tests of the residuals look at. */
  readonly time?: string | undefined
  /** Right-hand side of the family's dispersion predictor, such as '~ x'. */
  readonly dispersion?: string | undefined
  /** Right-hand side of the zero-inflation predictor, such as '~ 1'; makes a count family zero-inflated. */
  readonly zi?: string | undefined
}

/** States the model of a formula and a table; a family that was not given is inferred, and told where that is a guess. */
export function stateModel(formula: string, table: Table, choice: ModelChoice = {}, basis?: Basis): Model {
  const parsed = parseFormula(formula)
  const inferred = choice.family === undefined ? inferFamily(parsed, table) : null
  const { family: base, link } = familyNamed(inferred?.family ?? choice.family!, choice.link)
  const given: Readonly<Record<string, string | undefined>> = { dispersion: choice.dispersion, zi: choice.zi }
  const family = choice.zi === undefined || hasPredictor(base, 'zi') ? base : (withZeros(base) ?? base)
  for (const [name, rhs] of Object.entries(given)) {
    if (rhs === undefined || hasPredictor(family, name)) continue
    const hint = `leave --${name} out, or choose a family that has such a parameter`
    throw new GlmmError('USAGE', `expected a family with a ${name} predictor, got ${family.name}`, hint)
  }
  const rule = { family: family.name, link, response: family.response, least: family.least }
  if (choice.precision !== undefined && !family.further.some(({ precisionPower }) => precisionPower !== undefined))
    throw new GlmmError(
      'USAGE',
      `expected a family with a residual variance for precision weights, got ${family.name}`,
      'leave --precision out, or choose gaussian, Gamma, inverse_gaussian or student',
    )
  const further = family.further.map(({ name, precisionPower }) => ({
    name,
    formula: given[name] ?? null,
    precisionPower,
  }))
  const { weights, trials, frequency, precision, offset, time } = choice
  const model = buildModel(parsed, table, { rule, weights, trials, frequency, precision, offset, time, further, basis })
  return inferred?.family === 'gaussian' && looksLikeCounts(model.response.y) ? withCountWarning(model) : model
}

const hasPredictor = (family: Family, name: string): boolean =>
  family.further.some((predictor) => predictor.name === name)

/** Whole numbers from 0 on, with a small one among them: what someone may have meant as counts. */
const looksLikeCounts = (y: Float64Array): boolean =>
  y.every((value) => Number.isInteger(value) && value >= 0) && y.some((value) => value < 10)

function withCountWarning(model: Model): Model {
  const message = `gaussian assumed for ${model.response.name}, whose values look like counts: name the family to choose, such as poisson`
  return { ...model, warnings: [...model.warnings, { code: 'FAMILY', message }] }
}
