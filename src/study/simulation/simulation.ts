import type { Model } from '../../data/model.js'
import { type PlainError, plainError } from '../../errors.js'
import { simulateResponse } from '../../likelihood/frame/simulate.js'
import { type Stated, state, withResponse } from '../../likelihood/frame/stated.js'
import { stream } from '../../random/stream.js'
import { fitSchema, methodFitSchema, methodSampleSchema } from '../spec/fit-schema.js'
import { parameterTable } from '../estimates/parameters.js'
import { refit } from '../estimates/refit.js'
import { performanceNames } from './performance.js'
import { posteriorEstimates, type SampleMethod } from '../estimates/posterior-estimates.js'
import { levelRows, resampleLevels } from '../../data/resample-levels.js'
import { type Method, planSimulation, type SimulationData, type SimulationFacts } from './simulation-plan.js'
import { simulationSummary } from './simulation-summary.js'
import type { StudyKind } from '../spec/study-kind.js'
import type { SimulationSpec } from '../spec/study-spec.js'

const numbers = { type: 'object', additionalProperties: { type: 'number' } }

/** Data simulated from known parameters, fitted by several methods: bias, errors, coverage, power. */
export const simulation: StudyKind<SimulationSpec> = {
  name: 'simulation',
  schema: {
    properties: {
      truth: {
        description: 'true values as {"fixed": {...}, "random": {...}}, or "fit" for the estimates of the data',
        if: { type: 'string' },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { const: 'fit' },
        else: {
          type: 'object',
          properties: {
            fixed: numbers,
            random: {
              type: 'object',
              additionalProperties: {
                type: 'object',
                properties: {
                  sd: { type: 'array', items: { type: 'number', minimum: 0 }, minItems: 1 },
                  correlation: { type: 'array', items: { type: 'array', items: { type: 'number' } } },
                },
                required: ['sd'],
                additionalProperties: false,
              },
            },
            dispersion: numbers,
          },
          required: ['fixed'],
          additionalProperties: false,
        },
      },
      conditions: {
        type: 'object',
        additionalProperties: { type: 'array', minItems: 1, maxItems: 10_000 },
      },
      groups: { type: 'object', additionalProperties: { type: 'integer', minimum: 2 } },
      design: { enum: ['cycle', 'resample'] },
      fit: fitSchema,
      methods: {
        type: 'array',
        maxItems: 200,
        minItems: 1,
        items: {
          type: 'object',
          properties: {
            name: { type: 'string', pattern: '^[^.]+$', description: 'a name without dots' },
            fit: methodFitSchema,
            sample: methodSampleSchema,
          },
          required: ['name'],
          additionalProperties: false,
        },
      },
      measures: { type: 'array', minItems: 1, items: { enum: [...performanceNames] } },
    },
    required: [],
  },
  plan: planSimulation,
  maker: (plan) => {
    const data = plan.data as SimulationData
    const facts = plan.facts as unknown as SimulationFacts
    const widths = facts.methods.map(
      ({ diagnostics, parameters, parts }) => diagnostics.length + parameters.length * parts.length,
    )
    // Rows come condition by condition: the design of one is kept.
    let kept: { readonly condition: number; readonly design: Design } | null = null
    const cycled = (condition: number): Design => {
      if (kept?.condition !== condition) kept = { condition, design: designOf(data, condition, null) }
      return kept.design
    }
    return (condition, replicate) => {
      const { seed } = plan
      const design =
        data.design === 'cycle'
          ? cycled(condition)
          : designOf(data, condition, stream({ seed, condition, replicate, purpose: 'resample' }).uniform)
      const rng = stream({ seed, condition, replicate, purpose: 'response' })
      const response = simulateResponse(design.base, data.conditions[condition].x, rng)
      const values: number[] = []
      let failure: PlainError | null = null
      data.methods.forEach((method, m) => {
        const stated = withResponse(design.models[m], response)
        const end = values.length + widths[m]
        // The chains of each replicate and method have a seed of their own.
        const chainSeed = (): number =>
          Math.floor(stream({ seed, condition, replicate, chain: m, purpose: 'chain' }).uniform() * 2 ** 32)
        const fault = method.sample
          ? addPosterior(values, method.name, stated.model, method.sample, chainSeed())
          : addFit(values, method, stated)
        while (values.length < end) values.push(Number.NaN)
        failure ??= fault
      })
      return { values, failure }
    }
  },
  summary: simulationSummary,
}

interface Design {
  readonly base: Stated
  /** That of each method. */
  readonly models: readonly Stated[]
}

/** The rows of a condition: the levels of the data in turn, or drawn. */
function designOf(
  { base, methods, conditions }: SimulationData,
  condition: number,
  uniform: (() => number) | null,
): Design {
  let design = { base, models: methods.map(({ model }) => model) }
  for (const [group, wanted] of Object.entries(conditions[condition].groups)) {
    const levels = levelRows(design.base, group)!
    const { length } = levels.levels
    const chosen = Int32Array.from({ length: wanted }, (_, k) =>
      uniform ? Math.floor(length * uniform()) : k % length,
    )
    const again = (model: Model): Model => resampleLevels(model, levels, chosen)
    design = { base: again(design.base), models: design.models.map(again) }
  }
  return { base: state(design.base), models: design.models.map((model) => state(model)) }
}

/** Appends a fit's columns, `converged` alone where there is no fit; returns why not, or null. */
function addFit(values: number[], { name, fit, intervals }: Method, stated: Stated): PlainError | null {
  const from = values.length
  return tried(name, values, from, () => {
    const found = refit(stated, fit)
    if (!found.fitted.converged) return `expected a maximum, got: ${found.fitted.reason}`
    const { estimate, se, lower, upper } = parameterTable(found, intervals)
    values.push(1)
    for (let j = 0; j < estimate.length; j++) values.push(estimate[j], se[j], lower[j], upper[j])
    return null
  })
}

/** Appends a posterior's columns, without estimates where its chains are not good enough; returns why not, or null. */
function addPosterior(
  values: number[],
  name: string,
  model: Model,
  sample: SampleMethod,
  seed: number,
): PlainError | null {
  return tried(name, values, values.length, () => {
    const found = posteriorEstimates(model, sample, seed)
    const { rhat, ess, divergences, estimate, se, lower, upper, median, fault } = found
    values.push(fault === null ? 1 : 0, rhat, ess, divergences)
    if (fault !== null) return fault
    for (let j = 0; j < estimate.length; j++) values.push(estimate[j], se[j], lower[j], upper[j], median[j])
    return null
  })
}

/** What went wrong, said or thrown, under the name of the method; `converged` is 0 then. */
function tried(name: string, values: number[], from: number, attempt: () => string | null): PlainError | null {
  let fault: PlainError | null = null
  try {
    const message = attempt()
    if (message !== null) fault = { code: 'NO_CONVERGENCE', message: `${name}: ${message}`, hint: '' }
  } catch (thrown) {
    const { code, message, hint } = plainError(thrown)
    fault = { code, message: `${name}: ${message}`, hint }
  }
  if (fault) values[from] = 0
  return fault
}
