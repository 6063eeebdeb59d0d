import { GlmmError } from '../../errors.js'
import { simulateResponse } from '../../likelihood/frame/simulate.js'
import { type Stated, state, withResponse } from '../../likelihood/frame/stated.js'
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
    const full = state(data.full.model)
    const below = data.null && state(data.null.model)
    const makers = {
      [conditionOf.refits]: (replicate: number) => estimates(again(data.full, drawn(plan, data, full, replicate))),
      [conditionOf.jackknife]: (replicate: number) => {
        const { units } = data
        const left = withoutRows(full.model, units ? units.rows[replicate] : [replicate])
        return estimates(again(data.full, state(left)))
      },
      [conditionOf.null]: (replicate: number) => likelihoodRatio(plan, data, full, below!, replicate),
    }
    return (condition, replicate) => makers[condition as keyof typeof makers](replicate)
  },
  summary: bootstrapSummary,
}

function drawn(
  { seed }: StudyPlan,
  { full: { x }, method, units }: BootstrapData,
  full: Stated,
  replicate: number,
): Stated {
  const condition = conditionOf.refits
  if (method === 'parametric') {
    const response = simulateResponse(full, x, stream({ seed, condition, replicate, purpose: 'response' }))
    return withResponse(full, response)
  }
  const { uniform } = stream({ seed, condition, replicate, purpose: 'resample' })
  const levels = units!.levels.length
  const chosen = Int32Array.from({ length: levels }, () => Math.floor(levels * uniform()))
  return state(resampleLevels(full.model, units!, chosen))
}

function again({ fit, near }: Pick<FittedModel, 'fit' | 'near'>, stated: Stated): Refit {
  const found = refit(stated, fit, near)
  if (found.fitted.converged) return found
  throw new GlmmError('NO_CONVERGENCE', `expected a maximum, got: ${found.fitted.reason}`, 'the row is left out')
}

const estimates = (found: Refit): RowValues => ({ values: parameterEstimates(found), failure: null })

function likelihoodRatio(
  { seed }: StudyPlan,
  data: BootstrapData,
  full: Stated,
  below: Stated,
  replicate: number,
): RowValues {
  const small = data.null!
  const rng = stream({ seed, condition: conditionOf.null, replicate, purpose: 'response' })
  const response = simulateResponse(below, small.x, rng)
  const logLikNull = again(small, withResponse(below, response)).fitted.logLik
  // The full fit lies far from its estimates when the null model is true.
  const logLik = again({ ...data.full, near: null }, withResponse(full, response)).fitted.logLik
  return { values: [Math.max(0, 2 * (logLik - logLikNull)), logLikNull, logLik], failure: null }
}
