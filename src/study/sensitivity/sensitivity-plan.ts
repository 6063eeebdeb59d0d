import { meanOf } from '../../data/roles.js'
import type { Model } from '../../data/model.js'
import { type ModelChoice, stateModel } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import { GlmmError } from '../../errors.js'
import { state } from '../../likelihood/frame/stated.js'
import { likelihood } from '../../likelihood/likelihood.js'
import { drawNames } from '../../likelihood/posterior.js'
import { priorsInForce } from '../../likelihood/coordinates/priors-in-force.js'
import { parameterNames } from '../estimates/parameters.js'
import { levelRows } from '../../data/resample-levels.js'
import type { Condition, StudyPlan } from '../spec/study-plan.js'
import { checkPosterior, integration, type PosteriorSettings, samplerFor } from '../estimates/study-posterior.js'
import type { SensitivitySpec, StudyFit, Variations } from '../spec/study-spec.js'

/** One thing that varies; its rows are its settings. */
export interface Axis {
  readonly name: string
  /** What a row is: a fit, a posterior, or sensitivities to powers. */
  readonly of: 'fit' | 'posterior' | 'power'
  readonly settings: readonly string[]
  readonly parameters: readonly string[]
  /** Whether estimates keep their scale, so that shifts in standard errors mean something. */
  readonly sameScale: boolean
  /** Whether an approximation stands beside each estimate, and whether it has a Pareto k. */
  readonly approximation: 'oneStep' | 'weighted' | null
}

export interface SensitivityFacts {
  readonly axes: readonly Axis[]
  /** Fixed effects that are conclusions. */
  readonly conclusions: readonly string[]
}

/** How one row differs from the base. */
export interface Variant {
  readonly model?: Model
  readonly fit?: StudyFit
  readonly priors?: readonly string[]
  readonly sampler?: string
  /** Rows left out. */
  readonly without?: Int32Array
  /** Which scattered starting point. */
  readonly start?: number
}

export interface SensitivityData {
  readonly model: Model
  readonly fit: StudyFit
  readonly priors: readonly string[]
  /** The same with the defaults that hold for all data, which those of fewer would not be. */
  readonly inForce: readonly string[]
  readonly posterior: PosteriorSettings
  /** The sampler of the draws that are weighted. */
  readonly drawsBy: string
  /** One an axis, one a setting. */
  readonly variants: readonly (readonly Variant[])[]
}

export function planSensitivity(spec: SensitivitySpec, table: Table): StudyPlan {
  const { vary = {}, fit = {}, sample, seed = 1 } = spec
  for (const key of ['replicates', 'until'] as const) {
    if (spec[key] === undefined) continue
    const message = `/${key}: expected none in a sensitivity study, which has a row a setting, got ${spec[key]}`
    throw new GlmmError('USAGE', message, 'leave it out')
  }
  const model = stateModel(spec.formula, table, spec)
  const priors = sample?.priors ?? []
  const inForce = priorsInForce(model, priors).text
  const posterior = {
    sampler: samplerFor(model, priors, sample?.sampler),
    chains: sample?.chains ?? 4,
    warmup: sample?.warmup ?? 300,
    draws: sample?.draws ?? 1000,
  }
  if (sample?.sampler === integration) checkPosterior(model, integration)
  const chosen = sample?.sampler === integration ? { ...posterior, sampler: integration } : posterior
  const wanted = sample !== undefined || vary.priors !== undefined || vary.samplers !== undefined
  const made: { axis: Axis; variants: readonly Variant[] }[] = []
  const stated = state(model)
  const names = parameterNames(stated)
  const outer = drawNames(stated).slice(0, stated.coordinates.outer)
  const add = (
    name: string,
    of: Axis['of'],
    settings: readonly string[],
    variants: readonly Variant[],
    more: Partial<Axis> = {},
  ): void => {
    const parameters = of === 'fit' ? names : outer
    made.push({ axis: { name, of, settings, parameters, sameScale: true, approximation: null, ...more }, variants })
  }
  add('base', 'fit', ['base'], [{}])
  addFits(spec, vary, model, table, add)
  if (wanted || spec.powerScaling) add('base posterior', 'posterior', ['base'], [{}])
  if (wanted) addPosteriors(vary, model, priors, add)
  if (spec.powerScaling) add('power-scaling', 'power', ['base'], [{}])
  const axes = made.map(({ axis }) => axis)
  const conditions = axes.map(({ name, of, settings, parameters, approximation }): Condition => {
    const parts =
      of === 'power' ? ['.prior', '.likelihood'] : of === 'fit' ? ['', '.se'] : ['', '.sd', '.lower', '.upper']
    const beside = approximation === null ? [] : [`.${approximation}`]
    const last = of === 'fit' ? ['logLik'] : of === 'power' || approximation === 'weighted' ? ['paretoK'] : []
    const columns = [...parameters.flatMap((one) => [...parts, ...beside].map((part) => one + part)), ...last]
    return { settings: { vary: name, of, values: settings }, replicates: settings.length, columns }
  })
  const facts: SensitivityFacts = { axes, conclusions: conclusionsOf(spec, model) }
  const data: SensitivityData = {
    model,
    fit,
    priors,
    inForce,
    posterior: chosen,
    drawsBy: posterior.sampler,
    variants: made.map(({ variants }) => variants),
  }
  return { kind: 'sensitivity', seed, conditions, facts: { ...facts, axes: axes.map((axis) => ({ ...axis })) }, data }
}

type Add = (
  name: string,
  of: Axis['of'],
  settings: readonly string[],
  variants: readonly Variant[],
  more?: Partial<Axis>,
) => void

function addFits(spec: SensitivitySpec, vary: Variations, model: Model, table: Table, add: Add): void {
  const { fit = {} } = spec
  const { nodes, starts, leaveOut } = vary
  if (nodes) {
    const most = likelihood(model).rules.mostNodes
    const over = nodes.find((count) => count > most)
    if (over !== undefined) {
      throw new GlmmError(
        'MODEL',
        `/vary/nodes: expected at most ${most} for ${model.formula}, got ${over}`,
        'give fewer',
      )
    }
    add(
      'nodes',
      'fit',
      nodes.map((count) => `${count} nodes`),
      nodes.map((count) => ({ fit: { ...fit, nodes: count } })),
    )
  }
  for (const key of ['link', 'family', 'formula'] as const) {
    const given = vary[key]
    if (!given) continue
    const variants = given.map((value): Variant => {
      const choice: ModelChoice =
        key === 'family'
          ? { ...spec, link: undefined, family: value }
          : key === 'link'
            ? { ...spec, link: value }
            : spec
      const other = stateModel(key === 'formula' ? value : spec.formula, table, choice)
      if (other.nobs === model.nobs) return { model: other }
      const message = `/vary/${key}: expected a model of the same ${model.nobs} rows, got ${other.nobs} with ${value}`
      throw new GlmmError('USAGE', message, 'remove the rows in which a column of either is missing')
    })
    add(
      key,
      'fit',
      given.map((value) => (key === 'formula' ? value : `${key} ${value}`)),
      variants,
      { sameScale: key === 'formula' },
    )
  }
  if (starts !== undefined) {
    const which = Array.from({ length: starts }, (_, k) => k)
    add(
      'starts',
      'fit',
      which.map((k) => `start ${k + 1}`),
      which.map((start) => ({ start })),
    )
  }
  if (leaveOut !== undefined) {
    const { settings, variants } = leftOut(model, leaveOut)
    add(`without ${leaveOut}`, 'fit', settings, variants, { approximation: 'oneStep' })
  }
}

function addPosteriors(vary: Variations, model: Model, priors: readonly string[], add: Add): void {
  if (vary.priors) {
    const sets = priorSets(vary.priors).map((set) => [...priors, ...set])
    for (const set of sets) priorsInForce(model, set)
    const texts = priorSets(vary.priors).map((set) => set.join('; '))
    add(
      'priors',
      'posterior',
      texts,
      sets.map((set) => ({ priors: set })),
      { approximation: 'weighted' },
    )
  }
  if (vary.samplers) {
    for (const sampler of vary.samplers) {
      if (sampler === integration) checkPosterior(model, sampler)
      else samplerFor(model, priors, sampler)
    }
    add(
      'samplers',
      'posterior',
      vary.samplers,
      vary.samplers.map((sampler) => ({ sampler })),
    )
  }
  if (vary.leaveOut !== undefined) {
    const { settings, variants } = leftOut(model, vary.leaveOut)
    add(`posterior without ${vary.leaveOut}`, 'posterior', settings, variants, { approximation: 'weighted' })
  }
}

/** A grid is as it is; a scale takes the place of the `$` of its statement. */
function priorSets(priors: NonNullable<Variations['priors']>): readonly (readonly string[])[] {
  if (!('scale' in priors)) return priors
  if (!priors.prior.includes('$')) {
    const message = `/vary/priors/prior: expected a statement with $ in the place of a number, got ${priors.prior}`
    throw new GlmmError('USAGE', message, 'write it as "sd ~ half_normal(0, $)"')
  }
  return priors.scale.map((value) => [priors.prior.replaceAll('$', String(value))])
}

function leftOut(model: Model, group: string): { settings: string[]; variants: Variant[] } {
  if (group === 'rows') {
    const rows = Array.from({ length: model.nobs }, (_, row) => row)
    return {
      settings: rows.map((row) => `without row ${row + 1}`),
      variants: rows.map((row) => ({ without: Int32Array.of(row) })),
    }
  }
  const { levels, rows } = levelRows(model, group)!
  return {
    settings: levels.map((level) => `without ${group} ${level}`),
    variants: rows.map((without) => ({ without })),
  }
}

function conclusionsOf({ conclusions }: SensitivitySpec, model: Model): readonly string[] {
  const { names } = meanOf(model).fixed
  const unknown = conclusions?.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const message = `/conclusions: expected fixed effects of the model (${names.join(', ')}), got ${unknown}`
    throw new GlmmError('USAGE', message, 'name some of these')
  }
  return conclusions ?? names.filter((name) => name !== '(Intercept)')
}
