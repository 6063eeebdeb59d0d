/** What the response must look like; the model frame builds and checks it accordingly. */
export type ResponseKind = 'binomial' | 'count' | 'real' | 'positive' | 'unit-interval'

/** The responses a kernel is bound to; each array has one element a row. */
export interface ResponseData {
  readonly y: Float64Array
  /** Number of trials, where the family has trials. */
  readonly trials: Float64Array | null
  /** How many identical rows each one stands for; a family need not look at it. */
  readonly frequency?: Float64Array | undefined
}
