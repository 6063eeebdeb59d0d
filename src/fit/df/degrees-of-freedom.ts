import { meanIn } from '../../likelihood/frame/parameter-layout.js'
import { furtherOf } from '../../data/roles.js'
import { isConstant } from '../../data/constant-predictor.js'
import type { Model } from '../../data/model.js'
import { observations } from '../../data/response-rows.js'
import { GlmmError, type Warning } from '../../errors.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { isNormal, type NormalMarginal } from '../../likelihood/normal/normal-marginal.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { Estimate } from '../results/estimate.js'
import type { FixedInference } from '../record/concluded.js'
import type { FixedPart } from '../record/fixed-part.js'
import { kenwardRoger } from './kenward-roger.js'
import { isLeastSquares } from '../climb/least-squares.js'
import {
  coefficients,
  type ParameterCovariance,
  parameterCovariance,
  type SmallSample,
  satterthwaite,
} from './satterthwaite.js'

/** Where the degrees of freedom of t statistics come from; 'none' for z. */
export type DfMethod = 'satterthwaite' | 'kr' | 'residual' | 'none'

const methods: readonly DfMethod[] = ['satterthwaite', 'kr', 'residual', 'none']

/**
 * The method asked for, or the model's default: the residual degrees of freedom of least squares, Satterthwaite's for other
 * normal responses, none elsewhere. USAGE for what the model does not have.
 */
export function dfMethod(asked: string | undefined, stated: Stated, reml: boolean): DfMethod {
  const { model } = stated
  const normal = isNormal(stated)
  const least = isLeastSquares(stated)
  if (asked === undefined) return least ? 'residual' : normal ? 'satterthwaite' : 'none'
  const method = methods.find((one) => one === asked)
  if (method === undefined)
    throw new GlmmError(
      'USAGE',
      `expected ${methods.join(', ')} for --df, got ${asked}`,
      'leave it out for the default',
    )
  if (method !== 'none' && !normal && !least) {
    const got = `${model.family}(${model.link})${furtherOf(model).some(({ random }) => random.length > 0) ? ' with random effects in its dispersion' : ''}`
    const message = `expected a gaussian response with identity link for --df ${method}, got ${got}`
    throw new GlmmError('USAGE', message, 'leave --df out: other models have z statistics')
  }
  if (method === 'kr') checkKenwardRoger(model, reml)
  // All three have the same degrees of freedom there.
  return least && method !== 'none' ? 'residual' : method
}

function checkKenwardRoger({ predictors }: Model, reml: boolean): void {
  const instead = 'or take --df satterthwaite'
  if (!reml)
    throw new GlmmError(
      'USAGE',
      'expected --reml with --df kr, got a fit by maximum likelihood',
      `add --reml, ${instead}`,
    )
  const dispersion = predictors.find(({ role }) => role === 'scale')
  if (!dispersion || isConstant(dispersion)) return
  const got = `a dispersion that depends on ${dispersion.fixed.names.filter((name) => name !== '(Intercept)').join(', ')}`
  throw new GlmmError(
    'USAGE',
    `expected one residual variance for --df kr, got ${got}`,
    `leave --dispersion out, ${instead}`,
  )
}

/**
 * Degrees of freedom of the fixed effects, and with Kenward and Roger's their adjusted covariance; `like` is that of the fit,
 * restricted or not. Null, for z, also where a fit has no covariance of the parameters of the variance.
 */
export function withDegreesOfFreedom(
  part: FixedPart,
  method: DfMethod,
  like: Likelihood,
  fitted: Estimate,
): FixedInference {
  const p = part.names.length
  if (method === 'none' || p === 0) return { ...part, df: null, warnings: [] }
  if (method === 'residual') {
    const residual = observations(like.model) - p
    return { ...part, df: part.beta.map(() => residual), warnings: [] }
  }
  const W = parameterCovariance(fitted, meanIn(like.layout).fixed.to)
  const normal = W && like.normal?.(fitted.parameters)
  if (!normal) return { ...part, df: null, warnings: [] }
  const { covariance, of } =
    method === 'satterthwaite'
      ? satterthwaite(normal, W)
      : kenwardRoger(normal, fitted.zeroed, fitted.limits.length > 0)
  const df = Float64Array.from(coefficients(p), of)
  if (method === 'satterthwaite') return { ...part, df, warnings: [] }
  const rows = Array.from({ length: p }, (_, i) => Array.from(covariance.subarray(i * p, (i + 1) * p)))
  const se = Float64Array.from(rows, (row, i) => Math.sqrt(row[i]))
  const less = part.names.filter((_, i) => !(rows[i][i] >= least * normal.covariance[i * (p + 1)]))
  return { ...part, df, covariance: rows, se, warnings: less.length > 0 ? [adjustmentFails(less)] : [] }
}

/** What a method makes of a normal response: with W those of Satterthwaite, else those of Kenward and Roger. */
export const smallSample = (
  method: 'satterthwaite' | 'kr',
  normal: NormalMarginal,
  W: ParameterCovariance,
  zeroed: readonly number[],
  noResidual: boolean,
): SmallSample => (method === 'satterthwaite' ? satterthwaite(normal, W) : kenwardRoger(normal, zeroed, noResidual))

/**
 * Where V is linear in its parameters the adjustment is not negative; where it is not, it may be, but an expansion that takes
 * more than a fifth away is beyond what it is good for.
 */
const least = 0.8

const adjustmentFails = (names: readonly string[]): Warning => ({
  code: 'DF',
  message: `the adjustment of Kenward and Roger takes more than a fifth from the variance of ${names.join(', ')}: it fails near the boundary of a covariance such as cs or ar1; take --df satterthwaite`,
})

/** Those of the model's default method; null for z. */
export function usualDegreesOfFreedom(part: FixedPart, like: Likelihood, fitted: Estimate): Float64Array | null {
  const method = dfMethod(undefined, like.stated, false)
  return method === 'none' ? null : withDegreesOfFreedom(part, method, like, fitted).df
}
