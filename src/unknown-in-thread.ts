import { GlmmError } from './errors.js'

/**
 * The refusal of a model that names what its thread does not know: what a user has added is known in the threads that have
 * imported the module that adds it.
 */
export function unknownInThread(what: 'family' | 'link' | 'covariance', name: string): GlmmError {
  const call = `add${what[0].toUpperCase()}${what.slice(1)}`
  return new GlmmError(
    'USAGE',
    `expected a ${what} that this thread knows, got '${name}'`,
    `name the module that calls ${call} with the option modules (--import on the command line): every thread imports it first`,
  )
}
