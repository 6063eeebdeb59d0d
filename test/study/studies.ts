import { fileURLToPath } from 'node:url'
import type { Executor } from '../../src/executor.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { planStudy } from '../../src/study/run/plan-study.js'
import { runStudy, type StudyOptions } from '../../src/study/run/run-study.js'
import type { StudyRecord } from '../../src/study/spec/study-record.js'

export const data: string = fileURLToPath(new URL('../../examples/01-betablocker/betablocker.csv', import.meta.url))
export const formula = 'cbind(r, n - r) ~ treat + (1 | center)'

/** A bootstrap and a simulation of betablocker, as study files have them. */
export const bootstrapOf = (replicates: number, more: object = {}): Record<string, unknown> => ({
  kind: 'bootstrap',
  seed: 1,
  replicates,
  data,
  family: 'binomial',
  formula,
  ...more,
})
export const simulationOf = (replicates: number, more: object = {}): Record<string, unknown> => ({
  ...bootstrapOf(replicates),
  kind: 'simulation',
  truth: { fixed: { '(Intercept)': -2.2, treat: -0.26 }, random: { center: { sd: [0.5] } } },
  ...more,
})

export const run = async (
  study: unknown,
  options: StudyOptions & { readonly executor?: Executor } = {},
): Promise<StudyRecord> => runStudy(await planStudy(study), options.executor ?? inlineExecutor, options)
