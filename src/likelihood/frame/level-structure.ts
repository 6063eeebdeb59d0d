import { flat } from '../../covariance/flat.js'
import type { Model, RandomTerm } from '../../data/model.js'
import { mapRows } from '../../data/predictor-map.js'
import { responseRows } from '../../data/response-rows.js'
import { countingSort } from './grouped-rows.js'
import type { ParameterLayout } from './parameter-layout.js'
import { type Stated, state } from './stated.js'

/** Rows in the order of one factor's levels, each level with q spherical random effects. */
export interface LevelStructure {
  readonly q: number
  /** Rows of level g: start[g] to start[g + 1] - 1. */
  readonly start: Int32Array
}

/** A model whose rows have been brought into the order of its one factor's levels. */
export interface RowsByLevel {
  readonly stated: Stated
  readonly structure: LevelStructure
  /** Row of the original model at each place. */
  readonly order: Int32Array
  readonly term: RandomTerm
}

/** True if all random terms, of whatever predictor, belong to one factor. */
export function hasOneFactor({ terms }: ParameterLayout): boolean {
  if (terms.length === 0 || terms.some(({ covariance }) => covariance === flat)) return false
  const [{ term: first }] = terms
  return terms.every(({ term }) => term === first || sameFactor(term, first))
}

export function rowsByLevel({ model, space }: Stated, layout: ParameterLayout): RowsByLevel {
  const [{ term }] = layout.terms
  const { start, order } = countingSort(term.index, term.levels.length)
  const q = layout.terms.reduce((sum, { term }) => sum + term.names.length, 0)
  return { stated: state(reordered(model, order), space), structure: { q, start }, order, term }
}

function reordered(model: Model, order: Int32Array): Model {
  const n = model.nobs
  const columns = (values: Float64Array): Float64Array => {
    const out = new Float64Array(values.length)
    for (let first = 0; first < values.length; first += n) {
      for (let i = 0; i < n; i++) out[first + i] = values[first + order[i]]
    }
    return out
  }
  return {
    ...model,
    response: responseRows(model.response, columns),
    ...(model.map && { map: mapRows(model.map, columns) }),
    ...(model.time && { time: { ...model.time, values: columns(model.time.values) } }),
    predictors: model.predictors.map((predictor) => ({
      ...predictor,
      fixed: { ...predictor.fixed, x: columns(predictor.fixed.x) },
      offset: predictor.offset && columns(predictor.offset),
      random: predictor.random.map((term) => ({
        ...term,
        index: term.index.map((_, i) => term.index[order[i]]),
        z: columns(term.z),
      })),
    })),
  }
}

/** True if two terms group the rows by the same levels. */
export const sameFactor = (a: RandomTerm, b: RandomTerm): boolean =>
  a.group === b.group && a.levels.length === b.levels.length && a.index.every((level, i) => level === b.index[i])
