import { logGamma } from '../numerics/special.js'
import type { Family, ResponseData, RowKernel } from './family.js'

/** Counts with mean mu. */
export const poisson: Family = {
  name: 'poisson',
  response: 'count',
  links: ['log'],
  kernel: (_link, response) => logKernel(response),
  variance: (mu) => mu,
  weight: () => 1,
  observed: (response, row) => response.y[row],
  start: (observed) => observed + 0.1,
  unitDeviance: (observed, mu) => 2 * ((observed === 0 ? 0 : observed * Math.log(observed / mu)) - (observed - mu)),
  ratio: (link) => (link === 'log' ? 'rate ratio' : null),
}

function logKernel(response: ResponseData): RowKernel {
  const { y } = response
  const constant = y.map((count) => -logGamma(count + 1))
  // y * eta with y = 0 and eta = -Infinity is 0.
  const row = (i: number, eta: number, mu: number): number => constant[i] + (y[i] === 0 ? 0 : y[i] * eta) - mu
  return {
    atNodes: (i, eta, count, logDensity, d1, at) => {
      for (let k = 0; k < count; k++) {
        const mu = Math.exp(eta[k])
        logDensity[k] = row(i, eta[k], mu)
        d1[at + k] = y[i] - mu
      }
    },
    score: (eta, from, to, logDensity, d1) => {
      for (let i = from; i < to; i++) {
        const mu = Math.exp(eta[i])
        logDensity[i] = row(i, eta[i], mu)
        d1[i] = y[i] - mu
      }
    },
    curvature: (eta, from, to, logDensity, d1, d2, d3) => {
      for (let i = from; i < to; i++) {
        const mu = Math.exp(eta[i])
        logDensity[i] = row(i, eta[i], mu)
        d1[i] = y[i] - mu
        d2[i] = -mu
        d3[i] = -mu
      }
    },
  }
}
