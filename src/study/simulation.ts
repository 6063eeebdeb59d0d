import type { Model } from '../data/model.js'
import { type PlainError, plainError } from '../errors.js'
import { simulateResponse, withResponse } from '../likelihood/simulate.js'
import { stream } from '../random/stream.js'
import { fitSchema, methodFitSchema } from './fit-schema.js'
import { parameterTable, refit } from './parameters.js'
import { performanceNames } from './performance.js'
import { levelRows, resampleLevels } from './resample-levels.js'
import { type Method, planSimulation, type SimulationData } from './simulation-plan.js'
import { simulationSummary } from './simulation-summary.js'
import type { StudyKind } from './study-kind.js'
import type { StudyPlan } from './study-plan.js'
import type { SimulationSpec } from './study-spec.js'

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
        additionalProperties: { type: 'array', minItems: 1 },
      },
      groups: { type: 'object', additionalProperties: { type: 'integer', minimum: 2 } },
      design: { enum: ['cycle', 'resample'] },
      fit: fitSchema,
      methods: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          properties: {
            name: { type: 'string', pattern: '^[^.]+$', description: 'a name without dots' },
            fit: methodFitSchema,
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
        const fault = addFit(
          values,
          method,
          withResponse(design.models[m], response),
          columnsOf(plan, condition, m, data),
        )
        failure ??= fault
      })
      return { values, failure }
    }
  },
  summary: simulationSummary,
}

interface Design {
  readonly base: Model
  /** That of each method. */
  readonly models: readonly Model[]
}

/** The rows of a condition: the levels of the data in turn, or drawn. */
function designOf(
  { base, methods, conditions }: SimulationData,
  condition: number,
  uniform: (() => number) | null,
): Design {
  let design: Design = { base, models: methods.map(({ model }) => model) }
  for (const [group, wanted] of Object.entries(conditions[condition].groups)) {
    const levels = levelRows(design.base, group)!
    const { length } = levels.levels
    const chosen = Int32Array.from({ length: wanted }, (_, k) =>
      uniform ? Math.floor(length * uniform()) : k % length,
    )
    const again = (model: Model): Model => resampleLevels(model, levels, chosen)
    design = { base: again(design.base), models: design.models.map(again) }
  }
  return design
}

/** How many columns a method has, its `converged` included. */
const columnsOf = (plan: StudyPlan, condition: number, m: number, { methods }: SimulationData): number => {
  const { columns } = plan.conditions[condition]
  const first = columns.indexOf(`${methods[m].name}.converged`)
  const next = m + 1 < methods.length ? columns.indexOf(`${methods[m + 1].name}.converged`) : columns.length
  return next - first
}

/** Appends a method's columns; returns why they are empty, or null. */
function addFit(values: number[], { name, fit, intervals }: Method, model: Model, width: number): PlainError | null {
  const end = values.length + width
  let fault: PlainError | null = null
  try {
    const found = refit(model, fit)
    if (found.fitted.converged) {
      const { estimate, se, lower, upper } = parameterTable(found, intervals)
      values.push(1)
      for (let j = 0; j < estimate.length; j++) values.push(estimate[j], se[j], lower[j], upper[j])
    } else {
      fault = { code: 'NO_CONVERGENCE', message: `${name}: expected a maximum, got: ${found.fitted.reason}`, hint: '' }
    }
  } catch (thrown) {
    const { code, message, hint } = plainError(thrown)
    fault = { code, message: `${name}: ${message}`, hint }
  }
  if (fault) values.push(0)
  while (values.length < end) values.push(Number.NaN)
  return fault
}
