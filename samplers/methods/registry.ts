import { GlmmError } from '../../src/errors.js'
import { nearestName } from '../../src/nearest-name.js'
import { samplers } from '../kernels/registry.js'
import { chainsOf } from './chains.js'
import { grid } from './grid.js'
import type { PosteriorMethod } from './method.js'

/** All ways to find a posterior: chains of each sampler, and a grid. `auto` chooses among them; see resolveMethod. */
export const methods: readonly PosteriorMethod[] = [...samplers.map(chainsOf), grid]

/** The name of the choice among them, which holds where none is given. */
export const autoName = 'auto'

/** Whether the method of that name makes draws; a USAGE error where there is none of that name. */
export const makesDraws = (name: string = autoName): boolean => name === autoName || methodNamed(name).draws

/** The method of that name, or a USAGE error. */
export function methodNamed(name: string): PosteriorMethod {
  const method = methods.find((candidate) => candidate.name === name)
  if (method) return method
  const known = [autoName, ...methods.map((candidate) => candidate.name)]
  const near = nearestName(name, known)
  throw new GlmmError(
    'USAGE',
    `expected a sampler (${known.join(', ')}), got '${name}'`,
    near === null ? 'give one of these' : `did you mean ${near}?`,
  )
}
