import { meanOf } from '../../data/roles.js'
import type { Model, RandomTerm } from '../../data/model.js'
import { copies } from '../../data/response-rows.js'
import { strictDirection } from './strict-direction.js'

/** How the rows of a term's levels stand to each other. */
export interface SeparatedLevels {
  /** Whether no level has responses at both ends. */
  readonly unanimous: boolean
  /** A direction of the fixed effects along which every level's rows part, zero where levels are unanimous. */
  readonly direction: Float64Array
  /** Levels with a row that says something. */
  readonly levels: number
  /** Whether each of them has one row only, of one trial: such an effect cannot be distinguished from the link's own variance. */
  readonly single: boolean
}

/** Levels' pairs that the first direction is found from; more are added where it fails. */
const pairsALevel = 3
const mostRounds = 50
/** So many levels a column are looked at first: in sound data they have no direction, and the rest need not be seen. */
const fewLevels = 20

/**
 * Whether fixed effects and one scalar effect a level of a factor can put every row strictly on its right side: rows with
 * sign 1 above zero, with -1 below, 2 anywhere. In a level that is so iff the rows' bounds on the effect leave an interval, hence
 * iff there is a direction d with (x_i - x_j z_i / z_j)'d > 0 for each pair of rows that bound it from below and above:
 * a cone in the fixed effects alone (the one of conditional logistic regression; Santner and Duffy 1986). Pairs come in as they are
 * violated. Null where they cannot be parted, or a row has sign 0 or z = 0.
 */
export function separatedLevels(
  model: Pick<Model, 'nobs' | 'response' | 'predictors'>,
  term: RandomTerm,
  signs: Int8Array,
): SeparatedLevels | null {
  const { nobs: n, response } = model
  const { fixed } = meanOf(model)
  const p = fixed.names.length
  const rows: { readonly low: number[]; readonly high: number[] }[] = term.levels.map(() => ({ low: [], high: [] }))
  for (let i = 0; i < n; i++) {
    if (signs[i] === 2) continue
    if (signs[i] === 0 || term.z[i] === 0) return null
    rows[term.index[i]][signs[i] * term.z[i] > 0 ? 'low' : 'high'].push(i)
  }
  const seen = rows.filter(({ low, high }) => low.length + high.length > 0)
  if (seen.length === 0) return null
  const mixed = seen.filter(({ low, high }) => low.length > 0 && high.length > 0)
  const draws = (i: number): number => copies(response, i) * (response.trials?.[i] ?? 1)
  const single = seen.every(({ low, high }) => [...low, ...high].reduce((sum, i) => sum + draws(i), 0) === 1)
  const reported = { unanimous: mixed.length === 0, levels: seen.length, single }
  if (mixed.length === 0) return { ...reported, direction: new Float64Array(p) }
  if (p === 0) return null
  const pairs: Float64Array[] = []
  /** The difference of two rows; false where there is none, so that nothing can part them. */
  const add = (i: number, j: number): boolean => {
    const pair = Float64Array.from({ length: p }, (_, k) => {
      const column = fixed.x.subarray(k * n, (k + 1) * n)
      const difference = column[i] / term.z[i] - column[j] / term.z[j]
      return Math.abs(difference) > 1e-12 * (Math.abs(column[i] / term.z[i]) + Math.abs(column[j] / term.z[j]))
        ? difference
        : 0
    })
    if (pair.every((value) => value === 0)) return false
    pairs.push(pair)
    return true
  }
  const stride = Math.max(1, Math.floor(mixed.length / (fewLevels * (p + 1))))
  for (let g = 0; g < mixed.length; g += stride) {
    const { low, high } = mixed[g]
    for (let k = 0; k < pairsALevel; k++) if (!add(low[k % low.length], high[(k * 7) % high.length])) return null
  }
  for (let round = 0; round < mostRounds; round++) {
    const direction = strictDirection(pairs)
    if (!direction) return null
    const at = (i: number): number => {
      let sum = 0
      for (let k = 0; k < p; k++) sum += fixed.x[k * n + i] * direction[k]
      return sum / term.z[i]
    }
    let violated = false
    for (const { low, high } of mixed) {
      const i = low.reduce((worst, one) => (at(one) < at(worst) ? one : worst))
      const j = high.reduce((worst, one) => (at(one) > at(worst) ? one : worst))
      if (at(i) > at(j)) continue
      if (!add(i, j)) return null
      violated = true
    }
    if (!violated) return { ...reported, direction }
  }
  return null
}
