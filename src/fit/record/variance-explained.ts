import { meanOf } from '../../data/roles.js'
import { isConstant } from '../../data/constant-predictor.js'
import { flat } from '../../covariance/flat.js'
import type { Model } from '../../data/model.js'
import { copies } from '../../data/response-rows.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { Estimate } from '../results/estimate.js'
import type { RandomEstimate, ShareOfVariance, VarianceExplained } from './fit-record.js'
import { randomTerms } from './fixed-part.js'

/** Variance of the response on the latent scale a link stands for, where it is the distribution of a threshold. */
const latentVariance: Readonly<Record<string, number>> = {
  logit: Math.PI ** 2 / 3,
  probit: 1,
  cloglog: Math.PI ** 2 / 6,
}

/**
 * R-squared and intraclass correlation of Nakagawa, Johnson and Schielzeth (2017), with the mean random-effect
 * variance over the rows for random slopes (Johnson 2014). The observation-level variance is that of the response at
 * its mean, taken to the link's scale by the delta method: 1 / (p (1 - p)) for a logit, 1 / mu + 1 / phi for a negative
 * binomial with log link, sigma^2 for a gaussian. Responses with trials count trial by trial, each with the variance of
 * one trial, so that rows of 0 and 1 and their sums have one answer: in their section 5 a binary response is the
 * observation. An effect of each observation in a family without dispersion counts as overdispersion, with its variance.
 * Null without random effects, where a further predictor is more than one number or a probability of zeros, and where
 * the variance does not exist.
 */
export function varianceExplained(
  { stated }: Likelihood,
  { parameters }: Estimate,
  beta: Float64Array,
  random: readonly RandomEstimate[],
): VarianceExplained | null {
  const { model, family, layout } = stated
  const constant = layout.further.every(
    ({ role, stated: of }) => (role === 'scale' || role === 'shape') && of.offset === null && isConstant(of),
  )
  const terms = randomTerms(layout.terms)
  if (!layout.location || !constant || terms.length === 0) return null

  const units = unitsOf(stated)
  const total = units.reduce((sum, one) => sum + one, 0)
  let sum = 0
  for (let i = 0; i < model.nobs; i++) if (units[i] > 0) sum += units[i] * family.observed(model.response, i)
  const mu = sum / total
  const { link, slope } = layout.location.link
  const natural = layout.further.map(({ link: { inverse }, fixed }) => inverse(parameters[fixed.from]))
  const delta = family.varianceOfResponse([mu, ...natural], 1) / slope(link(mu)) ** 2

  let between = 0
  let overdispersion = 0
  terms.forEach(({ laid: { term } }, t) => {
    const variance = meanVariance(term.z, random[t], units)
    if (term.levels.length >= total && family.further.length === 0) overdispersion += variance
    else between += variance
  })
  const fixed = fixedVariance(model, beta, units)
  const parts = (residual: number): ShareOfVariance => ({
    marginal: fixed / (fixed + between + residual),
    conditional: (fixed + between) / (fixed + between + residual),
    icc: between / (between + residual),
    variances: { fixed, random: between, residual },
  })
  const reported = parts(delta + overdispersion)
  if (![reported.marginal, reported.conditional, reported.icc].every(Number.isFinite)) return null
  const latent = family.response === 'binomial' ? latentVariance[model.link] : undefined
  return { ...reported, latent: latent === undefined ? null : parts(latent + overdispersion) }
}

/** How many observations each row stands for: as often as it counts, its trials where it has them. */
function unitsOf({ model: { response, nobs }, family }: Stated): Float64Array {
  return Float64Array.from({ length: nobs }, (_, i) => copies(response, i) * family.weight(response, i))
}

/** Sample variance of X beta over the observations. */
function fixedVariance(model: Model, beta: Float64Array, units: Float64Array): number {
  const mean = meanOf(model)
  const { nobs: n } = model
  const { z: x } = mean.random.find(({ covariance }) => covariance === flat.name) ?? { z: mean.fixed.x }
  const eta = (i: number): number => {
    let sum = 0
    for (let j = 0; j < beta.length; j++) sum += x[j * n + i] * beta[j]
    return sum
  }
  // From the first row on, so that a constant has no variance, not even rounding's.
  const origin = eta(0)
  let total = 0
  let centre = 0
  for (let i = 0; i < n; i++) {
    total += units[i]
    centre += units[i] * (eta(i) - origin)
  }
  centre /= total
  let squares = 0
  for (let i = 0; i < n; i++) squares += units[i] * (eta(i) - origin - centre) ** 2
  return squares / (total - 1)
}

/** Mean over the observations of z' Sigma z; rows meet few columns where there are many, as the times of a series. */
function meanVariance(z: Float64Array, { sd, correlation }: RandomEstimate, units: Float64Array): number {
  const n = units.length
  const q = sd.length
  const total = units.reduce((sum, one) => sum + one, 0)
  const met: number[][] = Array.from({ length: n }, () => [])
  for (let a = 0, at = 0; a < q; a++) for (let i = 0; i < n; i++, at++) if (z[at] !== 0) met[i].push(a)
  const products = new Float64Array(q * q)
  for (let i = 0; i < n; i++)
    for (const a of met[i]) for (const b of met[i]) products[a * q + b] += units[i] * z[a * n + i] * z[b * n + i]
  let variance = 0
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      // A correlation with an effect that does not vary is undefined, and nothing depends on it.
      if (sd[a] === 0 || sd[b] === 0) continue
      variance += (sd[a] * sd[b] * correlation[a][b] * products[a * q + b]) / total
    }
  }
  return variance
}
