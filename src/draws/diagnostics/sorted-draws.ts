import { sortOrder } from '../../numerics/sort-order.js'

/** All draws of all chains in one new array, chain after chain. */
export function pooled(chains: readonly Float64Array[]): Float64Array {
  let size = 0
  for (const chain of chains) size += chain.length
  const all = new Float64Array(size)
  let at = 0
  for (const chain of chains) {
    all.set(chain, at)
    at += chain.length
  }
  return all
}

/** Draws of all chains in ascending order, NaN last, and where each stood in `pooled(chains)`. */
export interface SortedDraws {
  readonly ascending: Float64Array
  readonly order: Uint32Array
}

export function sortedDraws(chains: readonly Float64Array[]): SortedDraws {
  const all = pooled(chains)
  const order = sortOrder(all)
  const ascending = new Float64Array(all.length)
  for (let k = 0; k < order.length; k++) ascending[k] = all[order[k]]
  return { ascending, order }
}
