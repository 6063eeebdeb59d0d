import { isConstant } from '../data/constant-predictor.js'
import { flat } from '../covariance/flat.js'
import type { Model } from '../data/model.js'
import { copies, observations } from '../data/response-rows.js'
import { familyNamed } from '../families/registry.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { linkNamed } from '../links/registry.js'
import type { Estimate } from './estimate.js'
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
 * binomial with log link, sigma^2 for a gaussian. An effect of each row in a
 * family without dispersion counts as overdispersion, with that variance.
 * Null without random effects, where a further predictor is more than one number or a probability of zeros, and where
 * the variance does not exist.
 */
export function varianceExplained(
  { model, layout }: Likelihood,
  { parameters }: Estimate,
  beta: Float64Array,
  random: readonly RandomEstimate[],
): VarianceExplained | null {
  const [, ...further] = model.predictors
  const constant = further.every((one) => one.name !== 'zi' && one.offset === null && isConstant(one))
  const { family } = familyNamed(model.family)
  const terms = randomTerms(layout.terms)
  if (!constant || terms.length === 0) return null

  const { weight, observed } = family
  let total = 0
  let sum = 0
  for (let i = 0; i < model.nobs; i++) {
    const share = copies(model.response, i) * weight(model.response, i)
    total += share
    sum += share * observed(model.response, i)
  }
  const mu = sum / total
  const { link, slope } = linkNamed(model.link)
  const natural = family.further.map(({ link: name }, k) =>
    linkNamed(name).inverse(parameters[layout.fixedStart[k + 1]]),
  )
  const delta = family.varianceOfResponse([mu, ...natural], 1) / slope(link(mu)) ** 2

  let between = 0
  let overdispersion = 0
  terms.forEach(({ laid: { term } }, t) => {
    const variance = meanVariance(term.z, random[t], model)
    if (term.levels.length === observations(model) && family.further.length === 0) overdispersion += variance
    else between += variance
  })
  const fixed = fixedVariance(model, beta)
  const parts = (residual: number): ShareOfVariance => ({
    marginal: fixed / (fixed + between + residual),
    conditional: (fixed + between) / (fixed + between + residual),
    icc: between / (between + residual),
    variances: { fixed, random: between, residual },
  })
  const told = parts(delta + overdispersion)
  if (![told.marginal, told.conditional, told.icc].every(Number.isFinite)) return null
  const latent = family.response === 'binomial' ? latentVariance[model.link] : undefined
  return { ...told, latent: latent === undefined ? null : parts(latent + overdispersion) }
}

/** Sample variance of X beta over the rows. */
function fixedVariance(model: Model, beta: Float64Array): number {
  const {
    predictors: [mean],
    nobs: n,
    response,
  } = model
  const total = observations(model)
  const { z: x } = mean.random.find(({ covariance }) => covariance === flat.name) ?? { z: mean.fixed.x }
  const eta = (i: number): number => {
    let sum = 0
    for (let j = 0; j < beta.length; j++) sum += x[j * n + i] * beta[j]
    return sum
  }
  // From the first row on, so that a constant has no variance, not even rounding's.
  const origin = eta(0)
  let centre = 0
  for (let i = 0; i < n; i++) centre += copies(response, i) * (eta(i) - origin)
  centre /= total
  let squares = 0
  for (let i = 0; i < n; i++) squares += copies(response, i) * (eta(i) - origin - centre) ** 2
  return squares / (total - 1)
}

/** Mean over the rows of z' Sigma z. */
function meanVariance(z: Float64Array, { sd, correlation }: RandomEstimate, model: Model): number {
  const { nobs: n, response } = model
  const total = observations(model)
  let variance = 0
  for (let a = 0; a < sd.length; a++) {
    for (let b = 0; b < sd.length; b++) {
      // A correlation with an effect that does not vary is no number, and nothing hangs on it.
      if (sd[a] === 0 || sd[b] === 0) continue
      let product = 0
      for (let i = 0; i < n; i++) product += copies(response, i) * z[a * n + i] * z[b * n + i]
      variance += (sd[a] * sd[b] * correlation[a][b] * product) / total
    }
  }
  return variance
}
