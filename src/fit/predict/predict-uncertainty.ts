import { flat } from '../../covariance/flat.js'
import type { Model } from '../../data/model.js'
import { unknownModes } from '../../likelihood/frame/conditional-effects.js'
import { laplaceRule } from '../../likelihood/frame/integration-rule.js'
import { likelihood } from '../../likelihood/likelihood.js'
import { restricted } from '../../likelihood/frame/restricted.js'
import type { FitSource } from './predict-source.js'

/** One row of new data as its linear predictors meet the parameters. */
export interface NewRow {
  /** Fixed-effects row of each predictor. */
  readonly x: readonly Float64Array[]
  /** Of each random term of the model in its order: z and the level's position, -1 for a new one. */
  readonly terms: readonly { readonly predictor: number; readonly z: Float64Array; readonly level: number }[]
}

/** Writes the K x K covariance matrix of the linear predictors of a row, levels known being at their modes. */
export type Uncertainty = (row: NewRow, out: Float64Array) => void

/**
 * From the estimates alone: g' C g over the fixed effects, plus each effect's conditional variance. Effects count as
 * independent of each other and of the fixed effects.
 */
export function separateUncertainty(fit: FitSource, sds: readonly Float64Array[]): Uncertainty {
  const fixed = coefficientCovariance(fit)
  return ({ x, terms }, out) => {
    const K = x.length
    const g = x.flatMap((row, k) => Array.from(row, (value) => ({ k, value })))
    out.fill(0)
    for (const [i, a] of g.entries())
      for (const [j, b] of g.entries()) out[a.k * K + b.k] += share(a.value * b.value, fixed(i, j))
    terms.forEach(({ predictor, z, level }, t) => {
      if (level < 0) return
      z.forEach((value, j) => {
        out[predictor * K + predictor] += (value * sds[t][level * z.length + j]) ** 2
      })
    })
  }
}

/** Element of the covariance of all fixed effects, 0 where the fit has none. */
function coefficientCovariance(fit: FitSource): (i: number, j: number) => number {
  const { fixed, fixedCovariance, method } = fit
  const covariance = heldAsKnown(fit)
  if (method !== 'reml') return covariance ? (i, j) => covariance[i][j] : () => Number.NaN
  const p = fixed.length
  return (i, j) => {
    if (i < p && j < p) return fixedCovariance[i]?.[j] ?? Number.NaN
    return i < p || j < p ? 0 : (covariance?.[i - p]?.[j - p] ?? Number.NaN)
  }
}

/**
 * The covariance of the estimated parameters. Those that are fixed at the end of their range do not vary; coefficients without a finite
 * maximum have none.
 */
function heldAsKnown({ parameters, fixed, further, method }: FitSource): number[][] | null {
  const coefficients = [...(method === 'reml' ? [] : fixed), ...further.flatMap((one) => one.fixed)]
  const runs = (j: number): boolean => (coefficients[j]?.runsTo ?? null) !== null
  const known = (one: number, i: number, j: number): number =>
    Number.isFinite(one) ? one : runs(i) || runs(j) ? Number.NaN : 0
  return parameters.covariance?.map((row, i) => row.map((one, j) => known(one, i, j))) ?? null
}

/** A weight times a covariance; what a prediction does not depend on may have none, as where a coefficient has no maximum. */
const share = (weight: number, covariance: number | null): number =>
  weight === 0 ? 0 : weight * (covariance ?? Number.NaN)

/** Step of a difference of the modes, in standard errors of a parameter. */
const shareOfSe = 1e-3

/**
 * With the data of the fit: for w = (fixed effects and modes), the curvature of the joint density at the estimates, and
 * the way the modes move with the estimated parameters, W + J C J' (Kass and Steffey 1989; the delta method of TMB).
 */
export function jointUncertainty(fit: FitSource, original: Model): Uncertainty | null {
  const { estimate } = fit.parameters
  const covariance = heldAsKnown(fit)
  if (!covariance) return null
  const reml = fit.method === 'reml'
  const model = reml ? restricted(original) : original
  const x = Float64Array.from(reml ? estimate.slice(fit.fixed.length) : estimate)
  const like = likelihood(model)
  const { layout } = like
  const d = layout.dimension
  if (d !== x.length || covariance.length !== d) return null
  const effects = like.effectsAt(x)
  if (!effects) return null
  const near = like.marginal(laplaceRule).near(x)
  const firstOf = layout.terms.map(() => 0)
  let count = 0
  layout.terms.forEach(({ term }, t) => {
    firstOf[t] = count
    count += term.levels.length * term.names.length
  })
  const moves = Array.from(x, (value, j) => movement(value, Math.sqrt(covariance[j][j]), j))

  /** Derivative of the modes of each term in parameter j. */
  function movement(value: number, se: number, j: number): Float64Array[] {
    if (!(se > 0)) return layout.terms.map(({ term }) => new Float64Array(term.levels.length * term.names.length))
    const step = shareOfSe * se
    const at = (shift: number): Float64Array[] => {
      const moved = x.slice()
      moved[j] = value + shift
      return (near.effectsAt(moved) ?? unknownModes(like.stated)).terms.map(({ mode }) => mode)
    }
    const [up, down] = [at(step), at(-step)]
    return up.map((mode, t) => mode.map((one, e) => (one - down[t][e]) / (2 * step)))
  }

  return ({ x: rows, terms }, out) => {
    const K = rows.length
    const inModes = rows.map(() => new Float64Array(count))
    const inParameters = rows.map(() => new Float64Array(d))
    rows.forEach((row, k) => {
      if (!reml || k > 0) inParameters[k].set(row, layout.fixedStart[k])
    })
    let random = 0
    layout.terms.forEach((laid, t) => {
      const isFixed = laid.covariance === flat
      const { predictor, z, level } = isFixed ? { predictor: 0, z: rows[0], level: 0 } : terms[random++]
      if (level < 0) return
      const q = z.length
      for (let i = 0; i < q; i++) {
        inModes[predictor][firstOf[t] + level * q + i] += z[i]
        for (let j = 0; j < d; j++) inParameters[predictor][j] += z[i] * moves[j][t][level * q + i]
      }
    })
    const whitened = inModes.map(effects.whitened)
    for (let k = 0; k < K; k++) {
      for (let l = 0; l < K; l++) {
        let sum = 0
        for (let e = 0; e < whitened[k].length; e++) sum += whitened[k][e] * whitened[l][e]
        for (let i = 0; i < d; i++)
          for (let j = 0; j < d; j++) sum += share(inParameters[k][i] * inParameters[l][j], covariance[i][j])
        out[k * K + l] = sum
      }
    }
  }
}
