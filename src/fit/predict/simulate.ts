import type { Model } from '../../data/model.js'
import { stateModel } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import { GlmmError } from '../../errors.js'
import type { ParameterLayout } from '../../likelihood/frame/parameter-layout.js'
import { simulateEffects, simulateResponse } from '../../likelihood/frame/simulate.js'
import { state } from '../../likelihood/frame/stated.js'
import { checkSeed, stream } from '../../random/stream.js'
import { version } from '../../version.js'
import type { FitRecord } from '../record/fit-record.js'
import { checkEstimable } from './estimable.js'
import { type FitSource, modelChoice } from './predict-source.js'
import { runningWarning } from '../record/running-names.js'
import type { SimulateRecord } from './simulate-record.js'

/** How many responses, and given which random effects. */
export interface SimulateOptions {
  /** 1 where left out. */
  readonly replicates?: number | undefined
  /** 1 where left out. */
  readonly seed?: number | undefined
  /** Random effects of the fit's levels at their modes; new levels are drawn. */
  readonly conditional?: boolean | undefined
}

/** Numbers that one call may draw: 400 MB of them. */
const most = 5e7

/**
 * Responses drawn from a fit at its estimates, for the rows of the table with which it was made or of one with the same
 * columns. Replicate r comes from the stream (seed, r), so that asking for more leaves the first ones as they were.
 *
 * @param fit - Of `fit`, or read from its JSON.
 * @param table - The data of the fit, or another table with the same columns.
 * @param options - Number of replicates, seed, and whether random effects are at their modes or drawn anew.
 * @returns `replicates`, each a response of `nobs` rows.
 * @throws GlmmError USAGE for options or too many numbers, MODEL where the family cannot simulate.
 * @example
 * import { fit, simulate, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8], x: [0, 0, 0, 1, 1, 1] })
 * const { replicates } = simulate(fit('y ~ x', table, { family: 'poisson' }), table, { replicates: 3 })
 * console.log(replicates.length, replicates[0].length) // 3 6
 */
export function simulate(fit: FitRecord | FitSource, table: Table, options: SimulateOptions = {}): SimulateRecord {
  const { replicates = 1, conditional = false } = options
  const seed = checkSeed(options.seed ?? 1)
  checkEstimable(fit, table)
  const model = stateModel(fit.formula, table, modelChoice(fit), fit.basis)
  sameColumns(fit, model)
  if (!Number.isInteger(replicates) || replicates < 1 || replicates * model.nobs > most) {
    const message = `expected 1 to ${Math.floor(most / model.nobs)} replicates of ${model.nobs} rows, got ${replicates}`
    throw new GlmmError('USAGE', message, 'take another seed for further ones')
  }
  const x = Float64Array.from(fit.parameters.estimate)
  const stated = state(model)
  const drawn = Array.from({ length: replicates }, (_, replicate) => {
    const rng = stream({ seed, replicate, purpose: 'response' })
    const effects = simulateEffects(stated.layout, x, rng)
    if (conditional) setToModes(fit, stated.layout, effects)
    return Array.from(simulateResponse(stated, x, rng, { effects }).y)
  })
  return {
    schema: 'glmm/simulate@1',
    version,
    call: { command: 'simulate', data: table.source, replicates, seed, conditional, fit: fit.call },
    warnings: [
      ...model.warnings,
      ...runningWarning(fit, 'the fit', 'responses are drawn with them far out, as good as at their ends'),
    ],
    formula: fit.formula,
    family: fit.family,
    link: fit.link,
    nobs: model.nobs,
    dropped: model.dropped,
    seed,
    conditional,
    response: model.response.name,
    trials: model.response.trials && Array.from(model.response.trials),
    replicates: drawn,
  }
}

function sameColumns(fit: FitSource, { predictors }: Model): void {
  const wanted = [fit.fixed, ...fit.further.map(({ fixed }) => fixed)].map((fixed) => fixed.map(({ name }) => name))
  const k = predictors.findIndex(({ fixed }, at) => fixed.names.join('\n') !== (wanted[at] ?? []).join('\n'))
  if (k < 0) return
  const missing = wanted[k].filter((name) => !predictors[k].fixed.names.includes(name))
  throw new GlmmError(
    'COLUMN',
    `expected data that tell the columns of the fit apart, got no column of its own for ${missing.join(', ')}`,
    'a column of the new data is constant or a combination of others; add rows in which it is not',
  )
}

/** Sets the effects of levels that the fit knows to their modes. */
function setToModes({ modes }: FitSource, { terms }: ParameterLayout, effects: readonly Float64Array[]): void {
  const key = (group: string, level: string, name: string): string => JSON.stringify([group, level, name])
  const known = new Map(modes.map(({ group, level, name, mode }) => [key(group, level, name), mode]))
  terms.forEach(({ term: { group, levels, names } }, t) => {
    levels.forEach((level, l) => {
      names.forEach((name, j) => {
        const mode = known.get(key(group, level, name))
        if (mode !== undefined) effects[t][l * names.length + j] = mode
      })
    })
  })
}
