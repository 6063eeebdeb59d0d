import { probabilityLinks, probabilityNamed } from '../links/registry.js'
import { betaTail } from '../numerics/special.js'
import { addAlong, addInSecond } from './beta-shapes.js'
import { precision } from './drawn.js'
import { type Family, noDeviance } from './family.js'
import { binet } from './gamma-ratio.js'
import { type RowDensity, vanishUnlessFinite } from './row-density.js'
import { betaVariate } from '../random/gamma-variate.js'
import { unboundedLinks } from './unbounded-links.js'

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/**
 * Proportions strictly between 0 and 1 with shapes a = mu phi and b = (1 - mu) phi: mean mu, variance
 * mu (1 - mu) / (1 + phi). With Stirling's formula for all three gamma functions and Binet's function B for its rest,
 *
 *   log f = -phi D + log(phi mu (1 - mu) / 2 pi) / 2 + B(phi) - B(a) - B(b) - log y - log(1 - y),
 *
 * where D = mu log(mu / y) + (1 - mu) log((1 - mu) / (1 - y)), so that a large phi costs no digits.
 */
export const beta: Family = {
  name: 'beta',
  response: 'unit-interval',
  links: probabilityLinks.map((link) => link.name),
  takes: 'probability',
  unfitLinks: unboundedLinks,
  further: [{ name: 'dispersion', role: 'scale', link: 'log', reports: 'phi', start: 1, drawn: precision }],
  derivatives: 'exact',
  density: (link, { y }) => {
    const { logTails } = probabilityNamed(link)
    const logY = y.map(Math.log)
    const logRest = y.map((value) => Math.log1p(-value))
    const tails = new Float64Array(8)
    const f = new Float64Array(4)
    const ofPhi = new Float64Array(4)
    // phi is the same in every row unless it has predictors of its own.
    let known = Number.NaN
    const observed = new Float64Array(10)
    const at: RowDensity['at'] = (row, eta, out) => {
      logTails(eta[0], tails)
      const p = eta[1]
      const phi = Math.exp(p)
      const logMu = tails[0]
      const logNu = tails[4]
      const mu = Math.exp(logMu)
      const nu = Math.exp(logNu)
      const m1 = mu * tails[1]
      const m2 = mu * (tails[2] + tails[1] * tails[1])
      const m3 = mu * (tails[3] + 3 * tails[1] * tails[2] + tails[1] ** 3)
      const r = logMu - logNu - logY[row] + logRest[row]
      const r1 = tails[1] - tails[5]
      const r2 = tails[2] - tails[6]
      const d0 = phi * (mu * (logMu - logY[row]) + nu * (logNu - logRest[row]))
      const d1 = phi * m1 * r
      const d2 = phi * (m2 * r + m1 * r1)
      const d3 = phi * (m3 * r + 2 * m2 * r1 + m1 * r2)
      out[0] = 0.5 * (p + logMu + logNu) - halfLog2Pi - d0 - logY[row] - logRest[row]
      out[1] = 0.5 * (tails[1] + tails[5]) - d1
      out[2] = 0.5 - d0
      out[3] = 0.5 * (tails[2] + tails[6]) - d2
      out[4] = -d1
      out[5] = -d0
      out[6] = 0.5 * (tails[3] + tails[7]) - d3
      out[7] = -d2
      out[8] = -d1
      out[9] = -d0
      if (p !== known) binet(phi, p, ofPhi)
      known = p
      addInSecond(out, 1, ofPhi)
      binet(mu * phi, p + logMu, f)
      addAlong(out, -1, f, tails, 0)
      binet(nu * phi, p + logNu, f)
      addAlong(out, -1, f, tails, 4)
      vanishUnlessFinite(out, 10)
    }
    return {
      predictors: 2,
      at,
      // In (mu phi, phi) the density is an exponential family: what is random of its curvature is a multiple of the scores.
      expected: (row, eta, out) => {
        at(row, eta, observed)
        logTails(eta[0], tails)
        out[0] = observed[1] * (tails[2] / tails[1] + tails[1]) - observed[3]
        out[1] = observed[1] - observed[4]
        out[2] = observed[2] - observed[5]
      },
    }
  },
  variance: (mu, phi = 1) => (mu * (1 - mu)) / (1 + phi),
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([mu, phi]) => (mu * (1 - mu)) / (1 + phi),
  tail: (y, [mu, phi], _trials, upper) => betaTail(y, mu * phi, (1 - mu) * phi, upper),
  weight: () => 1,
  observed: (response, row) => response.y[row],
  start: (observed) => observed,
  unitDeviance: noDeviance,
  // A variate that rounds to 0 or 1 is the nearest number of the support.
  simulate: (noise, [mu, phi]) =>
    Math.max(Number.MIN_VALUE, Math.min(1 - Number.EPSILON / 2, betaVariate(noise, mu * phi, (1 - mu) * phi))),
  ratio: (link) => (link === 'logit' ? 'odds ratio' : null),
}
