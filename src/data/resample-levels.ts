import type { Model, RandomTerm } from './model.js'
import { mapRows } from './predictor-map.js'
import { responseRows } from './response-rows.js'
import { GlmmError } from '../errors.js'

/** The rows of each level of a grouping factor. */
export interface LevelRows {
  readonly group: string
  readonly levels: readonly string[]
  /** The level of each row. */
  readonly index: Int32Array
  readonly rows: readonly Int32Array[]
}

/** A factor of the model by name, the first one where none is given; null for a model without random effects. */
export function levelRows(model: Model, group?: string): LevelRows | null {
  const terms = model.predictors.flatMap(({ random }) => random)
  const term = group === undefined ? terms[0] : terms.find((one) => one.group === group)
  if (!term) {
    if (group === undefined) return null
    const known = [...new Set(terms.map((one) => one.group))].join(', ') || 'none'
    const message = `expected a grouping factor of ${model.formula} (${known}), got ${group}`
    throw new GlmmError('MODEL', message, 'name one of these')
  }
  const counts = new Int32Array(term.levels.length)
  for (const level of term.index) counts[level]++
  const rows = Array.from(counts, (count) => new Int32Array(count))
  counts.fill(0)
  term.index.forEach((level, row) => {
    rows[level][counts[level]++] = row
  })
  return { group: term.group, levels: term.levels, index: term.index, rows }
}

/**
 * The model of the rows of the chosen levels, in the order of `chosen`; a level chosen twice is two levels. Levels of
 * factors nested in the group are copied with their level; those of others stay who they are. The model need not have
 * the factor, only its rows.
 */
export function resampleLevels(model: Model, { group, index, rows: of }: LevelRows, chosen: ArrayLike<number>): Model {
  let n = 0
  for (let k = 0; k < chosen.length; k++) n += of[chosen[k]].length
  const rows = new Int32Array(n)
  const copy = new Int32Array(n)
  for (let k = 0, at = 0; k < chosen.length; k++) {
    copy.fill(k, at, at + of[chosen[k]].length)
    rows.set(of[chosen[k]], at)
    at += of[chosen[k]].length
  }
  const levels = Array.from(chosen, (_, k) => String(k + 1))
  const groups = new Map<string, Pick<RandomTerm, 'levels' | 'index'>>([[group, { levels, index: copy }]])
  return takeRows(model, rows, (term) => {
    let made = groups.get(term.group)
    if (!made) {
      made = isNestedIn(term, index) ? relevelled(term, rows, copy) : relevelled(term, rows, null)
      groups.set(term.group, made)
    }
    return made
  })
}

/** The model without one row, or without those of one level. */
export function withoutRows(model: Model, left: ArrayLike<number>): Model {
  const out = new Uint8Array(model.nobs)
  for (let i = 0; i < left.length; i++) out[left[i]] = 1
  return ofRows(
    model,
    Int32Array.from({ length: model.nobs }, (_, i) => i).filter((row) => out[row] === 0),
  )
}

/** The model of some of its rows, the levels of its factors who they are. */
export function ofRows(model: Model, rows: Int32Array): Model {
  const groups = new Map<string, Pick<RandomTerm, 'levels' | 'index'>>()
  return takeRows(model, rows, (term) => {
    const made = groups.get(term.group) ?? relevelled(term, rows, null)
    groups.set(term.group, made)
    return made
  })
}

function takeRows(
  model: Model,
  rows: Int32Array,
  factor: (term: RandomTerm) => Pick<RandomTerm, 'levels' | 'index'>,
): Model {
  const n = rows.length
  const column = (values: Float64Array): Float64Array => columns(values, 1)
  const columns = (values: Float64Array, p: number): Float64Array => {
    const out = new Float64Array(n * p)
    for (let j = 0; j < p; j++) {
      const from = j * model.nobs
      for (let i = 0; i < n; i++) out[j * n + i] = values[from + rows[i]]
    }
    return out
  }
  return {
    ...model,
    nobs: n,
    response: responseRows(model.response, column),
    ...(model.map && { map: mapRows(model.map, column) }),
    ...(model.time && { time: { ...model.time, values: column(model.time.values) } }),
    predictors: model.predictors.map((predictor) => ({
      ...predictor,
      fixed: { ...predictor.fixed, x: columns(predictor.fixed.x, predictor.fixed.names.length) },
      offset: predictor.offset && column(predictor.offset),
      random: predictor.random.map((term) => ({ ...term, ...factor(term), z: columns(term.z, term.names.length) })),
    })),
  }
}

/** Each level of the term has rows of one outer level only. */
function isNestedIn({ index, levels }: RandomTerm, outer: Int32Array): boolean {
  const of = new Int32Array(levels.length).fill(-1)
  return index.every((level, row) => {
    if (of[level] < 0) of[level] = outer[row]
    return of[level] === outer[row]
  })
}

/** The levels that the rows have, in the order of their appearance; with `copy`, a level of its own for each copy. */
function relevelled(term: RandomTerm, rows: Int32Array, copy: Int32Array | null): Pick<RandomTerm, 'levels' | 'index'> {
  const found = new Map<number, number>()
  const levels: string[] = []
  const index = Int32Array.from(rows, (row, i) => {
    const level = term.index[row]
    const key = copy ? copy[i] * term.levels.length + level : level
    let at = found.get(key)
    if (at === undefined) {
      at = found.size
      found.set(key, at)
      levels.push(copy ? `${copy[i] + 1}:${term.levels[level]}` : term.levels[level])
    }
    return at
  })
  return { levels, index }
}
