import { describe, expect, it } from 'vitest'
import { fit } from '../../src/fit/fit.js'
import type { FitRecord, RandomEstimate } from '../../src/fit/record/fit-record.js'
import { type PeerFit, type PeerModel, peerModels, peerTable } from '../reference/peers.js'

const relative = (got: number, truth: number): number => Math.abs(got - truth) / Math.abs(truth)

/** What a peer says, in the order of our record. */
interface Figures {
  readonly logLik: number
  readonly beta: readonly number[]
  readonly random: readonly { readonly sd: readonly number[]; readonly correlation: number | null }[]
  readonly sigma: number | null
}

/** glmmTMB's polished parameters, where there are any and they are not on a boundary's way. */
function polished({ polished: at, sigma }: PeerFit, family: string, random: readonly RandomEstimate[]): Figures | null {
  if (!at?.beta || at.theta.some((theta) => theta < -12)) return null
  let next = 0
  const terms = random.map(({ names }) => {
    const sd = names.map(() => Math.exp(at.theta[next++]))
    const angle = names.length === 2 ? at.theta[next++] : null
    return { sd, correlation: angle === null ? null : angle / Math.hypot(1, angle) }
  })
  // betad is the logarithm of the residual variance, of Gamma's shape, and of phi elsewhere.
  const power = { gaussian: 0.5, Gamma: -0.5 }[family] ?? 1
  const natural = at.betad ? Math.exp(power * at.betad[0]) : sigma
  return { logLik: at.logLik, beta: at.beta, random: terms, sigma: natural }
}

function reported(peer: PeerFit, random: readonly RandomEstimate[]): Figures {
  const terms = random.map(({ group, names }) => {
    const sd = Object.values(peer.sd[group])
    expect(sd).toHaveLength(names.length)
    return { sd, correlation: Object.values(peer.cor[group] ?? {})[0] ?? null }
  })
  return {
    logLik: peer.logLik ?? Number.NEGATIVE_INFINITY,
    beta: Object.values(peer.beta),
    random: terms,
    sigma: peer.sigma,
  }
}

/** lme4's Gamma is not maximum likelihood in the dispersion. */
const enginesOf = ({ engines, family }: PeerModel): PeerFit[] =>
  [engines.glmmTMB_ml, family === 'Gamma' ? undefined : engines.lme4_ml].filter((peer) => peer !== undefined)

/** The better peer: the one with the higher log-likelihood, to its last digit where it was polished. */
function betterPeer(model: PeerModel, random: readonly RandomEstimate[]): Figures {
  const [first, second] = enginesOf(model)
  const precise = polished(first, model.family, random)
  const candidates = [precise, ...[first, second].map((peer) => peer && reported(peer, random))].filter((one) => !!one)
  const top = Math.max(...candidates.map(({ logLik }) => logLik))
  return candidates.find(({ logLik }) => logLik > top - 1e-6)!
}

const zeroInflated = (model: PeerModel): string => (model.zi ? `zero_inflated_${model.family}` : model.family)

const fitted = (model: PeerModel, nodes = 1): FitRecord =>
  fit(model.formula, peerTable(model.data), {
    family: zeroInflated(model),
    link: model.link,
    nodes,
    ...(model.zi ? { zi: model.zi } : {}),
  })

/** Warnings other than that of Laplace's error, which is about the integral and not about the climb. */
const complaints = ({ warnings }: FitRecord): string[] =>
  warnings.map(({ code }) => code).filter((code) => code !== 'INTEGRATION')

const all = Object.entries(peerModels)
const gaussian = all.filter(([, { family }]) => family === 'gaussian')
const others = all.filter(([, { family }]) => family !== 'gaussian')

describe("Laplace's approximation", () => {
  it.each(others)('%s: the better of lme4 and glmmTMB', (id, model) => {
    const got = fitted(model)
    const truth = betterPeer(model, got.random)
    for (const { logLik } of enginesOf(model)) expect(got.logLik).toBeGreaterThan(logLik! - 1e-6)
    expect(got.convergence.converged).toBe(true)
    expect(complaints(got)).toEqual([])
    expect(got.fixed.map(({ name }) => name)).toEqual(Object.keys(model.engines.glmmTMB_ml!.beta))
    // In standard errors. glmmTMB's inner mode leaves a gradient of 7e-4 on toenail; elsewhere its polish is to rounding.
    const tolerance = id === 'toenail' ? 1e-3 : 1e-6
    got.fixed.forEach(({ estimate, se }, j) => expect(Math.abs(estimate - truth.beta[j]) / se!).toBeLessThan(tolerance))
    got.random.forEach(({ sd, sdSe, correlation }, t) => {
      const { sd: theirs, correlation: rho } = truth.random[t]
      sd.forEach((value, i) => expect(Math.abs(value - theirs[i]) / sdSe[i]!).toBeLessThan(tolerance))
      if (rho !== null) expect(Math.abs(correlation[1][0] - rho)).toBeLessThan(tolerance)
    })
    const [, natural] = Object.entries(got.dispersion).find(([name]) => name !== 'pi') ?? []
    expect(natural === undefined).toBe(truth.sigma === null)
    if (natural) expect(Math.abs(natural.estimate - truth.sigma!) / natural.se!).toBeLessThan(tolerance)
    const zi = model.engines.glmmTMB_ml!.polished!.betazi
    if (zi) {
      const ours = got.further.find(({ predictor }) => predictor === 'zi')!.fixed
      ours.forEach(({ estimate, se }, j) => expect(Math.abs(estimate - zi[j]) / se!).toBeLessThan(tolerance))
    }
    // glmmTMB's standard errors are those of its unpolished end.
    const se = Object.values(model.engines.glmmTMB_ml!.se)
    got.fixed.forEach((row, j) => expect(relative(row.se!, se[j])).toBeLessThan(1e-3))
  })
})

describe('gaussian maximum likelihood', () => {
  it.each(gaussian)('%s: as lme4 and glmmTMB', (id, model) => {
    const got = fitted(model)
    const truth = betterPeer(model, got.random)
    const singular = model.engines.lme4_ml!.singular === true
    for (const { logLik } of enginesOf(model)) if (logLik !== null) expect(got.logLik).toBeGreaterThan(logLik - 1e-9)
    expect(relative(got.logLik, truth.logLik)).toBeLessThan(1e-12)
    expect(got.convergence.converged).toBe(true)
    expect(got.convergence.singular).toBe(singular)
    expect(complaints(got)).toEqual(singular ? ['SINGULAR'] : [])
    // lme4, the one that reaches the top of Orthodont, ends its climb at parameters good to four or five digits.
    const tolerance = id === 'Orthodont' ? 1e-4 : 1e-6
    got.fixed.forEach(({ estimate, se }, j) => expect(Math.abs(estimate - truth.beta[j]) / se!).toBeLessThan(tolerance))
    expect(relative(got.dispersion.sigma.estimate, truth.sigma!)).toBeLessThan(tolerance)
    got.random.forEach(({ sd, correlation }, t) => {
      const { sd: theirs, correlation: rho } = truth.random[t]
      if (singular) expect(sd).toEqual([0])
      else sd.forEach((value, i) => expect(relative(value, theirs[i])).toBeLessThan(tolerance))
      if (rho !== null) expect(Math.abs(correlation[1][0] - rho)).toBeLessThan(tolerance)
    })
  })
})

/** Nodes just enough for seven decimals of the log-likelihood. */
const enough: Readonly<Record<string, number>> = {
  betablocker: 13,
  betablocker_slope: 13,
  betablocker_probit: 13,
  betablocker_cloglog: 13,
  cbpp: 13,
  toenail: 101,
  epil: 13,
  epil_slope: 15,
  Contraception: 11,
  Contraception_slope: 11,
  Salamanders_pois: 13,
  VerbAgg_id: 19,
}

describe('exact maximum likelihood', () => {
  it.each(all.filter(([, { exact }]) => exact))('%s', (id, model) => {
    const truth = model.exact!
    const got = fitted(model, enough[id])
    expect(Math.abs(got.logLik - truth.logLik)).toBeLessThan(1e-7)
    expect(got.convergence.converged).toBe(true)
    expect(complaints(got)).toEqual([])
    const near = (ours: number | null, theirs: number): void => expect(relative(ours!, theirs)).toBeLessThan(1e-5)
    const [beta, se] = [Object.values(truth.beta), Object.values(truth.se)]
    got.fixed.forEach((row, j) => {
      near(row.estimate, beta[j])
      near(row.se, se[j])
    })
    const [{ sd, sdSe, correlation }] = got.random
    const [sds, sdErrors] = [Object.values(truth.sd), Object.values(truth.se_sd)]
    sd.forEach((value, i) => {
      near(value, sds[i])
      near(sdSe[i], sdErrors[i])
    })
    if (truth.cor !== null) near(correlation[1][0], truth.cor)
  })
})
