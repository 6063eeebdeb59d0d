import { exponential } from '../numerics/exponential.js'
import { logGamma } from '../numerics/special.js'
import type { Family, RowKernel } from './family.js'
import type { ResponseData } from './response-data.js'
import { kernelOf } from './kernel-of.js'
import { poissonShift } from './poisson-shift.js'
import { byZeros } from './recession.js'
import { type RowDensity, vanishUnlessFinite, vanish } from './row-density.js'
import { poissonTail } from './tails.js'
import { poissonVariate } from './variates.js'

/** Counts with mean mu. */
export const poisson: Family = {
  name: 'poisson',
  response: 'count',
  links: ['log', 'sqrt', 'identity'],
  further: [],
  derivatives: 'exact',
  density,
  kernel: (link, response) => (link === 'log' ? logKernel(response) : kernelOf(density(link, response))),
  variance: (mu) => mu,
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([mu]) => mu,
  higherMoments: ([mu]) => [1 / Math.sqrt(mu), 1 / mu],
  overdispersed: { family: 'nbinom2', than: 'Poisson' },
  simulate: (noise, [mu]) => poissonVariate(noise, mu),
  tail: poissonTail,
  weight: () => 1,
  observed: (response, row) => response.y[row],
  start: (observed) => observed + 0.1,
  unitDeviance: (observed, mu) =>
    mu >= 0
      ? 2 * ((observed === 0 ? 0 : observed * Math.log(observed / mu)) - (observed - mu))
      : Number.POSITIVE_INFINITY,
  recession: (link) => (link === 'log' ? byZeros : null),
  ratio: (link) => (link === 'log' ? 'rate ratio' : null),
}

const logFactorials = (counts: Float64Array): Float64Array => counts.map((count) => logGamma(count + 1))

function density(link: string, response: ResponseData): RowDensity {
  const { y } = response
  const constant = logFactorials(y)
  const rows: Record<string, RowDensity['at']> = {
    log: (row, predictors, out) => {
      const eta = predictors[0]
      const mu = Math.exp(eta)
      out[0] = (y[row] === 0 ? 0 : y[row] * eta) - mu - constant[row]
      out[1] = y[row] - mu
      out[2] = -mu
      out[3] = -mu
      vanishUnlessFinite(out, 4)
    },
    identity: (row, predictors, out) => {
      const mu = predictors[0]
      if (!(mu > 0)) {
        vanish(out, 4)
        return
      }
      const count = y[row]
      const rate = count / mu
      out[0] = (count === 0 ? 0 : count * Math.log(mu)) - mu - constant[row]
      out[1] = rate - 1
      out[2] = -rate / mu
      out[3] = (2 * (rate / mu)) / mu
      vanishUnlessFinite(out, 4)
    },
    sqrt: (row, predictors, out) => {
      const eta = predictors[0]
      const count = y[row]
      const rate = count === 0 ? 0 : (2 * count) / eta
      out[0] = (count === 0 ? 0 : 2 * count * Math.log(Math.abs(eta))) - eta * eta - constant[row]
      out[1] = rate - 2 * eta
      out[2] = (count === 0 ? 0 : -rate / eta) - 2
      out[3] = count === 0 ? 0 : (2 * (rate / eta)) / eta
      vanishUnlessFinite(out, 4)
    },
  }
  const information: Record<string, (eta: number) => number> = {
    log: Math.exp,
    identity: (mu) => (mu > 0 ? 1 / mu : Number.NaN),
    sqrt: () => 4,
  }
  const informationOf = information[link]
  return {
    predictors: 1,
    at: rows[link],
    expected: (_row, eta, out) => {
      out[0] = informationOf(eta[0])
    },
  }
}

function logKernel(response: ResponseData): RowKernel {
  const { y } = response
  const constant = logFactorials(y)
  for (let i = 0; i < constant.length; i++) constant[i] = -constant[i]
  // y * eta with y = 0 and eta = -Infinity is 0.
  const row = (i: number, eta: number, mu: number): number => constant[i] + (y[i] === 0 ? 0 : y[i] * eta) - mu
  return {
    shifted: (space) => poissonShift(response.y, constant, space),
    atNodes: (i, eta, count, logDensity, d1, at, d2) => {
      for (let k = 0; k < count; k++) {
        const mu = Math.exp(eta[k])
        logDensity[k] = row(i, eta[k], mu)
        d1[at + k] = y[i] - mu
        if (d2) d2[at + k] = -mu
      }
    },
    score: (eta, from, to, logDensity, d1) => {
      for (let i = from; i < to; i++) {
        const mu = Math.exp(eta[i])
        logDensity[i] = row(i, eta[i], mu)
        d1[i] = y[i] - mu
      }
    },
    total: (eta, from, to, d1) => {
      let sum = 0
      for (let i = from; i < to; i++) {
        const mu = exponential(eta[i])
        sum += row(i, eta[i], mu)
        d1[i] = y[i] - mu
      }
      return sum
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
