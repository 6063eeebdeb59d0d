import type { ProbabilityLink } from '../links/link.js'
import { probabilityLinks, probabilityNamed } from '../links/registry.js'
import { rounder, softplusDensity, softplusRange, softplusTable, softplusTerms } from '../numerics/softplus.js'
import { betaTail, logChoose } from '../numerics/special.js'
import type { Family, RowKernel } from './family.js'
import type { ResponseData } from './response-data.js'
import { logitShift } from './logit-shift.js'
import { byTrials } from './recession.js'
import { type RowDensity, vanishUnlessFinite } from './row-density.js'
import { belowSupport } from './tails.js'
import { binomialVariate } from './variates.js'
import { unboundedLinks } from './unbounded-links.js'

/** y successes in `trials` trials, each with probability mu. */
export const binomial: Family = {
  name: 'binomial',
  response: 'binomial',
  links: probabilityLinks.map((link) => link.name),
  takes: 'probability',
  unfitLinks: unboundedLinks,
  kernel: (link, response) =>
    link === 'logit' ? logitKernel(response) : composedKernel(probabilityNamed(link), response),
  density: (link, response) => composedDensity(probabilityNamed(link), response),
  further: [],
  derivatives: 'exact',
  variance: (mu) => mu * (1 - mu),
  tail: (y, [mu], trials, upper) =>
    y < 0 ? belowSupport(upper) : y >= trials ? belowSupport(!upper) : betaTail(mu, y + 1, trials - y, !upper),
  weight: (response, row) => response.trials![row],
  observed: (response, row) => (response.trials![row] > 0 ? response.y[row] / response.trials![row] : 0),
  start: (observed, weight) => (weight * observed + 0.5) / (weight + 1),
  unitDeviance: (observed, mu) => 2 * (xLogRatio(observed, mu) + xLogRatio(1 - observed, 1 - mu)),
  recession: () => byTrials,
  ratio: (link) => (link === 'logit' ? 'odds ratio' : null),
  simulate: (noise, [mu], trials) => binomialVariate(noise, trials, mu),
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([mu], trials) => (mu * (1 - mu)) / trials,
  higherMoments: ([mu], trials) => {
    const variance = trials * mu * (1 - mu)
    return [(1 - 2 * mu) / Math.sqrt(variance), (1 - 6 * mu * (1 - mu)) / variance]
  },
  overdispersed: { family: 'betabinomial', than: 'binomial' },
}

/** x log(x / m), 0 at x = 0. */
const xLogRatio = (x: number, m: number): number => (x === 0 ? 0 : x * Math.log(x / m))

function constants(response: ResponseData): Float64Array {
  return response.y.map((y, i) => logChoose(response.trials![i], y))
}

/** Intervals of the softplus table below zero. */
const half = softplusDensity * softplusRange

/** The fused kernel of the canonical link; each row costs one exp and one log1p. */
function logitKernel(response: ResponseData): RowKernel {
  const { y } = response
  const trials = response.trials!
  const constant = constants(response)
  return {
    shifted: (space) => logitShift(response, constant, space),
    atNodes: (i, eta, count, logDensity, d1, at, d2) => {
      const c = constant[i]
      const successes = y[i]
      const n = trials[i]
      const failures = n - successes
      for (let k = 0; k < count; k++) {
        const x = eta[k]
        const e = Math.exp(-Math.abs(x))
        const large = 1 / (1 + e)
        const l = n * Math.log1p(e)
        if (d2) d2[at + k] = -n * e * large * large
        if (x >= 0) {
          logDensity[k] = c - failures * x - l
          d1[at + k] = (successes * e - failures) * large
        } else {
          logDensity[k] = c + successes * x - l
          d1[at + k] = (successes - failures * e) * large
        }
      }
    },
    score: (eta, from, to, logDensity, d1) => {
      for (let i = from; i < to; i++) {
        const x = eta[i]
        const e = Math.exp(-Math.abs(x))
        const large = 1 / (1 + e)
        const successes = y[i]
        const failures = trials[i] - successes
        const l = trials[i] * Math.log1p(e)
        if (x >= 0) {
          logDensity[i] = constant[i] - failures * x - l
          d1[i] = (successes * e - failures) * large
        } else {
          logDensity[i] = constant[i] + successes * x - l
          d1[i] = (successes - failures * e) * large
        }
      }
    },
    total: (eta, from, to, d1) => {
      let sum = 0
      for (let i = from; i < to; i++) {
        const x = eta[i]
        const successes = y[i]
        const n = trials[i]
        if (!(x > 0.5 - softplusRange && x < softplusRange - 0.5)) {
          const e = Math.exp(-Math.abs(x))
          sum += constant[i] + successes * x - n * (Math.max(x, 0) + Math.log1p(e))
          d1[i] = successes - n * (x >= 0 ? 1 / (1 + e) : e / (1 + e))
          continue
        }
        const whole = x * softplusDensity + rounder - rounder
        const h = x - whole / softplusDensity
        const at = ((whole + half) & (2 * half - 1)) * softplusTerms
        // Horner's scheme for log(1 + exp x) and, behind it, for its derivative.
        let value = softplusTable[at + 7]
        let slope = value
        value = value * h + softplusTable[at + 6]
        slope = slope * h + value
        value = value * h + softplusTable[at + 5]
        slope = slope * h + value
        value = value * h + softplusTable[at + 4]
        slope = slope * h + value
        value = value * h + softplusTable[at + 3]
        slope = slope * h + value
        value = value * h + softplusTable[at + 2]
        slope = slope * h + value
        value = value * h + softplusTable[at + 1]
        slope = slope * h + value
        value = value * h + softplusTable[at]
        sum += constant[i] + (successes * x - n * value)
        d1[i] = successes - n * slope
      }
      return sum
    },
    curvature: (eta, from, to, logDensity, d1, d2, d3) => {
      for (let i = from; i < to; i++) {
        const x = eta[i]
        const e = Math.exp(-Math.abs(x))
        const large = 1 / (1 + e)
        const successes = y[i]
        const failures = trials[i] - successes
        const l = trials[i] * Math.log1p(e)
        const second = -trials[i] * e * large * large
        d2[i] = second
        if (x >= 0) {
          logDensity[i] = constant[i] - failures * x - l
          d1[i] = (successes * e - failures) * large
          d3[i] = second * (e - 1) * large
        } else {
          logDensity[i] = constant[i] + successes * x - l
          d1[i] = (successes - failures * e) * large
          d3[i] = second * (1 - e) * large
        }
      }
    },
  }
}

// 0 successes at log F = -Infinity must give 0, not NaN.
const times = (count: number, x: number): number => (count === 0 ? 0 : count * x)

function composedDensity(link: ProbabilityLink, response: ResponseData): RowDensity {
  const { y } = response
  const trials = response.trials!
  const constant = constants(response)
  const tails = new Float64Array(8)
  return {
    predictors: 1,
    at: (row, eta, out) => {
      link.logTails(eta[0], tails)
      const successes = y[row]
      const failures = trials[row] - successes
      for (let order = 0; order < 4; order++)
        out[order] = times(successes, tails[order]) + times(failures, tails[4 + order])
      out[0] += constant[row]
      vanishUnlessFinite(out, 4)
    },
    expected: (row, eta, out) => {
      link.logTails(eta[0], tails)
      out[0] = -trials[row] * tails[1] * tails[5]
    },
  }
}

/** Any link that gives the log of both tails: log p = log choose + y log F + (n - y) log(1 - F). */
function composedKernel(link: ProbabilityLink, response: ResponseData): RowKernel {
  const { y } = response
  const trials = response.trials!
  const constant = constants(response)
  const tails = new Float64Array(8)
  const row = (i: number, eta: number): number => {
    link.logTails(eta, tails)
    return constant[i] + times(y[i], tails[0]) + times(trials[i] - y[i], tails[4])
  }
  const derivative = (i: number, order: number): number =>
    times(y[i], tails[order]) + times(trials[i] - y[i], tails[4 + order])
  return {
    atNodes: (i, eta, count, logDensity, d1, at, d2) => {
      for (let k = 0; k < count; k++) {
        logDensity[k] = row(i, eta[k])
        d1[at + k] = derivative(i, 1)
        if (d2) d2[at + k] = derivative(i, 2)
      }
    },
    score: (eta, from, to, logDensity, d1) => {
      for (let i = from; i < to; i++) {
        logDensity[i] = row(i, eta[i])
        d1[i] = derivative(i, 1)
      }
    },
    curvature: (eta, from, to, logDensity, d1, d2, d3) => {
      for (let i = from; i < to; i++) {
        logDensity[i] = row(i, eta[i])
        d1[i] = derivative(i, 1)
        d2[i] = derivative(i, 2)
        d3[i] = derivative(i, 3)
      }
    },
  }
}
