import { meanOf } from '../../data/roles.js'
import type { Model } from '../../data/model.js'
import { stateModel } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import { GlmmError } from '../../errors.js'
import { type Stated, state } from '../../likelihood/frame/stated.js'
import { laplaceRule } from '../../likelihood/frame/integration-rule.js'
import { fittedBy } from '../../fit/runaway/widen.js'
import { likelihood } from '../../likelihood/likelihood.js'
import { parameterNames, parameterTable } from '../estimates/parameters.js'
import { refit, reported } from '../estimates/refit.js'
import { performanceNames } from './performance.js'
import { type RunningParameter, runningParameters, tellRunning } from '../estimates/running-estimates.js'
import { type SampleMethod, sampleMethod } from '../estimates/posterior-estimates.js'
import { levelRows } from '../../data/resample-levels.js'
import { scenarios } from './simulation-conditions.js'
import type { StudyPlan } from '../spec/study-plan.js'
import type { MethodFit, MethodSpec, SimulationSpec, StudyFit } from '../spec/study-spec.js'
import { trueParameters, truthOf } from '../estimates/truth.js'

/** A method as its measures need it. */
export interface MethodFacts {
  readonly name: string
  readonly parameters: readonly string[]
  /** Whether zero is a hypothesis about the parameter: fixed effects. */
  readonly tests: readonly boolean[]
  /** What its columns report of the estimation, `converged` first, and of each parameter, as ends of their names. */
  readonly diagnostics: readonly string[]
  readonly parts: readonly string[]
}

export interface SimulationFacts {
  readonly methods: readonly MethodFacts[]
  /** True values by condition, method and parameter; null for a parameter that the truth does not have. */
  readonly truth: readonly (readonly (readonly (number | null)[])[])[]
  readonly measures: readonly string[]
  /** The parameters without a finite maximum in the data, where the truth is their fit: they have no true value. */
  readonly running: readonly RunningParameter[]
}

export interface Method {
  readonly name: string
  /** Of the data's rows. */
  readonly model: Model
  readonly fit: StudyFit
  readonly intervals: 'wald' | 'profile'
  /** How its posterior is sampled; null for a fit. */
  readonly sample: SampleMethod | null
}

/** Of a fit and of a posterior. */
const columnsOf = {
  fit: { diagnostics: ['converged'], parts: ['', '.se', '.lower', '.upper'] },
  sample: {
    diagnostics: ['converged', 'rhat', 'ess', 'divergences'],
    parts: ['', '.se', '.lower', '.upper', '.median'],
  },
} as const

export interface SimulationData {
  /** What responses are simulated from, with the rows of the data. */
  readonly base: Model
  readonly design: 'cycle' | 'resample'
  readonly methods: readonly Method[]
  /** Outer parameters and numbers of levels of each condition. */
  readonly conditions: readonly { readonly x: Float64Array; readonly groups: Readonly<Record<string, number>> }[]
}

export function planSimulation(spec: SimulationSpec, table: Table): StudyPlan {
  const { replicates = 1000, seed = 1, design = 'cycle' } = spec
  const base = stateModel(spec.formula, table, spec)
  const given: NonNullable<SimulationSpec['methods']> = spec.methods ?? [{ name: 'fit' }]
  const methods = given.map((method, m) => methodOf(method, m, spec, table, base))
  checkMethodNames(methods)
  const stated = state(base)
  const { truth: start, running } = truthFrom(spec, stated)
  const made = scenarios(spec, { truth: start, groups: spec.groups ?? {} })
  const like = likelihood(stated)
  const conditions = made.map(({ settings, scenario: { truth, groups } }) => {
    for (const [group, levels] of Object.entries(groups)) checkGroup(base, group, levels)
    return { settings, groups, x: trueParameters(stated, truth) }
  })
  const names = parameterNames(stated)
  const methodNames = methods.map(({ model }) => parameterNames(state(model)))
  const truth = conditions.map(({ x }) => {
    const unknown = new Float64Array(x.length).fill(Number.NaN)
    const fitted = { ...emptyEstimate, parameters: x, se: unknown }
    const values = parameterTable(fittedBy(like, fitted, null), 'none').estimate
    const known = (name: string): number | null =>
      running.some((one) => one.name === name) ? null : (values[names.indexOf(name)] ?? null)
    return methodNames.map((own) => own.map(known))
  })
  const facts: SimulationFacts = {
    methods: methods.map(({ name, model, sample }, m) => {
      const parameters = methodNames[m]
      const fixed = meanOf(model).fixed.names.length
      return { name, parameters, tests: parameters.map((_, j) => j < fixed), ...columnsOf[sample ? 'sample' : 'fit'] }
    }),
    truth,
    measures: spec.measures ?? performanceNames,
    running,
  }
  const columns = facts.methods.flatMap(({ name, parameters, diagnostics, parts }) => [
    ...diagnostics.map((one) => `${name}.${one}`),
    ...parameters.flatMap((one) => parts.map((part) => `${name}.${one}${part}`)),
  ])
  const data: SimulationData = { base, design, methods, conditions: conditions.map(({ x, groups }) => ({ x, groups })) }
  return {
    kind: 'simulation',
    seed,
    conditions: conditions.map(({ settings }) => ({ settings, replicates, columns })),
    facts: {
      ...facts,
      methods: facts.methods.map((method) => ({ ...method })),
      running: running.map((one) => ({ ...one })),
    },
    data,
  }
}

/** An estimate of which only the parameters count. */
const emptyEstimate = {
  rule: laplaceRule,
  nodes: 1,
  logLik: Number.NaN,
  covariance: null,
  gradientNorm: Number.NaN,
  converged: true,
  reason: '',
  singular: false,
  zeroed: [],
  limits: [],
  runs: [],
  reported: [],
  unbounded: false,
  iterations: 0,
  evaluations: 0,
  near: null,
} as const

function truthFrom(
  spec: SimulationSpec,
  stated: Stated,
): { truth: ReturnType<typeof truthOf>; running: readonly RunningParameter[] } {
  const { truth = 'fit', fit = {} } = spec
  if (truth !== 'fit') return { truth, running: [] }
  if (fit.reml) {
    const message = '/fit/reml: expected maximum likelihood for the truth, got reml'
    throw new GlmmError('USAGE', message, 'leave it out here, and put it into the methods')
  }
  const found = refit(stated, fit)
  const { fitted } = found
  if (fitted.converged) {
    const running = runningParameters(parameterNames(stated), tellRunning(found, []))
    return { truth: truthOf(stated, reported(found).parameters), running }
  }
  const message = `expected a fit of the data for the truth, got: ${fitted.reason}`
  throw new GlmmError('NO_CONVERGENCE', message, 'write the truth down instead')
}

function methodOf(
  { name, fit: own, sample }: MethodSpec,
  m: number,
  spec: SimulationSpec,
  table: Table,
  base: Model,
): Method {
  const fit: MethodFit = { ...spec.fit, ...own }
  const { formula = spec.formula, family = base.family, link, intervals = 'wald', nodes = 1, reml = false } = fit
  const idle = sample && (['nodes', 'reml', 'intervals'] as const).find((one) => own?.[one] !== undefined)
  if (idle) {
    const message = `/methods/${m}/fit/${idle}: expected no ${idle} for a posterior, got ${JSON.stringify(own?.[idle])}`
    throw new GlmmError('USAGE', message, 'leave it out, or give the fit a method of its own')
  }
  const choice = { ...spec, family, link: link ?? (family === base.family ? base.link : undefined) }
  const model = stateModel(formula, table, choice)
  if (model.nobs !== base.nobs || model.response.name !== base.response.name) {
    const message = `/methods: expected ${name} to have the rows and the response of ${base.formula}, got ${model.formula}`
    throw new GlmmError('USAGE', message, 'remove the rows in which a column of either is missing')
  }
  if (sample) return { name, model, fit: {}, intervals, sample: sampleMethod(sample, model) }
  const most = likelihood(model).rules.mostNodes
  if (
    typeof nodes === 'number' &&
    nodes > most &&
    most > 0 &&
    model.predictors.some(({ random }) => random.length > 0)
  ) {
    throw new GlmmError('MODEL', `expected at most ${most} nodes in method ${name}, got ${nodes}`, 'give fewer')
  }
  return { name, model, fit: { nodes, reml }, intervals, sample: null }
}

function checkMethodNames(methods: readonly Method[]): void {
  const twice = methods.find(({ name }, i) => methods.findIndex((other) => other.name === name) < i)
  if (!twice) return
  throw new GlmmError('USAGE', `/methods: expected names that differ, got ${twice.name} twice`, 'name them apart')
}

/** Rows of one simulated data set beyond which a number of levels is a mistake: about a gigabyte. */
const mostRows = 1e7

function checkGroup(base: Model, group: string, levels: number): void {
  const { rows } = levelRows(base, group)!
  const wanted = (base.nobs / rows.length) * levels
  if (Number.isInteger(levels) && levels >= 2 && wanted > mostRows)
    throw new GlmmError(
      'USAGE',
      `/groups/${group}: expected data of at most ${mostRows} rows, got ${levels} levels of about ${Math.ceil(base.nobs / rows.length)} rows each`,
      `give ${Math.floor((mostRows * rows.length) / base.nobs)} levels or fewer`,
    )
  if (Number.isInteger(levels) && levels >= 2) return
  const message = `/groups/${group}: expected a whole number of levels, 2 or more, got ${levels}`
  throw new GlmmError('USAGE', message, 'give the number of levels to simulate')
}
