import { type NewDesign, newDesign } from '../data/new-design.js'
import { estimableParts } from '../fit/predict/estimable.js'
import { designSource } from '../fit/predict/predict-source.js'
import { covarianceDerivative, vectorCovariance } from '../likelihood/normal/vector-covariance.js'
import type { FittedModel } from './fitted-model.js'
import { averagedMean, type Quantity } from './mean-function.js'
import type { ReferenceGrid } from './reference-grid.js'

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
  /** Columns that the data say nothing about, on which the mean hangs; none where it is estimable. */
  readonly missing: readonly string[]
}

/** What a grid cell contributes: the predictors without random effects, and where they come from. */
interface Cell {
  readonly eta: Float64Array
  /** Of each predictor, by the fixed effects it has. */
  readonly x: readonly Float64Array[]
  readonly missing: readonly string[]
}

/** Means over cells with weights, at given parameters: what one evaluation of the grid is for. */
export type MeansAt = (parameters: Float64Array, weights: readonly Float64Array[]) => EstimatedMean[]

/**
 * Means over the cells of a grid as functions of the outer parameters. With random effects at `zero` linear predictors are
 * averaged over cells and then transformed, as emmeans does; otherwise each cell's mean is, over the effects, and those are averaged.
 *
 * @param nodes - of the Gauss-Hermite rule over the random effects of each predictor
 * @returns a function of the parameters (length d) and of the weights of each mean (one a cell, which add up to 1)
 */
export function estimatedMeans(
  fitted: FittedModel,
  grid: ReferenceGrid,
  averaging: Averaging,
  quantity: Quantity,
  nodes: number,
): MeansAt {
  const { fit, stated } = fitted
  const { model, layout } = stated
  const { link, predictor } = quantity
  const d = layout.dimension
  const source = designSource(fit)
  const design = newDesign(source, grid.table, averaging === 'zero' ? 'none' : 'columns')
  const parts = estimableParts(fit, design)
  const offsets = model.predictors.map(({ offset }) =>
    offset ? offset.reduce((sum, one) => sum + one, 0) / offset.length : 0,
  )
  const n = grid.size
  const averaged = averagedMean(quantity, nodes)
  const K = design.predictors.length

  const cellsAt = (parameters: Float64Array): Cell[] =>
    Array.from({ length: n }, (_, i) => {
      const x = design.predictors.map(({ fixed }, k) => Float64Array.from(parts[k].at, (j) => fixed.x[j * n + i]))
      const eta = Float64Array.from(x, (row, k) =>
        row.reduce((sum, value, j) => sum + value * parameters[layout.fixedStart[k] + j], offsets[k]),
      )
      return { eta, x, missing: parts.flatMap((part, k) => (k === 0 || K > 1 ? part.missing(i) : [])) }
    })

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

  /** Standard deviations of the random part of each predictor in a cell, and their derivatives in theta. */
  const deviations = (i: number, parameters: Float64Array): { sd: Float64Array; slopes: Float64Array[] } => {
    const variance = new Float64Array(K)
    const slopes = Array.from({ length: K }, () => new Float64Array(d))
    let t = 0
    design.predictors.forEach(({ random }, k) => {
      for (const term of random) {
        const laid = layout.terms[t++]
        const q = term.names.length
        const z = Float64Array.from({ length: q }, (_, j) => term.x[j * n + i])
        const theta = parameters.slice(laid.start, laid.start + laid.size)
        variance[k] += quadratic(vectorCovariance({ laid, q, theta }), z)
        for (let j = 0; j < laid.size; j++)
          slopes[k][laid.start + j] += quadratic(covarianceDerivative({ laid, q, theta }, theta, j), z)
      }
    })
    const sd = variance.map(Math.sqrt)
    slopes.forEach((slope, k) => {
      for (let j = 0; j < d; j++) slope[j] = sd[k] > 0 ? slope[j] / (2 * sd[k]) : 0
    })
    return { sd, slopes }
  }

  const none = new Float64Array(K)
  const populationOf = (cell: Cell, i: number, parameters: Float64Array): EstimatedMean => {
    const { sd, slopes } = deviations(i, parameters)
    const { value, inCentre, inDeviation } = averaged(cell.eta, sd)
    const inTheta = new Float64Array(d)
    for (let k = 0; k < K; k++) for (let j = 0; j < d; j++) inTheta[j] += inDeviation[k] * slopes[k][j]
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

  return (parameters, weights) => {
    const cells = cellsAt(parameters)
    if (averaging === 'zero') {
      return weights.map((weight) => {
        const used = [...weight.keys()].filter((i) => weight[i] !== 0)
        const eta = new Float64Array(K)
        const x = cells[0].x.map((row) => new Float64Array(row.length))
        for (const i of used)
          for (let k = 0; k < K; k++) {
            eta[k] += weight[i] * cells[i].eta[k]
            for (let j = 0; j < x[k].length; j++) x[k][j] += weight[i] * cells[i].x[k][j]
          }
        const { value, inCentre } = averaged(eta, none)
        const missing = [...new Set(used.flatMap((i) => cells[i].missing))]
        const one = through(value, inCentre, x, null, missing)
        // Where the mean is the inverse link of its predictor nothing need go forth and back.
        if (predictor < 0) return one
        const inLink = new Float64Array(d)
        inLink.set(x[predictor], layout.fixedStart[predictor])
        return { ...one, link: eta[predictor], inLink }
      })
    }
    const made: (EstimatedMean | undefined)[] = new Array(n)
    const of = (i: number): EstimatedMean =>
      (made[i] ??= averaging === 'modes' ? modesOf(cells[i], i) : populationOf(cells[i], i, parameters))
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

function quadratic(matrix: Float64Array, z: Float64Array): number {
  const q = z.length
  let sum = 0
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) sum += z[i] * z[j] * matrix[i * q + j]
  return sum
}
