import { GlmmError } from '../errors.js'
import { nearestName } from '../nearest-name.js'
import type { BasisKeeper } from './basis.js'
import { contrastNamed, contrastNames } from './contrasts.js'

/**
 * The option that names contrasts: 'sum' for all factors, 'a=sum, b=helmert' for some.
 *
 * @returns names of contrasts by factor, those of all under the empty name; undefined where nothing is asked for.
 * @throws GlmmError USAGE for contrasts that there are not.
 */
export function contrastsAsked(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) return undefined
  return Object.fromEntries(
    text.split(',').map((part) => {
      const at = part.lastIndexOf('=')
      const factor = at < 0 ? '' : part.slice(0, at).trim()
      const asked = part.slice(at + 1).trim()
      const name = contrastNamed(asked)
      if (name !== null && !(at >= 0 && factor === '')) return [factor, name]
      const near = nearestName(asked, contrastNames)
      throw new GlmmError(
        'USAGE',
        `expected contrasts (${contrastNames.join(', ')}), or factor=contrasts, got '${part.trim()}'`,
        near === null || near === asked ? "such as 'sum', or 'treat=sum, site=helmert'" : `did you mean ${near}?`,
      )
    }),
  )
}

/** Throws USAGE for contrasts of what is no factor of the model. */
export function checkContrasts(asked: Readonly<Record<string, string>>, { levels }: BasisKeeper): void {
  for (const factor of Object.keys(asked)) {
    if (factor === '' || levels.has(factor)) continue
    const known = [...levels.keys()]
    const near = nearestName(factor, known)
    throw new GlmmError(
      'USAGE',
      `expected a factor of the model for contrasts, got ${factor}`,
      known.length === 0
        ? 'the model has none; write factor(x) for a column of numbers'
        : `${near === null ? '' : `did you mean ${near}? `}the factors are ${known.join(', ')}`,
    )
  }
}
