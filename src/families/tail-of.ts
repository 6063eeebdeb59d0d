import { GlmmError } from '../errors.js'
import { linkNamed } from '../links/registry.js'
import type { Family } from './family.js'
import type { ResponseData } from './response-data.js'
import { densitySize, type RowDensity } from './row-density.js'
import { belowSupport, type Tail } from './tails.js'

/** Whether responses are whole numbers. */
export const isDiscrete = ({ response }: Family): boolean => response === 'count' || response === 'binomial'

/**
 * The tail of a family: its own, or a sum of its density where responses are whole numbers. MODEL for a continuous
 * family without one.
 */
export function tailOf(family: Family): Tail {
  if (family.tail) return family.tail
  if (isDiscrete(family)) return summedTail(family)
  throw new GlmmError(
    'MODEL',
    `expected a family with a distribution function for quantile residuals, got ${family.name} without`,
    'give its definition a function tail(y, parameters, trials, upper)',
  )
}

/** Numbers of trials whose densities are kept. */
const mostBound = 1000

function summedTail(family: Family): Tail {
  const [name] = family.links
  const outward = [name, ...family.further.map(({ link }) => link)].map((one) => linkNamed(one).link)
  const out = new Float64Array(densitySize(outward.length))
  const eta = new Float64Array(outward.length)
  /** The density of all counts up to some number, by their trials: binding it costs more than a few of its values. */
  const bound = new Map<number, { readonly density: RowDensity; readonly length: number }>()
  const upTo = (length: number, trials: number): RowDensity => {
    const known = bound.get(trials)
    if (known && known.length >= length) return known.density
    const enough = family.response === 'binomial' ? trials + 1 : 2 * length
    const responses: ResponseData = {
      y: Float64Array.from({ length: enough }, (_, count) => count),
      trials: family.response === 'binomial' ? new Float64Array(enough).fill(trials) : null,
    }
    const density = family.density(name, responses)
    if (bound.size < mostBound) bound.set(trials, { density, length: enough })
    return density
  }
  return (y, parameters, trials, upper) => {
    if (y < 0) return belowSupport(upper)
    const length = Math.floor(y) + 1
    if (family.response === 'binomial' && y >= trials) return belowSupport(!upper)
    const density = upTo(length, trials)
    for (let k = 0; k < eta.length; k++) eta[k] = outward[k](parameters[k])
    let sum = 0
    for (let count = family.least ?? 0; count < length; count++) {
      density.at(count, eta, out)
      sum += Math.exp(out[0])
    }
    return upper ? Math.max(0, 1 - sum) : Math.min(1, sum)
  }
}
