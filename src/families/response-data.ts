/** A response; each column has one element a row. */
export interface ResponseData {
  /** Successes for a binomial, counts for a Poisson. */
  readonly y: Float64Array
  /** Number of trials (all ones for 0/1 data); null where the family has none. */
  readonly trials: Float64Array | null
  /** How many identical rows each one stands for, one each where left out; a family need not look at it. */
  readonly frequency?: Float64Array | undefined
}

const columns: Readonly<Record<keyof ResponseData, true>> = { y: true, trials: true, frequency: true }

/** The columns that a response has, by their names. */
export const responseColumns = (response: ResponseData): [keyof ResponseData, Float64Array][] =>
  (Object.keys(columns) as (keyof ResponseData)[]).flatMap((name) => {
    const column = response[name]
    return column ? [[name, column] as [keyof ResponseData, Float64Array]] : []
  })
