import { samplers } from '../../../samplers/kernels/registry.js'
import type { Model } from '../../data/model.js'
import { stateModel } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import { GlmmError } from '../../errors.js'
import { state } from '../../likelihood/frame/stated.js'
import { drawNames } from '../../likelihood/posterior.js'
import { checkProper } from '../../likelihood/coordinates/prior-draw.js'
import { priorsInForce } from '../../likelihood/coordinates/priors-in-force.js'
import { calibrationMethodNamed, type CalibrationSettings } from './calibration-methods.js'
import type { StudyPlan } from '../spec/study-plan.js'
import type { CalibrationSampler, CalibrationSpec } from '../spec/study-spec.js'

/** The test quantity beside the parameters: log density of the response given parameters and effects. */
const jointLogLik = 'log_lik'

export interface CalibrationFacts {
  readonly samplers: readonly string[]
  /** Ranks run from 0 to this. */
  readonly draws: number
  readonly quantities: readonly string[]
}

export interface CalibrationData {
  readonly model: Model
  readonly priors: readonly string[]
  readonly samplers: readonly CalibrationSettings[]
  /** Positions of the quantities among the names of the draws; the joint log-likelihood comes after them. */
  readonly positions: readonly number[]
}

export function planCalibration(spec: CalibrationSpec, table: Table): StudyPlan {
  const { replicates = 1000, seed = 1, sample = {} } = spec
  const { priors = [], draws = 99, warmup = 500, thin = 10, sampler = samplers[0].name } = sample
  const model = stateModel(spec.formula, table, spec)
  const stated = state(model)
  checkProper(priorsInForce(stated, priors))
  const wanted = (Array.isArray(sampler) ? sampler : [sampler]) as readonly (string | CalibrationSampler)[]
  const settings = wanted.map((one): CalibrationSettings => {
    const given = typeof one === 'string' ? { name: one } : one
    return { warmup, thin, ...given, draws }
  })
  settings.forEach(({ name }, i) => {
    const refused = calibrationMethodNamed(name).refusal(model, priors)
    if (refused) throw refused
    if (settings.findIndex((other) => other.name === name) === i) return
    const message = `/sample/sampler: expected samplers that differ, got ${name} twice`
    throw new GlmmError('USAGE', message, 'leave one out')
  })
  const names = drawNames(stated)
  const { outer, terms } = stated.coordinates
  // Levels are exchangeable: the effects of the first stand for all.
  const positions = [
    ...Array.from({ length: outer }, (_, j) => j),
    ...terms.flatMap(({ q, effects }) => Array.from({ length: q }, (_, j) => outer + effects + j)),
  ]
  const quantities = [...positions.map((at) => names[at]), jointLogLik]
  const facts: CalibrationFacts = { samplers: settings.map(({ name }) => name), draws, quantities }
  const data: CalibrationData = { model, priors, samplers: settings, positions }
  return {
    kind: 'calibration',
    seed,
    conditions: settings.map(({ name, warmup: w, thin: t }) => ({
      settings: { sampler: name, draws, ...(calibrationMethodNamed(name).chain ? { warmup: w, thin: t } : {}) },
      replicates,
      columns: quantities,
    })),
    facts: { ...facts },
    data,
  }
}
