import { linkNamed } from '../links/registry.js'
import { normalCdf } from '../numerics/special.js'
import { residual } from './drawn.js'
import type { Family } from './family.js'
import { byNotPositive } from './recession.js'
import { vanishUnlessFinite, throughFirst } from './row-density.js'

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/** Real numbers with mean mu and standard deviation sigma. */
export const gaussian: Family = {
  name: 'gaussian',
  quadratic: (link) => link === 'identity',
  normal: true,
  exponentialDispersion: true,
  heavier: 'student',
  response: 'real',
  links: ['identity', 'log'],
  further: [
    {
      name: 'dispersion',
      role: 'scale',
      link: 'log',
      reports: 'sigma',
      start: 0,
      precisionPower: -0.5,
      vanishes: 'sigma runs to zero: the random effects take the place of the residual',
      drawn: residual,
    },
  ],
  derivatives: 'exact',
  density: (link, { y }) => {
    const { inverse } = linkNamed(link)
    const exponential = link === 'log'
    return {
      predictors: 2,
      at: (row, eta, out) => {
        const mu = inverse(eta[0])
        const w = Math.exp(-eta[1])
        const r = (y[row] - mu) * w
        const square = r * r
        out[0] = -0.5 * square - eta[1] - halfLog2Pi
        out[1] = r * w
        out[2] = square - 1
        out[3] = -w * w
        out[4] = -2 * r * w
        out[5] = -2 * square
        out[6] = 0
        out[7] = 2 * w * w
        out[8] = 4 * r * w
        out[9] = 4 * square
        if (exponential) throughFirst(2, out, mu, mu, mu)
        vanishUnlessFinite(out, 10)
      },
      expected: (_row, eta, out) => {
        const slope = exponential ? inverse(eta[0]) : 1
        out[0] = (slope * Math.exp(-eta[1])) ** 2
        out[1] = 0
        out[2] = 2
      },
    }
  },
  variance: (_mu, sigma = 1) => sigma * sigma,
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([, sigma]) => sigma * sigma,
  tail: (y, [mu, sigma], _trials, upper) => normalCdf(((upper ? -1 : 1) * (y - mu)) / sigma),
  weight: () => 1,
  observed: (response, row) => response.y[row],
  // A response at or below 0 says little about the log of its mean; any mean above 0 is a start.
  start: (observed, _weight, link) => (link === 'log' && !(observed > 0) ? 1 : observed),
  unitDeviance: (observed, mu) => (observed - mu) ** 2,
  recession: (link) => (link === 'log' ? byNotPositive : null),
  ratio: () => null,
  simulate: ({ normal }, [mu, sigma]) => mu + sigma * normal(),
}
