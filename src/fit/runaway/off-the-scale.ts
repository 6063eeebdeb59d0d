import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Estimate } from '../results/estimate.js'
import { termText } from '../start/term-text.js'

/** A standard deviation this many times that of exact integration is no estimate of it. */
const apart = 2
const large = 8

/** The estimate with a warning where its rule has run off the scale although exact integration has its maximum at `maximum`. */
export function toldOffTheScale({ layout }: Likelihood, fitted: Estimate, maximum: Float64Array): Estimate {
  const [{ term, start }] = layout.terms
  const sd = Math.abs(fitted.parameters[start])
  if (!(sd > large && sd > apart * maximum[start])) return fitted
  const message =
    `${fitted.nodes === 1 ? 'the Laplace approximation has' : `${fitted.nodes} nodes have`} no maximum near that of the likelihood, ` +
    `where the standard deviation of ${termText(term)} is about ${Number(maximum[start].toPrecision(2))}: ` +
    'fixed and random effects together predict every response, and the rule breaks down; sample the posterior (glmm sample)'
  return { ...fitted, reported: [...fitted.reported, { code: 'INTEGRATION', message }] }
}
