import { GlmmError } from '../../errors.js'
import type { Rng } from '../../random/stream.js'
import type { Coordinates } from '../frame/coordinates.js'
import type { PriorsInForce } from './priors-in-force.js'

/**
 * A draw of the outer coordinates from their joint prior, directly: every number from its own distribution, correlations
 * from the LKJ one. PRIOR where one of them has no integral.
 */
export function priorDraw({ fixed, terms, outer }: Coordinates, priors: PriorsInForce, rng: Rng): Float64Array {
  checkProper(priors)
  const x = new Float64Array(outer)
  for (let j = 0; j < fixed; j++) x[j] = priors.fixed[j].draw!(rng)
  let next = 0
  terms.forEach(({ laid, q, start, deviations, correlationStart, correlations }, t) => {
    for (let k = start; k < start + deviations; k++) x[k] = Math.log(priors.sd[next++].draw!(rng))
    if (correlations > 0) laid.covariance.chart.drawLkj(q, priors.lkj[t], rng, x, correlationStart)
  })
  return x
}

/** Refuses priors of which there are no draws. */
export function checkProper({ improper }: PriorsInForce): void {
  if (improper.length === 0) return
  const message = `expected proper priors to draw from, got ${improper.join(', ')}`
  throw new GlmmError('PRIOR', message, 'give each parameter a prior that has an integral')
}
