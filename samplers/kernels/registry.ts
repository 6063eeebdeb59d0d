import { GlmmError } from '../../src/errors.js'
import { nearestName } from '../../src/nearest-name.js'
import { jointPosterior } from '../../src/likelihood/posterior.js'
import { hmc } from './hmc.js'
import { independenceMetropolis } from './independence.js'
import { marginal } from './marginal.js'
import { nuts, usualDepth } from './nuts.js'
import { polyaGammaGibbs } from './polya-gamma.js'
import { randomWalk } from './random-walk.js'
import type { Sampler } from './sampler.js'

/** What samplers of the joint density of everything have in common: any log density will do. */
const joint = {
  walks: 'all',
  refusal: () => null,
  posterior: ({ likelihood, priors, centring, rows }) => jointPosterior(likelihood, priors, centring, rows),
} satisfies Omit<Sampler, 'name' | 'targetAccept' | 'maxDepth' | 'kernel'>

export const samplers: readonly Sampler[] = [
  {
    ...joint,
    name: 'nuts',
    stanEngine: 'nuts',
    targetAccept: 0.8,
    maxDepth: usualDepth,
    kernel: (posterior, { maxDepth }) => nuts(posterior, maxDepth ?? usualDepth),
  },
  marginal,
  independenceMetropolis,
  polyaGammaGibbs,
  { ...joint, name: 'hmc', stanEngine: 'static', targetAccept: 0.8, maxDepth: null, kernel: hmc },
  { ...joint, name: 'random-walk', targetAccept: 0.234, maxDepth: null, kernel: randomWalk },
]

/** The sampler of that name, or a USAGE error. */
export function samplerNamed(name: string): Sampler {
  const sampler = samplers.find((candidate) => candidate.name === name)
  if (sampler) return sampler
  const known = samplers.map((candidate) => candidate.name)
  const near = nearestName(name, known)
  throw new GlmmError(
    'USAGE',
    `expected a sampler (${known.join(', ')}), got '${name}'`,
    near === null ? 'give one of these' : `did you mean ${near}?`,
  )
}
