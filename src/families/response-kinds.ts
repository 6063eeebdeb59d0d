/** What the response must look like; the model frame builds and checks it accordingly. */
export type ResponseKind = 'binomial' | 'count' | 'real' | 'positive' | 'unit-interval'

/** A kind of response: what its means can be, and its support. */
interface Kind {
  /** The least and the most mean, of the proportion where there are trials. */
  readonly means: readonly [number, number]
  /** The numbers of one column that are such responses; null where a row is no single number, but successes of trials. */
  readonly support: Support | null
}

export interface Support {
  /** In words: 'counts 0, 1, 2, ...'. */
  readonly name: string
  readonly has: (y: number) => boolean
  /** What helps where a cell is outside. */
  readonly hint: string
}

/** Everything that is known of a response by its kind alone. */
export const responseKinds: Readonly<Record<ResponseKind, Kind>> = {
  binomial: { means: [0, 1], support: null },
  count: {
    means: [0, Number.MAX_VALUE],
    support: {
      name: 'counts 0, 1, 2, ...',
      has: (y) => y >= 0 && Number.isInteger(y),
      hint: 'correct the cell, or choose another family; a rate is a count with offset(log(time))',
    },
  },
  real: {
    means: [-Number.MAX_VALUE, Number.MAX_VALUE],
    support: { name: 'finite numbers', has: Number.isFinite, hint: 'correct the cell' },
  },
  positive: {
    means: [Number.MIN_VALUE, Number.MAX_VALUE],
    support: { name: 'numbers above 0', has: (y) => y > 0, hint: 'correct the cell, or choose another family' },
  },
  'unit-interval': {
    means: [0, 1],
    support: {
      name: 'numbers strictly between 0 and 1',
      has: (y) => y > 0 && y < 1,
      hint: 'correct the cell, or choose another family; counts of trials are binomial: cbind(successes, failures)',
    },
  },
}
