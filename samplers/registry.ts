import { GlmmError } from '../src/errors.js'
import { jointPosterior } from '../src/likelihood/posterior.js'
import { marginal } from './marginal.js'
import { nuts } from './nuts.js'
import { polyaGammaGibbs } from './polya-gamma.js'
import type { Sampler } from './sampler.js'

export const samplers: readonly Sampler[] = [
  {
    name: 'nuts',
    walks: 'all',
    whitened: true,
    targetAccept: 0.8,
    refusal: () => null,
    posterior: ({ likelihood, priors, centring, rows }) => jointPosterior(likelihood, priors, centring, rows),
    kernel: (posterior, { maxDepth }) => nuts(posterior, maxDepth),
  },
  marginal,
  polyaGammaGibbs,
]

/** The sampler of that name, or a USAGE error. */
export function samplerNamed(name: string): Sampler {
  const sampler = samplers.find((candidate) => candidate.name === name)
  if (sampler) return sampler
  const known = samplers.map((candidate) => candidate.name).join(', ')
  throw new GlmmError('USAGE', `expected a sampler (${known}), got '${name}'`, 'give one of these')
}
