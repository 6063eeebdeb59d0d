import { ofLocation } from '../../likelihood/frame/parameter-layout.js'
import { meanOf } from '../../data/roles.js'
import type { Model } from '../../data/model.js'
import type { LevelPosterior } from '../../likelihood/vector/level-posterior.js'
import { designVariable } from './design-variable.js'
import type { Direction } from './level-scores.js'
import type { ModelTest } from '../results/model-test.js'
import { notTested } from './not-tested.js'
import type { ScoreDraws } from './score-draws.js'
import { smallestRank } from './smallest-rank.js'

/** A covariate whose slope could vary between the levels, as the columns of the mean's design that it makes. */
export interface SlopeCandidate {
  /** As it stands in a formula. */
  readonly name: string
  /** Its columns, centred and divided by their standard deviation; length nobs each. */
  readonly columns: readonly Float64Array[]
  /** Standard deviations of the columns as they are. */
  readonly scale: readonly number[]
}

/**
 * Covariates of the mean that vary within levels of the factor and have no random slope yet. Interactions are left out:
 * their parents come first.
 */
export function slopeCandidates(
  model: Model,
  { term, layout }: Pick<LevelPosterior, 'term' | 'layout'>,
): SlopeCandidate[] {
  const { names, x } = meanOf(model).fixed
  const n = model.nobs
  const taken = new Set(layout.terms.filter((laid) => ofLocation(layout, laid)).flatMap(({ term: { names } }) => names))
  const found = new Map<string, { columns: Float64Array[]; scale: number[] }>()
  names.forEach((name, j) => {
    if (name === '(Intercept)' || name.includes(':') || taken.has(name)) return
    const column = x.subarray(j * n, (j + 1) * n)
    if (!variesWithin(column, term.index, term.levels.length)) return
    const mean = column.reduce((sum, value) => sum + value / n, 0)
    const sd = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2 / n, 0))
    const variable = designVariable(name, model)
    const one = found.get(variable) ?? { columns: [], scale: [] }
    one.columns.push(column.map((value) => (value - mean) / sd))
    one.scale.push(sd)
    found.set(variable, one)
  })
  return [...found].map(([name, one]) => ({ name, ...one }))
}

function variesWithin(column: Float64Array, index: Int32Array, levels: number): boolean {
  const first = new Float64Array(levels).fill(Number.NaN)
  return column.some((value, i) => {
    const before = first[index[i]]
    if (Number.isNaN(before)) first[index[i]] = value
    return !Number.isNaN(before) && value !== before
  })
}

/**
 * The score of a common variance, at zero, of independent slopes of the candidate's columns:
 * E[(sum_i x_i l_i')^2 + sum_i x_i^2 l_i'' | y_g] / 2, summed over columns (Lin 1997, Biometrika 84).
 */
export const slopeDirection = ({ columns }: SlopeCandidate): Direction => ({
  size: 1,
  write: ({ count, share, rows, d1, d2 }, out, at) => {
    let total = 0
    for (const x of columns)
      for (let k = 0; k < count; k++) {
        let first = 0
        let second = 0
        for (let r = 0; r < rows.length; r++) {
          const value = x[rows[r]]
          first += value * d1[0][r * count + k]
          second += value * value * d2[0][r * count + k]
        }
        total += 0.5 * share[k] * (first * first + second)
      }
    out[at] = total
  },
})

const digits = (value: number): string => Number(value.toPrecision(2)).toString()

/**
 * One test of all candidates, one-sided, by the smallest of their p-values against its own distribution (Westfall and
 * Young 1993). Their directions stand from `at` on.
 */
export function missingSlopes(
  drawn: ScoreDraws | string,
  at: number,
  candidates: readonly SlopeCandidate[],
  group: string,
): ModelTest {
  if (candidates.length === 0) return notTested(`no covariate without a slope of its own varies within ${group}`)
  if (typeof drawn === 'string') return notTested(drawn)
  const width = drawn.observed.length
  const { count } = drawn
  const columns = candidates.map((_, c) =>
    Float64Array.from({ length: count }, (_, s) => drawn.draws[s * width + at + c]),
  )
  const { best, p } = smallestRank(
    candidates.map((_, c) => drawn.observed[at + c]),
    columns,
    'upper',
  )
  const { name, scale } = candidates[best]
  const j = at + best
  const variance = drawn.variance[j * width + j]
  const found = p < 0.05
  const sd = Math.sqrt(Math.max(0, drawn.observed[j] / variance))
  const size = scale.length === 1 ? `, standard deviation about ${digits(sd / scale[0])} a unit` : ''
  const statistic = drawn.observed[j] / Math.sqrt(variance)
  return {
    statistic,
    p,
    method: 'replicates',
    effect: found ? `the effect of ${name} varies between levels of ${group}${size}` : null,
    says: found
      ? `signs that the effect of ${name} differs between levels of ${group}${size && `${size}, by one step from zero`}; if so, its standard error is too small`
      : `no sign of random slopes in ${group}: ${candidates.map((one) => one.name).join(', ')}`,
    remedy: found ? `try (1 + ${name} | ${group})` : null,
  }
}
