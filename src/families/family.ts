import type { Space } from '../numerics/space.js'
import type { Recession } from './recession.js'
import type { ResponseData } from './response-data.js'
import type { ResponseKind } from './response-kinds.js'
import type { Role } from './role.js'
import type { RowDensity } from './row-density.js'
import type { ShiftKernel } from './shift-kernel.js'
import type { Tail } from './tails.js'

/**
 * Log densities of rows as functions of their linear predictor, bound to a response: the innermost loop of
 * everything. Each function works on rows from (included) to to (excluded) of full-length arrays, reads eta, and
 * writes each row's log density, every constant included, and its derivatives in eta. Where a finite eta is so extreme
 * that a density vanishes the log density is -Infinity, never NaN; sums over rows turn what an infinite eta gives into
 * -Infinity.
 */
export interface RowKernel {
  /**
   * One row at `count` values of its predictor, eta[0] ... eta[count - 1]: the nodes of a quadrature. Log densities go
   * to the head of `logDensity`, first derivatives to d1 and, where given, second ones to d2, from position `at`.
   */
  readonly atNodes: (
    row: number,
    eta: Float64Array,
    count: number,
    logDensity: Float64Array,
    d1: Float64Array,
    at: number,
    d2?: Float64Array,
  ) => void
  /** Rows with their first derivatives. */
  readonly score: (eta: Float64Array, from: number, to: number, logDensity: Float64Array, d1: Float64Array) => void
  /**
   * The sum of the rows' log densities and, in d1, first derivatives: what a joint density needs, with fewer logarithms.
   * To 1e-13 of what `score` gives; by `score` where left out.
   */
  readonly total?: (eta: Float64Array, from: number, to: number, d1: Float64Array) => number
  /** Rows with their first three derivatives. */
  readonly curvature: (
    eta: Float64Array,
    from: number,
    to: number,
    logDensity: Float64Array,
    d1: Float64Array,
    d2: Float64Array,
    d3: Float64Array,
  ) => void
  /** Faster loops for rows whose predictors move together, where the link has them; made on first need. */
  readonly shifted?: (space: Space) => ShiftKernel
}

/** A predictor beside the mean's. */
export interface FurtherPredictor {
  /** What options and results call it: 'dispersion', 'zi', 'df', or any other that no predictor of the family has. */
  readonly name: string
  /** Not 'location': that is the predictor beside which this one stands. */
  readonly role: Role
  /** How the predictor relates to the natural value: a name in the link registry. */
  readonly link: string
  /** What the natural value is called: sigma, phi, ... */
  readonly reports: string
  /** A first value of the predictor itself. */
  readonly start: number
  /** A row of precision weight w has the natural value times w to this power; left out where that has no meaning. */
  readonly precisionPower?: number
  /** Where the family becomes a simpler one for all practical purposes, and what to say of an estimate that runs there. */
  readonly limit?: { readonly at: number; readonly says: string }
  /**
   * Of a residual's standard deviation with a log link, which random effects may take the place of: what to say where it
   * runs to zero.
   */
  readonly vanishes?: string
  /** Rows whose density does not depend on this predictor, and the warning where all rows of a column are such. */
  readonly silent?: {
    readonly row: (response: ResponseData, row: number) => boolean
    readonly says: string
  }
  /** Which way a row's predictor may run whatever the other predictors are, where the response alone decides that. */
  readonly recession?: Recession
  /** What draws of a posterior call it, and its prior; left out, by what is reported, with a prior by its link. */
  readonly drawn?: Drawn
}

/** The fixed part of a linear predictor of n rows. */
export interface StartDesign {
  readonly name: string
  /** Names of the columns, '(Intercept)' among them. Length p. */
  readonly columns: readonly string[]
  /** n x p, column after column. */
  readonly x: Float64Array
  readonly offset: Float64Array | null
}

/** A parameter of a family as priors and draws see it: brms' name, and the power of the natural value that it is. */
export interface Drawn {
  readonly name: string
  readonly power: number
  /** Its default prior, given the scale of the response (1 where the link makes the response's unit vanish). */
  readonly prior: (scale: number) => string
}

/** Uniform on [0, 1) and standard normal numbers. */
export interface Noise {
  readonly uniform: () => number
  readonly normal: () => number
}

/**
 * An observation model log p(y | eta_1 ... eta_K). Natural parameters are mu and what the further predictors report,
 * in that order.
 */
export interface Family {
  readonly name: string
  readonly response: ResponseKind
  /** True under a link with which the log density is quadratic in the mean's predictor: Laplace's method is exact. */
  readonly quadratic?: (link: string) => boolean
  /** The response is normal given its mean, with one variance: least squares' inference holds without random effects. */
  readonly normal?: boolean
  /** An exponential dispersion model, whose dispersion R's glm does not count among the parameters. */
  readonly exponentialDispersion?: boolean
  /** The least response of the support, where it differs from the kind's: 1 for counts without zeros. */
  readonly least?: number
  /** Names in the link registry; the first is the default. */
  readonly links: readonly string[]
  /** Which links that users add it takes as well, by the range of their mean; none where left out. */
  readonly takes?: 'probability' | 'positive'
  /** Links that are asked for elsewhere and refused here, each with the reason and what serves instead. */
  readonly unfitLinks?: Readonly<Record<string, string>>
  /** The predictors beside the mean's, in their order. */
  readonly further: readonly FurtherPredictor[]
  /** Where the derivatives of `density` come from: closed forms, or numerical differences of the log density. */
  readonly derivatives: 'exact' | 'differences'
  readonly density: (link: string, response: ResponseData) => RowDensity
  /** The fused loops of a family with the mean's predictor alone, where it has them. */
  readonly kernel?: (link: string, response: ResponseData) => RowKernel
  /**
   * Variance of the response (of the proportion, where there are trials) is variance(mu) / weight, for the natural
   * values of the further parameters (1 where left out).
   */
  readonly variance: (mu: number, ...parameters: readonly number[]) => number
  /** Mean of the response (of the proportion, where there are trials) given all natural parameters. */
  readonly meanOfResponse: (parameters: readonly number[]) => number
  /** Variance of the response (of the proportion) given all natural parameters and the number of trials. */
  readonly varianceOfResponse: (parameters: readonly number[], trials: number) => number
  /** Weight of row i in that variance: its trials, or 1. */
  readonly weight: (response: ResponseData, row: number) => number
  /** The response of row i on the scale of mu (a proportion, where there are trials). */
  readonly observed: (response: ResponseData, row: number) => number
  /** First guess of mu from the observed value, inside the support of the family and of the link (as R's mustart). */
  readonly start: (observed: number, weight: number, link?: string) => number
  /**
   * Coefficients for a climb to begin with, the columns of all designs in their order, at which every density is above 0. Left
   * out by families with one location, which begin with the generalized linear model of their mean.
   */
  readonly starts?: (response: ResponseData, designs: readonly StartDesign[], link: string) => Float64Array
  /**
   * Twice the log-likelihood ratio of the saturated model against mu, for an observed value, without its weight and
   * for a dispersion of 1 (phi as given for the negative binomials); `noDeviance` where R defines none.
   */
  readonly unitDeviance: (observed: number, mu: number, ...parameters: readonly number[]) => number
  /**
   * Which way a row's mean predictor may run under a link, whatever the other predictors are; left out, or null, where no
   * row's can: where the link reaches the end of the mean's range at a finite predictor, or the density falls to 0 either way.
   */
  readonly recession?: (link: string) => Recession | null
  /**
   * The end of the mean's predictor at which every row's density has a limit above 0, where there is one besides what
   * `recession` says: whether the maximum is there is a matter of estimates, as with that of a further predictor.
   */
  readonly meanLimit?: NonNullable<FurtherPredictor['limit']>
  /** What exp(coefficient) is called under a link, where it has a name. */
  readonly ratio: (link: string) => 'odds ratio' | 'rate ratio' | null
  /** P(Y <= y), or P(Y > y) where `upper`, given all natural parameters and the trials. */
  readonly tail?: Tail
  /** Skewness and excess kurtosis of the response given all natural parameters, where they have a closed form. */
  readonly higherMoments?: (parameters: readonly number[], trials: number) => readonly [number, number]
  /** The family to try where tails are heavier than this one's. */
  readonly heavier?: string
  /** The family to try where responses vary more than this one, which has no parameter for it, allows; its own name in words. */
  readonly overdispersed?: { readonly family: string; readonly than: string }
  /** One response (successes, where there are trials) given all natural parameters. */
  readonly simulate?: (noise: Noise, parameters: readonly number[], trials: number) => number
}

/** The unit deviance of a family without one. */
export const noDeviance = (): number => Number.NaN
