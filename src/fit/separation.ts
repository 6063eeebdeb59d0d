import type { Model } from '../data/model.js'
import type { Warning } from '../errors.js'
import { familyNamed } from '../families/registry.js'
import { linkNamed } from '../links/registry.js'
import { type GlmFit, weightedLeastSquares } from './glm.js'

/** A fitted probability this near to an observed 0 or 1 makes the question worth asking. */
const near = 0.01
/** Along a separating direction Newton's steps move a predictor by about 1 for ever; elsewhere they shrink. */
const shrunk = 0.1
/** A row is moved the wrong way if by more than this beside the row that moves most. */
const wrongWay = 1e-5
/** Weights of the separated rows fall by e an iteration: by 1e-13 here, at which the algebra ends. */
const maxSteps = 30

/**
 * Complete or quasi-complete separation (Albert and Anderson 1984): a direction of the fixed effects along which no
 * row's probability of what was observed falls and some rise, so that the likelihood has its top at infinity, with
 * random effects or without, whatever the link. Newton's steps of a logistic regression converge to such a direction
 * where there is one; each is tried as the proof, so that data without one are never accused. Null where none is found.
 */
export function separation(model: Model, glm: GlmFit): Warning | null {
  const { family } = familyNamed(model.family)
  const { fixed, offset } = model.predictors[0]
  const p = fixed.names.length
  if (family.response !== 'binomial' || p === 0 || !mayBeSeparated(model, glm)) return null
  const { nobs: n, response } = model
  const { x } = fixed
  const logit = linkNamed('logit')
  const weights = new Float64Array(n)
  const working = new Float64Array(n)
  const moved = new Float64Array(n)

  const newton = (beta: Float64Array): Float64Array | null => {
    for (let i = 0; i < n; i++) {
      let eta = offset ? offset[i] : 0
      for (let j = 0; j < p; j++) eta += x[j * n + i] * beta[j]
      const slope = logit.slope(eta)
      weights[i] = family.weight(response, i) * slope
      if (!(weights[i] > 0)) weights[i] = 0
      working[i] = weights[i] === 0 ? 0 : (family.observed(response, i) - logit.inverse(eta)) / slope
    }
    const step = weightedLeastSquares(x, working, weights, p)?.beta ?? null
    moved.fill(0)
    for (let j = 0; step && j < p; j++) for (let i = 0; i < n; i++) moved[i] += x[j * n + i] * step[j]
    return step
  }
  const largest = (): number => moved.reduce((most, move) => Math.max(most, Math.abs(move)), 0)

  if (model.link === logit.name && glm.converged && newton(glm.beta) && largest() < shrunk) return null
  const beta = new Float64Array(p)
  for (let steps = 0; steps < maxSteps; steps++) {
    const step = newton(beta)
    const most = largest()
    if (!step || !Number.isFinite(most) || most < shrunk) return null
    if (allTheRightWay(model, moved, wrongWay * most)) return warning(model, step, moved, most)
    for (let j = 0; j < p; j++) beta[j] += step[j]
  }
  return null
}

function mayBeSeparated({ family: name, link: linkName, response }: Model, { eta, converged }: GlmFit): boolean {
  if (!converged) return true
  const { family } = familyNamed(name)
  const { inverse } = linkNamed(linkName)
  for (let i = 0; i < eta.length; i++) {
    const observed = family.observed(response, i)
    if ((observed === 0 || observed === 1) && Math.abs(observed - inverse(eta[i])) < near) return true
  }
  return false
}

function allTheRightWay({ family: name, response }: Model, moved: Float64Array, tolerance: number): boolean {
  const { family } = familyNamed(name)
  for (let i = 0; i < moved.length; i++) {
    if (family.weight(response, i) === 0) continue
    const observed = family.observed(response, i)
    if (observed < 1 && moved[i] > tolerance) return false
    if (observed > 0 && moved[i] < -tolerance) return false
  }
  return true
}

function warning({ predictors: [{ fixed }] }: Model, step: Float64Array, moved: Float64Array, most: number): Warning {
  const { names, x } = fixed
  const n = moved.length
  const involved = names.filter((_, j) => {
    const extent = x.subarray(j * n, (j + 1) * n).reduce((top, value) => Math.max(top, Math.abs(value)), 0)
    return Math.abs(step[j]) * extent > 1e-3 * most
  })
  const columns = involved.filter((name) => name !== '(Intercept)')
  const told = columns.length > 0 ? columns : involved
  const complete = moved.every((move) => Math.abs(move) > 1e-3 * most)
  const [tells, whose] = told.length === 1 ? ['predicts', 'its estimate'] : ['together predict', 'their estimates']
  const message =
    `${complete ? 'complete' : 'quasi-complete'} separation: ${told.join(', ')} ${tells} ` +
    `${complete ? 'every response' : 'some of the responses'} without error, so that the likelihood has no maximum and ` +
    `${whose} and standard errors mean nothing; give a prior (glmm sample), or leave ${told.length === 1 ? 'it' : 'one'} out`
  return { code: 'SEPARATION', message }
}
