import { meanOf } from '../../data/roles.js'
import type { Model, RandomTerm } from '../../data/model.js'
import { independentColumns } from '../../data/aliased-columns.js'
import { mapRows } from '../../data/predictor-map.js'
import { observations, responseRows } from '../../data/response-rows.js'
import { responseColumns } from '../../families/response-data.js'
import { type Stated, state } from '../../likelihood/frame/stated.js'
import { sortOrder } from '../../numerics/sort-order.js'
import { decidedRows } from './decided-rows.js'

/** The observations that are tested, one a row, in an order that does not depend on the one they came in. */
export interface TestedRows {
  readonly stated: Stated
  /** Outer parameters of that model. */
  readonly x: Float64Array
  /** Observations of the whole data. */
  readonly of: number
  /** Row of the whole data of each tested one. */
  readonly source: Int32Array
}

/**
 * At most `most` observations of a model at outer parameters x: those of whole levels of the first random term, as far as they go.
 * Under the model any part of the rows chosen without regard to its fit follows the same law, its random effects included. Rows
 * stand in the order of a hash of what they hold, whatever their order, the order of the levels and their names; a row with a
 * frequency is written out; a row without trials is left out, and so is one that can have no other response or has no information on the model.
 */
export function testedRows(
  stated: Stated,
  x: Float64Array,
  most: number,
  speaks: (row: number) => boolean = () => true,
): TestedRows {
  const { model, family } = stated
  const { response } = model
  const decided = decidedRows(stated, x)
  const used = Array.from({ length: model.nobs }, (_, i) => i).filter(
    (i) => family.weight(response, i) !== 0 && !decided(i) && speaks(i),
  )
  const keys = rowKeys(model)
  const ordered = sortOrder(Float64Array.from(used, (i) => keys[i]))
  const inOrder = Int32Array.from(ordered, (at) => used[at])
  const bound = affordable(model, most)
  let rows = response.frequency ? writtenOut(inOrder, response.frequency, bound) : inOrder.slice(0, bound)
  while (rows.length > fewest && filledIn(model, rows) > mostFilledIn) rows = rows.slice(0, rows.length >> 1)
  return { ...part(stated, x, rows), of: observations(model), source: rows }
}

/** Pairs of effects that rows touch, over all rows: what a Cholesky factor is summed from, many times. */
const mostPairs = 1e6
/** Effects besides those of the factor with the most: what crossing can fill in a Cholesky factor with. */
const mostFilledIn = 200
const fewest = 200

function affordable(model: Model, most: number): number {
  const { predictors } = model
  const width = meanOf(model).fixed.names.length + predictors.reduce((sum, { random }) => sum + columnsOf(random), 0)
  return Math.min(most, Math.max(4 * width, Math.floor(mostPairs / ((width * (width + 1)) / 2))))
}

const columnsOf = (random: readonly RandomTerm[]): number => random.reduce((sum, { names }) => sum + names.length, 0)

/** Effects that some rows have, without those of the factor with the most. */
function filledIn({ predictors }: Model, rows: Int32Array): number {
  const effects = new Map<string, number>()
  for (const { group, index, names } of predictors.flatMap(({ random }) => random)) {
    const levels = new Set<number>()
    for (const i of rows) levels.add(index[i])
    effects.set(group, (effects.get(group) ?? 0) + levels.size * names.length)
  }
  const all = [...effects.values()]
  return all.reduce((sum, count) => sum + count, 0) - Math.max(0, ...all)
}

/** Copies of rows by their frequencies; evenly spaced ones where they are too many. */
function writtenOut(rows: Int32Array, frequency: Float64Array, most: number): Int32Array {
  const total = rows.reduce((sum, i) => sum + frequency[i], 0)
  const count = Math.min(most, Math.round(total))
  const step = total / count
  const out = new Int32Array(count)
  let [at, after] = [0, rows.length > 0 ? frequency[rows[0]] : 0]
  for (let j = 0; j < count; j++) {
    while ((j + 0.5) * step > after && at + 1 < rows.length) after += frequency[rows[++at]]
    out[j] = rows[at]
  }
  return out
}

/** The model of some of its rows: levels and columns that they do not have are gone, their parameters with them. */
function part({ model, layout }: Stated, x: Float64Array, rows: Int32Array): Pick<TestedRows, 'stated' | 'x'> {
  const all = model.nobs
  const n = rows.length
  const picked = (column: Float64Array): Float64Array => Float64Array.from(rows, (i) => column[i])
  const kept: number[] = []
  const predictors = model.predictors.map((predictor, k) => {
    const { names, x: design, aliased } = predictor.fixed
    const columns = names.map((_, j) => picked(design.subarray(j * all, (j + 1) * all)))
    const whole = new Float64Array(columns.length * n)
    columns.forEach((column, j) => {
      whole.set(column, j * n)
    })
    const present = n !== all ? Array.from(independentColumns(whole, n, columns.length)) : Array.from(columns.keys())
    kept.push(...present.map((j) => layout.fixedStart[k] + j))
    const fixed = new Float64Array(present.length * n)
    present.forEach((j, at) => {
      fixed.set(columns[j], at * n)
    })
    const offset = predictor.offset && picked(predictor.offset)
    // What the others make of these rows has no parameter of its own here.
    const aside = columns.flatMap((column, j) =>
      present.includes(j) ? [] : [column.map((value) => value * x[layout.parameterOf[k][j]])],
    )
    const more = aside.reduce<Float64Array | null>(
      (total, column) => column.map((value, i) => value + (total ? total[i] : 0)),
      offset,
    )
    const random = predictor.random.map((term) => {
      const { index, levels, z } = term
      const number = new Int32Array(levels.length).fill(-1)
      const names: string[] = []
      const own = Int32Array.from(rows, (i) => {
        const level = index[i]
        if (number[level] < 0) number[level] = names.push(levels[level]) - 1
        return number[level]
      })
      const multipliers = new Float64Array(term.names.length * n)
      term.names.forEach((_, j) => {
        multipliers.set(picked(z.subarray(j * all, (j + 1) * all)), j * n)
      })
      return { ...term, levels: names, index: own, z: multipliers }
    })
    return {
      name: predictor.name,
      role: predictor.role,
      fixed: { names: present.map((j) => names[j]), x: fixed, aliased },
      offset: more,
      random,
    }
  })
  const { frequency: _, ...response } = responseRows(model.response, picked)
  const theta = Array.from({ length: layout.dimension - layout.fixed }, (_, j) => layout.fixed + j)
  return {
    stated: state({
      ...model,
      nobs: n,
      response,
      predictors,
      ...(model.map && { map: mapRows(model.map, picked) }),
      ...(model.time && { time: { ...model.time, values: picked(model.time.values) } }),
    }),
    x: Float64Array.from([...kept, ...theta], (j) => x[j]),
  }
}

/** A number for each row, of the level of the first term first, then of all that the row holds. */
function rowKeys(model: Model): Float64Array {
  const n = model.nobs
  const { frequency } = model.response
  const hash = new Uint32Array(n).fill(0x9747b28c)
  const bits = new Uint32Array(1)
  const number = new Float32Array(bits.buffer)
  const add = (column: Float64Array): void => {
    for (let i = 0; i < n; i++) {
      // To single precision: centring and the like leave the last digits to the order of the rows.
      number[0] = column[i]
      hash[i] = mixed(hash[i], bits[0])
    }
  }
  const columns = (matrix: Float64Array): void => {
    for (let at = 0; at < matrix.length; at += n) add(matrix.subarray(at, at + n))
  }
  for (const [name, column] of responseColumns(model.response)) if (name !== 'frequency') add(column)
  for (const { fixed, offset, random } of model.predictors) {
    columns(fixed.x)
    if (offset) add(offset)
    for (const { z } of random) columns(z)
  }
  const terms = model.predictors.flatMap(({ random }) => random)
  const levels = terms.map(({ index, levels: { length } }) => {
    const sums = new Uint32Array(length)
    for (let i = 0; i < n; i++) sums[index[i]] += Math.imul(finished(hash[i]), frequency ? frequency[i] : 1)
    return sums
  })
  const own = hash.slice()
  terms.forEach(({ index }, t) => {
    for (let i = 0; i < n; i++) hash[i] = mixed(hash[i], levels[t][index[i]])
  })
  const [first] = terms
  return Float64Array.from(hash, (key, i) => {
    const level = first ? finished(levels[0][first.index[i]]) : finished(own[i])
    return level * 0x200000 + (finished(key) >>> 11)
  })
}

/** The steps of MurmurHash3 (Appleby 2011). */
function mixed(hash: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51)
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) >>> 0
}

function finished(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
