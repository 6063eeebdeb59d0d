import type { Sampler } from '../kernels/sampler.js'
import { sampleModel } from '../run/sample.js'
import { resolveSettings } from '../run/sample-options.js'
import { sampleRecord } from '../run/sample-record.js'
import type { PosteriorMethod } from './method.js'

/** Chains of one of the samplers. */
export const chainsOf = ({ name }: Sampler): PosteriorMethod => ({
  name,
  draws: true,
  run: async ({ model, options, look, executor, hooks, callOf }) => {
    const settings = resolveSettings({ ...options, sampler: name })
    const sample = await sampleModel(model, settings, executor, hooks, look)
    return { record: sampleRecord(model, settings, sample, callOf(settings)), sample }
  },
})
