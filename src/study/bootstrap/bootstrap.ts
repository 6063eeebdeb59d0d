import type { Model } from '../../data/model.js'
import { GlmmError } from '../../errors.js'
import { simulateResponse, withResponse } from '../../likelihood/frame/simulate.js'
import { stream } from '../../random/stream.js'
import { type BootstrapData, conditionOf, type FittedModel, planBootstrap } from './bootstrap-plan.js'
import { bootstrapSummary } from './bootstrap-summary.js'
import { fitSchema } from '../spec/fit-schema.js'
import { parameterEstimates } from '../estimates/parameters.js'
import { type Refit, refit } from '../estimates/refit.js'
import { resampleLevels, withoutRows } from '../../data/resample-levels.js'
import type { StudyKind } from '../spec/study-kind.js'
import type { RowValues, StudyPlan } from '../spec/study-plan.js'
import type { BootstrapSpec } from '../spec/study-spec.js'

/**
 * Parametric and cluster bootstrap of a fit, and the null distribution of a likelihood-ratio test. BCa's acceleration
 * comes from fits with one unit left out each: a level of the cluster, or a row of a model without random effects. For
 * the parametric bootstrap, too, where it stands for the skewness of the influence of a unit.
 */
export const bootstrap: StudyKind<BootstrapSpec> = {
  name: 'bootstrap',
  schema: {
    properties: {
      fit: fitSchema,
      method: { enum: ['parametric', 'cluster'] },
      cluster: { type: 'string', description: 'the name of a grouping factor' },
      lrt: {
        type: 'object',
        properties: { null: { type: 'string', description: 'the formula of a smaller model' } },
        required: ['null'],
        additionalProperties: false,
      },
    },
    required: [],
  },
  plan: planBootstrap,
  maker: (plan) => {
    const data = plan.data as BootstrapData
    const makers = {
      [conditionOf.refits]: (replicate: number) => estimates(again(data.full, drawn(plan, data, replicate))),
      [conditionOf.jackknife]: (replicate: number) => {
        const { full, units } = data
        return estimates(again(full, withoutRows(full.model, units ? units.rows[replicate] : [replicate])))
      },
      [conditionOf.null]: (replicate: number) => likelihoodRatio(plan, data, replicate),
    }
    return (condition, replicate) => makers[condition as keyof typeof makers](replicate)
  },
  summary: bootstrapSummary,
}

function drawn({ seed }: StudyPlan, { full, method, units }: BootstrapData, replicate: number): Model {
  const condition = conditionOf.refits
  if (method === 'parametric') {
    const response = simulateResponse(full.model, full.x, stream({ seed, condition, replicate, purpose: 'response' }))
    return withResponse(full.model, response)
  }
  const { uniform } = stream({ seed, condition, replicate, purpose: 'resample' })
  const levels = units!.levels.length
  return resampleLevels(
    full.model,
    units!,
    Int32Array.from({ length: levels }, () => Math.floor(levels * uniform())),
  )
}

function again({ fit, near }: FittedModel, model: Model): Refit {
  const found = refit(model, fit, near)
  if (found.fitted.converged) return found
  throw new GlmmError('NO_CONVERGENCE', `expected a maximum, got: ${found.fitted.reason}`, 'the row is left out')
}

const estimates = (found: Refit): RowValues => ({ values: parameterEstimates(found), failure: null })

function likelihoodRatio({ seed }: StudyPlan, data: BootstrapData, replicate: number): RowValues {
  const { full, null: below } = data
  const rng = stream({ seed, condition: conditionOf.null, replicate, purpose: 'response' })
  const response = simulateResponse(below!.model, below!.x, rng)
  const small = again(below!, withResponse(below!.model, response)).fitted.logLik
  // The full fit lies far from its estimates when the null model is true.
  const large = again({ ...full, near: null }, withResponse(full.model, response)).fitted.logLik
  return { values: [Math.max(0, 2 * (large - small)), small, large], failure: null }
}
