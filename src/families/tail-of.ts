import { GlmmError } from '../errors.js'
import { linkNamed } from '../links/registry.js'
import type { Family, ResponseData } from './family.js'
import { densitySize } from './row-density.js'
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

function summedTail(family: Family): Tail {
  const [name] = family.links
  const outward = [name, ...family.further.map(({ link }) => link)].map((one) => linkNamed(one).link)
  const out = new Float64Array(densitySize(outward.length))
  return (y, parameters, trials, upper) => {
    if (y < 0) return belowSupport(upper)
    const length = Math.floor(y) + 1
    const responses: ResponseData = {
      y: Float64Array.from({ length }, (_, count) => count),
      trials: family.response === 'binomial' ? new Float64Array(length).fill(trials) : null,
    }
    const density = family.density(name, responses)
    const eta = Float64Array.from(parameters, (value, k) => outward[k](value))
    let sum = 0
    for (let count = family.least ?? 0; count < length; count++) {
      density.at(count, eta, out)
      sum += Math.exp(out[0])
    }
    return upper ? Math.max(0, 1 - sum) : Math.min(1, sum)
  }
}
