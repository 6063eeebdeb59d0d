import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'

/** Refuses an option that a function does not have: a mistyped one would be ignored, and the default taken in silence. */
export function checkOptionNames(given: object, known: Readonly<Record<string, true>>, of: string): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue
    const names = Object.keys(known)
    const near = nearestName(name, names)
    throw new GlmmError(
      'USAGE',
      `expected an option of ${of}, got ${name}`,
      `${near === null ? '' : `did you mean ${near}? `}the options are ${names.join(', ')}`,
    )
  }
}
