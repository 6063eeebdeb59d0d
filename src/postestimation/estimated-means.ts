import type { NewDesign } from '../data/new-design.js'
import type { Table } from '../data/table.js'
import { type Cell, cellsOf } from './cells.js'
import type { FittedModel } from './fitted-model.js'
import { averagedMean, type Quantity } from './mean-function.js'

/** Over which random effects a mean is taken: at 0, over their distribution, or over the modes of the levels of the data. */
export type Averaging = 'zero' | 'population' | 'modes'

/** Means of combinations of grid cells with their derivatives. */
export interface EstimatedMean {
  /** On the scale of the response. */
  readonly response: number
  /** Derivatives of `response` in all outer parameters. Length d. */
  readonly inResponse: Float64Array
  /** On the scale of the mean's link (of the response itself for the probability of zero). */
  readonly link: number
  readonly inLink: Float64Array
  /** Columns not estimable from the data on which the mean depends; none where it is estimable. */
  readonly missing: readonly string[]
}

/** Means over rows as functions of the outer parameters (length d). */
export interface MeansOfRows {
  /** With weights, one array a mean: one a row, which add up to 1. */
  readonly weighted: (parameters: Float64Array, weights: readonly Float64Array[]) => EstimatedMean[]
  /** The rows of the table that have all the design needs, ascending; null for all. */
  readonly rows: Int32Array | null
  /** Of one of these. */
  readonly row: (parameters: Float64Array, row: number) => EstimatedMean
}

/**
 * Means over the rows of a table, such as a grid, as functions of the outer parameters. With random effects at `zero` linear predictors are
 * averaged over cells and then transformed, as emmeans does; otherwise each cell's mean is, over the effects, and those are averaged.
 *
 * @param averaging - or 'rows': random effects at zero, each row's mean transformed before it is averaged
 */
export function estimatedMeans(
  fitted: FittedModel,
  table: Table,
  averaging: Averaging | 'rows',
  quantity: Quantity,
  ownOffsets = false,
): MeansOfRows {
  const { stated } = fitted
  const { layout } = stated
  const { link, predictor } = quantity
  const d = layout.dimension
  const cells = cellsOf(fitted, table, averaging === 'population' || averaging === 'modes', ownOffsets)
  const { design } = cells
  const averaged = averagedMean(quantity)
  const K = design.predictors.length

  /** Value and derivatives of a function of the predictors at a point of the parameters. */
  const through = (
    value: number,
    inEta: Float64Array,
    x: readonly Float64Array[],
    inTheta: Float64Array | null,
    missing: readonly string[],
  ): EstimatedMean => {
    const inResponse = inTheta ?? new Float64Array(d)
    x.forEach((row, k) => {
      for (let j = 0; j < row.length; j++) inResponse[layout.fixedStart[k] + j] += inEta[k] * row[j]
    })
    return scaled(value, inResponse, missing)
  }
  const scaled = (response: number, inResponse: Float64Array, missing: readonly string[]): EstimatedMean => {
    if (!link) return { response, inResponse, link: response, inLink: inResponse, missing }
    const at = link.link(response)
    const slope = 1 / link.slope(at)
    return { response, inResponse, link: at, inLink: inResponse.map((one) => one * slope), missing }
  }

  const none = new Float64Array(K)
  const populationOf = (cell: Cell): EstimatedMean => {
    const { value, inCentre, inDeviation } = averaged(cell.eta, cell.sd)
    const inTheta = new Float64Array(d)
    for (let k = 0; k < K; k++) for (let j = 0; j < d; j++) inTheta[j] += inDeviation[k] * cell.sdInTheta[k][j]
    return through(value, inCentre, cell.x, inTheta, cell.missing)
  }
  const modes = averaging === 'modes' ? rowEffects(fitted, design) : null
  const modesOf = (cell: Cell, i: number): EstimatedMean => {
    let value = 0
    const inEta = new Float64Array(K)
    const shifts = modes!(i)
    for (const [shift, share] of shifts) {
      const one = averaged(
        cell.eta.map((eta, k) => eta + shift[k]),
        none,
      )
      value += share * one.value
      for (let k = 0; k < K; k++) inEta[k] += share * one.inCentre[k]
    }
    return through(value, inEta, cell.x, null, cell.missing)
  }

  const row = (parameters: Float64Array, i: number): EstimatedMean => {
    const cell = cells.at(i, parameters)
    return averaging === 'modes' ? modesOf(cell, i) : populationOf(cell)
  }
  const weighted: MeansOfRows['weighted'] = (parameters, weights) => {
    if (averaging === 'zero') {
      return weights.map((weight) => {
        const used = [...weight.keys()].filter((i) => weight[i] !== 0)
        const eta = new Float64Array(K)
        const x = Array.from({ length: K }, (_, k) => new Float64Array(layout.fixedStart[k + 1] - layout.fixedStart[k]))
        const gone = new Set<string>()
        for (const i of used) {
          const cell = cells.at(i, parameters)
          for (const name of cell.missing) gone.add(name)
          for (let k = 0; k < K; k++) {
            eta[k] += weight[i] * cell.eta[k]
            for (let j = 0; j < x[k].length; j++) x[k][j] += weight[i] * cell.x[k][j]
          }
        }
        const { value, inCentre } = averaged(eta, none)
        const one = through(value, inCentre, x, null, [...gone])
        // Where the mean is the inverse link of its predictor nothing need go forth and back.
        if (predictor < 0) return one
        const inLink = new Float64Array(d)
        inLink.set(x[predictor], layout.fixedStart[predictor])
        return { ...one, link: eta[predictor], inLink }
      })
    }
    const made: (EstimatedMean | undefined)[] = new Array(cells.size)
    const of = (i: number): EstimatedMean => (made[i] ??= row(parameters, i))
    return weights.map((weight) => {
      let value = 0
      const gradient = new Float64Array(d)
      const missing = new Set<string>()
      weight.forEach((share, i) => {
        if (share === 0) return
        const one = of(i)
        value += share * one.response
        for (let j = 0; j < d; j++) gradient[j] += share * one.inResponse[j]
        for (const name of one.missing) missing.add(name)
      })
      return scaled(value, gradient, [...missing])
    })
  }
  return { weighted, rows: design.rows, row }
}

/**
 * For each cell what the modes of the levels add to each predictor: of every combination of levels that the rows of the fit have,
 * with its share of them.
 */
function rowEffects({ fit, stated }: FittedModel, design: NewDesign): (cell: number) => [Float64Array, number][] {
  const { model, layout } = stated
  const K = model.predictors.length
  let first = 0
  const modes = layout.terms.map(({ term }) => {
    const size = term.levels.length * term.names.length
    const of = Float64Array.from(fit.modes.slice(first, first + size), ({ mode }) => mode)
    first += size
    return of
  })
  const combinations = new Map<string, { levels: number[]; count: number }>()
  for (let i = 0; i < model.nobs; i++) {
    const levels = layout.terms.map(({ term }) => term.index[i])
    const key = levels.join()
    const known = combinations.get(key)
    if (known) known.count++
    else combinations.set(key, { levels, count: 1 })
  }
  const columns = design.predictors.flatMap(({ random }) => random)
  return (cell) =>
    [...combinations.values()].map(({ levels, count }) => {
      const shift = new Float64Array(K)
      columns.forEach(({ x, names }, t) => {
        names.forEach((_, j) => {
          shift[layout.terms[t].predictor] += x[j * design.nrow + cell] * modes[t][levels[t] * names.length + j]
        })
      })
      return [shift, count / model.nobs]
    })
}
