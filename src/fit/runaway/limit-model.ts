import type { Predictor, RandomTerm } from '../../data/model.js'
import { rowDensity } from '../../likelihood/frame/row-kernel.js'
import { densitySize, firstAt, secondAt } from '../../families/row-density.js'
import type { LaidTerm } from '../../likelihood/frame/parameter-layout.js'
import { type Stated, state, withResponse } from '../../likelihood/frame/stated.js'
import { independentColumns } from '../../numerics/independent-columns.js'
import { type End, free, nothingRuns, still } from '../../numerics/recession-cone.js'
import type { GlmFit } from '../start/glm.js'
import { type MeanCone, meanCone } from './mean-cone.js'

/** A random term that is estimated in the limit: some rows have information on it. */
export interface KeptTerm {
  readonly term: number
  readonly columns: readonly number[]
}

/**
 * A model with its running coefficients at their ends. Rows that they move have a constant mean, so far out that it is at
 * its limit; columns that are then combinations of others are left out. It is an ordinary model, with the
 * likelihood that the full one has in the limit.
 */
export interface LimitModel {
  readonly full: Stated
  readonly stated: Stated
  /** The same, the moved rows counting for nothing: a generalized linear model starts from it. */
  readonly ofRest: Stated
  readonly cone: MeanCone
  /** By predictor: columns that the limit keeps, and which of the full model's columns are not determined. */
  readonly columns: readonly { readonly kept: readonly number[]; readonly ends: ReadonlyMap<number, End> }[]
  /** By predictor: the random terms that are kept, by their position, and which of their columns. */
  readonly terms: readonly (readonly KeptTerm[])[]
  /** The moved rows' mean predictor, where it counts as its end. */
  readonly distance: (side: number) => number
}

/**
 * The model in the limit of the mean's running coefficients, without the columns that no row says anything of; null where there
 * are neither. `glm` is the model's, or makes it where it is needed.
 */
export function limitModel(full: Stated, glm: GlmFit | null | (() => GlmFit | null)): LimitModel | null {
  const { model, link, layout } = full
  const cone = meanCone(full, typeof glm === 'function' ? glm : () => glm) ?? unmoved(full)
  if (!cone) return null
  const { moved } = cone.cone
  const { nobs: n } = model
  const reached = [farthest(link.inverse, -1), farthest(link.inverse, 1)]
  const distance = (side: number): number => reached[side < 0 ? 0 : 1]
  const said = model.predictors.map((_, k) => rowsThatSay(full, cone, distance, k))
  const columns = model.predictors.map(({ role, fixed: { names, x } }, k) => {
    if (role === 'location') {
      const ends = new Map(names.flatMap((_, j) => (cone.cone.runs[j] ? [[j, cone.cone.to[j]] as const] : [])))
      return { kept: names.map((_, j) => j).filter((j) => !cone.cone.held.includes(j)), ends }
    }
    const rows = Int32Array.from(said[k].keys()).filter((i) => said[k][i] === 1)
    if (rows.length === n) return { kept: names.map((_, j) => j), ends: new Map<number, End>() }
    const { kept, held, basis } = independentColumns(names.map((_, j) => Float64Array.from(rows, (i) => x[j * n + i])))
    const open = names.flatMap((_, j) =>
      held.some((_, h) => basis[h * names.length + j] !== 0) ? [[j, null] as const] : [],
    )
    return { kept, ends: new Map<number, End>(open) }
  })
  const terms = model.predictors.map((_, k) =>
    keptTerms(
      layout.terms.filter(({ predictor }) => predictor === k),
      said[k],
    ),
  )
  if (columns.every(({ ends }) => ends.size === 0)) return null
  const predictors = model.predictors.map((predictor, k) => {
    const smaller = withColumns(predictor, n, columns[k].kept, terms[k])
    return predictor.role === 'location' ? moveOut(smaller, cone, distance) : smaller
  })
  const limit = state({ ...model, predictors })
  const frequency = Float64Array.from(moved, (one, i) => (one ? 0 : (model.response.frequency?.[i] ?? 1)))
  const ofRest = withResponse(limit, { ...model.response, frequency })
  return { full, stated: limit, ofRest, cone, columns, terms, distance }
}

/** The cone in which nothing runs, where there are rows without information on a further predictor; else null. */
function unmoved({ model: { response, nobs: n }, family, layout: { location } }: Stated): MeanCone | null {
  if (!location) return null
  const some = family.further.some(({ silent }) => {
    if (!silent) return false
    for (let i = 0; i < n; i++) if (silent.row(response, i)) return true
    return false
  })
  const p = location.stated.fixed.names.length
  return some ? { cone: nothingRuns(n, p), sides: new Int8Array(n).fill(still) } : null
}

/** A predictor at which the mean is its limit to 1e-14, in whichever direction; a heavy tail is followed to 1e12. */
function farthest(inverse: (eta: number) => number, side: number): number {
  const end = inverse(side * 1e300)
  let distance = 32
  while (distance < 1e12 && Math.abs(inverse(side * distance) - end) > 1e-14) distance *= 2
  return distance
}

/** Which rows say anything of predictor k once the mean's running rows are at their ends: 1 for those that do. */
function rowsThatSay(
  { model, family, layout }: Stated,
  { cone, sides }: MeanCone,
  distance: (side: number) => number,
  k: number,
): Uint8Array {
  const { role, kind } = layout.predictors[k]
  if (role === 'location') return Uint8Array.from(sides, (side, i) => (side === free || cone.moved[i] === 1 ? 0 : 1))
  const K = model.predictors.length
  const density = rowDensity(model, family)
  const out = new Float64Array(densitySize(K))
  const eta = new Float64Array(K)
  const silent = kind?.silent
  return Uint8Array.from(sides, (side, i) => {
    if (silent?.row(model.response, i)) return 0
    if (cone.moved[i] === 0 && side !== free) return 1
    const says = [0, 1.5].some((by) => {
      for (const { k: one, kind } of layout.predictors)
        eta[one] = kind ? kind.start + by : side === free ? by : side * distance(side)
      density.at(i, eta, out)
      return Math.abs(out[firstAt(K, k)]) > 1e-10 || Math.abs(out[secondAt(K, k, k)]) > 1e-10
    })
    return says ? 1 : 0
  })
}

/** The terms and columns with an effect on some row that says something; of others nothing is known. */
const keptTerms = (laid: readonly LaidTerm[], said: Uint8Array): KeptTerm[] =>
  laid.flatMap(({ term: { names, z }, covariance }, term) => {
    const n = said.length
    const all = names.map((_, column) => column)
    const used = all.filter((column) => said.some((one, i) => one === 1 && z[column * n + i] !== 0))
    if (used.length === 0) return []
    return [{ term, columns: covariance.part ? used : all }]
  })

function withColumns(predictor: Predictor, n: number, kept: readonly number[], terms: readonly KeptTerm[]): Predictor {
  const { fixed, random } = predictor
  const x = new Float64Array(kept.length * n)
  kept.forEach((j, at) => {
    x.set(fixed.x.subarray(j * n, (j + 1) * n), at * n)
  })
  const names = kept.map((j) => fixed.names[j])
  return {
    ...predictor,
    fixed: { ...fixed, names, x },
    random: terms.map((one) => withEffects(random[one.term], n, one.columns)),
  }
}

function withEffects(term: RandomTerm, n: number, columns: readonly number[]): RandomTerm {
  if (columns.length === term.names.length) return term
  const z = new Float64Array(columns.length * n)
  columns.forEach((column, at) => {
    z.set(term.z.subarray(column * n, (column + 1) * n), at * n)
  })
  return { ...term, names: columns.map((column) => term.names[column]), z }
}

/** Gives the moved rows a constant predictor that nothing changes. */
function moveOut(predictor: Predictor, { cone, sides }: MeanCone, distance: (side: number) => number): Predictor {
  const { moved } = cone
  const n = moved.length
  const without = (columns: Float64Array): Float64Array => columns.map((value, at) => (moved[at % n] ? 0 : value))
  const offset = Float64Array.from(moved, (one, i) =>
    one ? sides[i] * distance(sides[i]) : (predictor.offset?.[i] ?? 0),
  )
  const random = predictor.random.map((term): RandomTerm => ({ ...term, z: without(term.z) }))
  return { ...predictor, offset, fixed: { ...predictor.fixed, x: without(predictor.fixed.x) }, random }
}
