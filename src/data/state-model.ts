import { GlmmError } from '../errors.js'
import type { Family } from '../families/family.js'
import { familyNamed, withZeros } from '../families/registry.js'
import { buildModel } from './build-model.js'
import { furtherTerms, isEmpty } from './further-formula.js'
import { contrastsAsked } from './contrasts-asked.js'
import { inferFamily } from './infer-family.js'
import type { Basis } from './basis.js'
import type { Model } from './model.js'
import { parsedOver } from './parsed-over.js'
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
  /** Contrasts of all factors ('sum'), or of some ('a=sum, b=helmert'); treatment contrasts where left out. */
  readonly contrasts?: string | undefined
}

/** What each choice is: a column of the table, the right-hand side of a predictor of that name, or another word. */
const choices: Readonly<Record<keyof ModelChoice, 'word' | 'column' | 'predictor'>> = {
  family: 'word',
  link: 'word',
  weights: 'column',
  trials: 'column',
  frequency: 'column',
  precision: 'column',
  offset: 'column',
  time: 'column',
  dispersion: 'predictor',
  zi: 'predictor',
  contrasts: 'word',
}

/** All that a user may say of a model besides its formula, by the names that options and calls have. */
export const modelChoices: readonly (keyof ModelChoice)[] = Object.keys(choices) as (keyof ModelChoice)[]

/** Those that name a column of the design or the response, which `.` in a formula does not stand for. */
export const reservedChoices: readonly (keyof ModelChoice)[] = modelChoices.filter(
  (name) => choices[name] === 'column' && name !== 'time',
)

/** Those that are the right-hand side of a further predictor, by its name. */
const predictorChoices = modelChoices.filter((name) => choices[name] === 'predictor')

/** The choices as the call of a record has them, the family and the link aside: null for one that was not made. */
export function choicesGiven(choice: ModelChoice): Readonly<Record<string, string | null>> {
  const given: Record<string, string | null> = {}
  for (const name of modelChoices) if (name !== 'family' && name !== 'link') given[name] = choice[name] ?? null
  return given
}

/**
 * States the model of a formula and a table, exported as `model`; a family that was not given is inferred, and reported where that
 * is a guess.
 *
 * @param formula - R's and lme4's notation.
 * @param table - Of `parseTable` or `tableFrom`.
 * @param choice - Family, link, weights and other columns with a part of their own, further predictors, contrasts.
 * @param basis - What the data of another model have decided about the columns, to be adhered to.
 * @returns The model: plain data that can cross threads.
 * @throws GlmmError FORMULA, TABLE, COLUMN, RESPONSE, MODEL or USAGE.
 * @example
 * import { model, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 9, 11], g: ['a', 'a', 'b', 'b'] })
 * const stated = model('y ~ 1 + (1 | g)', table, { family: 'poisson' })
 * console.log(stated.link, stated.predictors[0].random[0].levels.join()) // log a,b
 */
export function stateModel(formula: string, table: Table, choice: ModelChoice = {}, basis?: Basis): Model {
  if (!Array.isArray((table as Partial<Table> | undefined)?.columns)) {
    const hint = 'make one with tableFrom({ y: [...], x: [...] }), parseTable or await readTable'
    throw new GlmmError('TABLE', 'expected a table beside the formula, got something else', hint)
  }
  const parsed = parsedOver(formula, table)
  const inferred = choice.family === undefined ? inferFamily(parsed, table, choice.trials) : null
  const { family: base, link } = familyNamed(inferred?.family ?? choice.family!, choice.link)
  const { weights, trials, frequency, precision, offset } = choice
  const empty = (name: string, rhs: string | undefined): boolean => {
    if (rhs === undefined) return false
    const names = basis?.columns ?? table.columns.map((column) => column.name)
    const reserved = reservedChoices.flatMap((one) => choice[one] ?? [])
    return isEmpty(furtherTerms(name, rhs, parsed, names, reserved))
  }
  // As in glmmTMB, ~ 0 is no zero inflation.
  const zi = hasPredictor(base, 'zi') || !empty('zi', choice.zi) ? choice.zi : undefined
  const given: Readonly<Record<string, string | undefined>> = {
    ...Object.fromEntries(predictorChoices.map((name) => [name, choice[name]])),
    zi,
  }
  const family = zi === undefined || hasPredictor(base, 'zi') ? base : (withZeros(base) ?? base)
  for (const [name, rhs] of Object.entries(given)) {
    if (rhs !== undefined && hasPredictor(family, name) && empty(name, rhs)) throw noPredictor(name, rhs, family, link)
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
  const further = family.further.map(({ name, role, precisionPower }) => ({
    name,
    role,
    formula: given[name] ?? null,
    precisionPower,
  }))
  const contrasts = contrastsAsked(choice.contrasts)
  const model = buildModel(parsed, table, {
    rule,
    weights,
    trials,
    frequency,
    precision,
    offset,
    further,
    time: choice.time,
    basis,
    contrasts,
  })
  if (inferred?.family !== 'gaussian') return model
  const { name, y } = model.response
  if (looksLikeCounts(y))
    return withWarning(
      model,
      `gaussian assumed for ${name}, whose values look like counts: name the family to choose, such as poisson`,
    )
  if (looksLikeProportions(y))
    return withWarning(
      model,
      `gaussian assumed for ${name}, whose values lie between 0 and 1: name the family to choose, binomial with the number of trials (--trials n) for a proportion of counts, beta for other shares`,
    )
  return model
}

/** The refusal of `~ 0` for a predictor that the family cannot be without. */
function noPredictor(name: string, rhs: string, family: Family, link: string): GlmmError {
  const remedy =
    name === 'zi'
      ? 'name a family without a model of its zeros, and leave --zi out'
      : family.quadratic?.(link)
        ? 'give each row an effect of its own in place of a residual, such as (1 | row), and leave --dispersion out: a residual that runs to zero is reported'
        : `leave --${name} out for one number, or give a column: 0 would fix it at an arbitrary value`
  return new GlmmError('USAGE', `expected terms in the ${name} predictor of ${family.name}, got ${rhs}`, remedy)
}

const hasPredictor = (family: Family, name: string): boolean =>
  family.further.some((predictor) => predictor.name === name)

/** Whole numbers from 0 on, with a small one among them: what someone may have meant as counts. */
const looksLikeCounts = (y: Float64Array): boolean =>
  y.every((value) => Number.isInteger(value) && value >= 0) && y.some((value) => value < 10)

/** Numbers from 0 to 1, some of them between: proportions without their trials, or shares. */
const looksLikeProportions = (y: Float64Array): boolean =>
  y.every((value) => value >= 0 && value <= 1) && y.some((value) => value > 0 && value < 1)

const withWarning = (model: Model, message: string): Model => ({
  ...model,
  warnings: [...model.warnings, { code: 'FAMILY', message }],
})
