import { flat } from '../../covariance/flat.js'
import type { RandomTerm } from '../../data/model.js'
import { slotsByElement } from '../frame/slots.js'
import { rowsByLevel } from '../frame/level-structure.js'
import type { LaidTerm, ParameterLayout } from '../frame/parameter-layout.js'
import type { Stated } from '../frame/stated.js'

/**
 * The levels of nested factors as a forest of units. Each unit has one spherical random effect. Level 0 is the
 * innermost, depth - 1 the outermost; a factor with several columns takes as many levels, one above the other. Units are
 * numbered so that the units under one, and then it itself, are consecutive: descendants come before ancestors.
 */
export interface NestedStructure {
  readonly depth: number
  /** The slots, as linearPredictors numbers them, from the innermost level outwards. */
  readonly slotAt: Int32Array
  /** The level of each of these, whose units are the effects that rows meet there: ascending, several of one where its effects are in several predictors. */
  readonly levelAt: Int32Array
  readonly level: Int32Array
  /** Ancestor of unit v at level j, itself at its own: ancestor[v * depth + j]; -1 below. */
  readonly ancestor: Int32Array
  /** Units under v, itself included: firstUnit[v] to v. */
  readonly firstUnit: Int32Array
  /** Rows of unit v: rowStart[v] to rowEnd[v] - 1. */
  readonly rowStart: Int32Array
  readonly rowEnd: Int32Array
  /** The units of the outermost level. */
  readonly roots: Int32Array
}

/** A model with its rows in the order of the innermost units, and these. */
export interface Nesting {
  readonly stated: Stated
  readonly structure: NestedStructure
  /** Row of the original model at each place. */
  readonly order: Int32Array
  /** A term of the outermost factor: the roots are its levels, in their order. */
  readonly outermost: RandomTerm
}

/**
 * The nesting of the factors of all random terms, of whatever predictor, found from the data: each level of the finer
 * factor occurs with one level of the coarser. Null where some pair is not nested, where there are no random terms, and
 * where effects have a flat prior.
 */
export function nesting(stated: Stated): Nesting | null {
  const { model, layout } = stated
  if (layout.terms.length === 0 || layout.terms.some(({ covariance }) => covariance === flat)) return null
  const chain = finestFirst(layout)
  const depth = chain.length
  // The unit of each level that a unit of the finest belongs to.
  const paths: Int32Array[] = [Int32Array.from(chain[0].term.levels.keys())]
  const finest = chain[0].term.index
  for (const { term } of chain.slice(1)) {
    const path = new Int32Array(paths[0].length).fill(-1)
    for (let i = 0; i < model.nobs; i++) {
      const unit = finest[i]
      if (path[unit] !== -1 && path[unit] !== term.index[i]) return null
      path[unit] = term.index[i]
    }
    paths.push(path)
  }
  if (!isChain(paths)) return null

  const used = new Uint8Array(paths[0].length)
  for (let i = 0; i < model.nobs; i++) used[finest[i]] = 1
  const leaves = paths[0].filter((leaf) => used[leaf] === 1)
  leaves.sort((a, b) => {
    for (let l = depth - 1; l > 0; l--) if (paths[l][a] !== paths[l][b]) return paths[l][a] - paths[l][b]
    return a - b
  })
  const place = new Int32Array(paths[0].length)
  leaves.forEach((leaf, at) => {
    place[leaf] = at
  })
  const [{ term, ...laid }] = chain
  const levels = Array.from(leaves, (leaf) => term.levels[leaf])
  const inOrder = rowsByLevel(stated, {
    ...layout,
    terms: [{ ...laid, term: { ...term, levels, index: term.index.map((leaf) => place[leaf]) } }],
  })
  const met = chain.flatMap(({ slots }, level) => slots.map((slot) => ({ slot, level })))
  const slotOrder = {
    slotAt: Int32Array.from(met, ({ slot }) => slot),
    levelAt: Int32Array.from(met, ({ level }) => level),
  }
  const structure = { ...forest(leaves, paths, inOrder.structure.start), ...slotOrder }
  return { stated: inOrder.stated, structure, order: inOrder.order, outermost: chain[depth - 1].term }
}

/** Where the slots of each level start among those in order, and their number: length depth + 1. */
export function firstSlots({ depth, levelAt }: Pick<NestedStructure, 'depth' | 'levelAt'>): Int32Array {
  const first = new Int32Array(depth + 1)
  for (const level of levelAt) first[level + 1]++
  for (let l = 0; l < depth; l++) first[l + 1] += first[l]
  return first
}

/** The columns of all terms with the slots of each, those of the factor with the most levels first. */
function finestFirst({ terms }: ParameterLayout): readonly (LaidTerm & { slots: readonly number[] })[] {
  let slot = 0
  return terms
    .flatMap((laid, t) =>
      slotsByElement(laid, t).map((own) => ({
        ...laid,
        slots: own.map(() => slot++),
        units: new Set(laid.term.index).size,
      })),
    )
    .sort((a, b) => b.units - a.units || a.slots[0] - b.slots[0])
}

/** Whether each path is a function of the one before it. */
function isChain(paths: readonly Int32Array[]): boolean {
  for (let l = 2; l < paths.length; l++) {
    const above = new Map<number, number>()
    for (let unit = 0; unit < paths[0].length; unit++) {
      const known = above.get(paths[l - 1][unit])
      if (known !== undefined && known !== paths[l][unit]) return false
      above.set(paths[l - 1][unit], paths[l][unit])
    }
  }
  return true
}

/** Numbers the units of all levels, each after those under it. */
function forest(
  leaves: Int32Array,
  paths: readonly Int32Array[],
  start: Int32Array,
): Omit<NestedStructure, 'slotAt' | 'levelAt'> {
  const depth = paths.length
  const level: number[] = []
  const firstUnit: number[] = []
  const rowStart: number[] = []
  const rowEnd: number[] = []
  const roots: number[] = []
  const openUnit = new Int32Array(depth)
  const openRow = new Int32Array(depth)
  for (let at = 0; at < leaves.length; at++) {
    for (let l = 0; l < depth; l++) {
      const last = at + 1 === leaves.length || paths[l][leaves[at]] !== paths[l][leaves[at + 1]]
      if (!last) break
      if (l === depth - 1) roots.push(level.length)
      level.push(l)
      firstUnit.push(openUnit[l])
      rowStart.push(openRow[l])
      rowEnd.push(start[at + 1])
      openRow[l] = start[at + 1]
      // What opens next at this level or below starts after this unit, and after those above that close with it.
      for (let below = 0; below <= l; below++) openUnit[below] = level.length
    }
  }
  const ancestor = new Int32Array(level.length * depth).fill(-1)
  level.forEach((l, v) => {
    for (let under = firstUnit[v]; under <= v; under++) ancestor[under * depth + l] = v
  })
  return {
    depth,
    level: Int32Array.from(level),
    ancestor,
    firstUnit: Int32Array.from(firstUnit),
    rowStart: Int32Array.from(rowStart),
    rowEnd: Int32Array.from(rowEnd),
    roots: Int32Array.from(roots),
  }
}
