/** The responses a kernel is bound to; each array has one element a row. */
export interface ResponseData {
  readonly y: Float64Array
  /** Number of trials, where the family has trials. */
  readonly trials: Float64Array | null
}

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
   * to the head of `logDensity`, first derivatives to d1 from position `at`.
   */
  readonly atNodes: (
    row: number,
    eta: Float64Array,
    count: number,
    logDensity: Float64Array,
    d1: Float64Array,
    at: number,
  ) => void
  /** Rows with their first derivatives. */
  readonly score: (eta: Float64Array, from: number, to: number, logDensity: Float64Array, d1: Float64Array) => void
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
}

/** What the response must look like; the model frame builds and checks it accordingly. */
export type ResponseKind = 'binomial' | 'count' | 'real' | 'positive' | 'unit-interval'

/** An observation model log p(y | eta). */
export interface Family {
  readonly name: string
  readonly response: ResponseKind
  /** Names in the link registry; the first is the default. */
  readonly links: readonly string[]
  readonly kernel: (link: string, response: ResponseData) => RowKernel
  /** Variance of the response (of the proportion, where there are trials) is variance(mu) / weight. */
  readonly variance: (mu: number) => number
  /** Weight of row i in that variance: its trials, or 1. */
  readonly weight: (response: ResponseData, row: number) => number
  /** The response of row i on the scale of mu (a proportion, where there are trials). */
  readonly observed: (response: ResponseData, row: number) => number
  /** First guess of mu from the observed value, inside the support (as R's mustart). */
  readonly start: (observed: number, weight: number) => number
  /** Twice the log-likelihood ratio of the saturated model against mu, for an observed value, without its weight. */
  readonly unitDeviance: (observed: number, mu: number) => number
  /** What exp(coefficient) is called under a link, where it has a name. */
  readonly ratio: (link: string) => 'odds ratio' | 'rate ratio' | null
}
