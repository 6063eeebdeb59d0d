import { probabilityLinks, probabilityNamed } from '../links/registry.js'
import { logChoose } from '../numerics/special.js'
import { addAlong, addInSecond } from './beta-shapes.js'
import { binomial } from './binomial.js'
import { precision } from './drawn.js'
import { type Family, noDeviance } from './family.js'
import { risingExcess } from './gamma-ratio.js'
import { byTrials } from './recession.js'
import { vanishUnlessFinite } from './row-density.js'
import { betaVariate } from '../random/gamma-variate.js'
import { binomialVariate } from './variates.js'
import { unboundedLinks } from './unbounded-links.js'

// 0 successes at log F = -Infinity must give 0, not NaN.
const times = (count: number, x: number): number => (count === 0 ? 0 : count * x)

/**
 * y successes in n trials whose probability varies with shapes a = mu phi and b = (1 - mu) phi. With
 * E(c, x) = log Gamma(x + c) - log Gamma(x) - c log x, which vanishes as x grows,
 *
 *   log f = log choose + y log mu + (n - y) log(1 - mu) + E(y, a) + E(n - y, b) - E(n, phi):
 *
 * the binomial, and what vanishes with the overdispersion.
 */
export const betabinomial: Family = {
  name: 'betabinomial',
  response: 'binomial',
  links: probabilityLinks.map((link) => link.name),
  takes: 'probability',
  unfitLinks: unboundedLinks,
  further: [
    {
      name: 'dispersion',
      role: 'scale',
      link: 'log',
      reports: 'phi',
      start: 1,
      limit: { at: 16, says: 'no overdispersion beyond the binomial: phi runs to infinity' },
      silent: {
        row: ({ trials }, row) => trials![row] <= 1,
        says: 'rows of one trial show no overdispersion and are binomial ones: give --family binomial, or a row for several trials',
      },
      drawn: precision,
    },
  ],
  derivatives: 'exact',
  density: (link, response) => {
    const { logTails } = probabilityNamed(link)
    const { y } = response
    const trials = response.trials!
    const constant = y.map((successes, i) => logChoose(trials[i], successes))
    const tails = new Float64Array(8)
    const f = new Float64Array(4)
    return {
      predictors: 2,
      at: (row, eta, out) => {
        logTails(eta[0], tails)
        // exp(300) cannot be distinguished from infinity: the binomial.
        const p = Math.min(eta[1], 300)
        const successes = y[row]
        const failures = trials[row] - successes
        const sum = (order: number): number => times(successes, tails[order]) + times(failures, tails[4 + order])
        out.fill(0, 0, 10)
        out[0] = constant[row] + sum(0)
        out[1] = sum(1)
        out[3] = sum(2)
        out[6] = sum(3)
        risingExcess(trials[row], Math.exp(p), p, f)
        addInSecond(out, -1, f)
        risingExcess(successes, Math.exp(p + tails[0]), p + tails[0], f)
        addAlong(out, 1, f, tails, 0)
        risingExcess(failures, Math.exp(p + tails[4]), p + tails[4], f)
        addAlong(out, 1, f, tails, 4)
        vanishUnlessFinite(out, 10)
      },
    }
  },
  variance: (mu) => mu * (1 - mu),
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([mu, phi], trials) => ((mu * (1 - mu)) / trials) * (1 + (trials - 1) / (phi + 1)),
  weight: binomial.weight,
  observed: binomial.observed,
  start: binomial.start,
  unitDeviance: noDeviance,
  recession: () => byTrials,
  ratio: binomial.ratio,
  simulate: (noise, [mu, phi], trials) => binomialVariate(noise, trials, betaVariate(noise, mu * phi, (1 - mu) * phi)),
}
