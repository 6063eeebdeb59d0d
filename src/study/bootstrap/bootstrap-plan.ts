import { meanOf } from '../../data/roles.js'
import type { Model } from '../../data/model.js'
import { stateModel } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import { GlmmError } from '../../errors.js'
import type { Start } from '../../fit/start/start.js'
import { type Stated, state } from '../../likelihood/frame/stated.js'
import { parameterNames, parameterTable } from '../estimates/parameters.js'
import { type Refit, refit, startNear, reported } from '../estimates/refit.js'
import { numberOrEnd, type RunningParameter, runningParameters, tellRunning } from '../estimates/running-estimates.js'
import { type LevelRows, levelRows } from '../../data/resample-levels.js'
import type { Condition, StudyPlan } from '../spec/study-plan.js'
import type { BootstrapSpec, StudyFit } from '../spec/study-spec.js'

/** The conditions of a bootstrap: refits, fits with a unit left out for BCa, refits under the null model. */
export const conditionOf = { refits: 0, jackknife: 1, null: 2 } as const

/** What a bootstrap's measures rest on besides its rows. */
export interface BootstrapFacts {
  readonly names: readonly string[]
  /** Infinite ones as 'Inf' and '-Inf', null for one that the data leave open. */
  readonly estimate: readonly (number | string | null)[]
  /** The parameters without a finite maximum in the data. */
  readonly running: readonly RunningParameter[]
  /** Likelihood-ratio statistic of the data; null without a null model. */
  readonly observed: number | null
  /** How responses or rows were drawn, in words. */
  readonly by: string
}

/** A fitted model to draw from and to fit again. */
export interface FittedModel {
  readonly model: Model
  readonly fit: StudyFit
  /** All outer parameters, to simulate with. */
  readonly x: Float64Array
  readonly near: Start | null
}

export interface BootstrapData {
  readonly full: FittedModel
  readonly method: 'parametric' | 'cluster'
  /** The factor whose levels are drawn and left out; null for a model without random effects, which has rows. */
  readonly units: LevelRows | null
  readonly null: FittedModel | null
}

export function planBootstrap(spec: BootstrapSpec, table: Table): StudyPlan {
  const { fit = {}, method = 'parametric', replicates = 1000, seed = 1 } = spec
  const model = stateModel(spec.formula, table, spec)
  const stated = state(model)
  const { fitted, refitted } = fittedModel(stated, fit)
  const units = levelRows(model, spec.cluster)
  if (method === 'cluster' && units === null) {
    const message = `/method: expected random effects for a cluster bootstrap, got ${model.formula}`
    throw new GlmmError('USAGE', message, 'leave the method out: a parametric bootstrap needs none')
  }
  const names = parameterNames(stated)
  const below = spec.lrt ? nullModel(spec, table, fitted, refitted) : null
  const left = units ? units.levels.length : model.nobs
  const conditions: Condition[] = [
    { settings: { rows: 'refits', method }, replicates, columns: names },
    { settings: { rows: 'jackknife', unit: units ? units.group : 'row' }, replicates: left, columns: names },
  ]
  if (below) {
    const columns = ['statistic', 'logLikNull', 'logLik']
    conditions.push({ settings: { rows: 'null', formula: spec.lrt!.null }, replicates, columns })
  }
  const facts: BootstrapFacts = {
    names,
    estimate: Array.from(parameterTable(refitted, 'none').estimate, numberOrEnd),
    running: runningParameters(names, tellRunning(refitted, [])),
    observed: below?.observed ?? null,
    by: method === 'cluster' ? `resampling ${units!.group} with replacement` : 'simulating responses from the fit',
  }
  const data: BootstrapData = { full: fitted, method, units, null: below?.fitted ?? null }
  return {
    kind: 'bootstrap',
    seed,
    conditions,
    facts: { ...facts, running: facts.running.map((one) => ({ ...one })) },
    data,
  }
}

function fittedModel(stated: Stated, fit: StudyFit): { fitted: FittedModel; refitted: Refit } {
  const refitted = refit(stated, fit)
  const { fitted } = refitted
  if (!fitted.converged) {
    const message = `expected a fit of the data to start from, got: ${fitted.reason}`
    throw new GlmmError('NO_CONVERGENCE', message, 'simplify the model until glmm fit converges')
  }
  const nodes = fit.nodes === 'auto' ? fitted.nodes : (fit.nodes ?? 1)
  return {
    refitted,
    fitted: {
      model: stated.model,
      fit: { nodes, reml: fit.reml ?? false },
      x: simulationParameters(stated, refitted),
      near: startNear(refitted),
    },
  }
}

/** The outer parameters of the model itself; a restricted fit has its fixed effects among the modes. */
function simulationParameters({ model, layout }: Stated, refitted: Refit): Float64Array {
  const { like, modesAt } = refitted
  const fitted = reported(refitted)
  if (like.model === model || like.dimension === layout.dimension) return fitted.parameters
  const { terms } = modesAt(fitted.parameters)!
  const p = meanOf(model).fixed.names.length
  const fixed = terms.find(({ mode }, at) => mode.length === p && like.layout.terms[at].size === 0)!
  return Float64Array.of(...fixed.mode, ...fitted.parameters)
}

function nullModel(
  spec: BootstrapSpec,
  table: Table,
  full: FittedModel,
  { fitted }: Refit,
): { fitted: FittedModel; observed: number } {
  const model = stateModel(spec.lrt!.null, table, { ...spec, family: full.model.family, link: full.model.link })
  if (model.nobs !== full.model.nobs) {
    const message = `/lrt/null: expected a model of the same rows, ${full.model.nobs} of them, got ${model.nobs}`
    throw new GlmmError('USAGE', message, 'remove the rows in which a column of either model is missing')
  }
  const nodes = meanOf(model).random.length > 0 ? full.fit.nodes! : 1
  const below = fittedModel(state(model), { ...full.fit, nodes })
  const statistic = 2 * (fitted.logLik - below.refitted.fitted.logLik)
  if (below.fitted.x.length >= full.x.length || statistic < -1e-6) {
    const message = `/lrt/null: expected a smaller model that ${full.model.formula} contains, got ${model.formula}`
    throw new GlmmError('USAGE', message, 'leave terms out of the formula for it')
  }
  return { fitted: below.fitted, observed: Math.max(0, statistic) }
}
