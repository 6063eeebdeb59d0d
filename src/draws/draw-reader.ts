import { chainCount, type Draws, rowsOf } from './draws.js'

/** Bytes of draws that are read at once where they lie on disk. */
const blockBytes = 1 << 20

/** Draws `first` to `first + size - 1` of a chain (from 0): `values` has draw after draw. */
export interface DrawsBlock {
  readonly chain: number
  readonly first: number
  readonly size: number
  readonly values: Float64Array
}

const blockSize = ({ names, ndraws, stored }: Draws): number =>
  stored ? Math.max(1, Math.min(ndraws, Math.floor(blockBytes / (8 * names.length)))) : ndraws

/** All draws, chain after chain, with no more of them in memory at a time than there need be. */
export function* drawsBlocks(draws: Draws): Generator<DrawsBlock> {
  const atOnce = blockSize(draws)
  for (let chain = 0; chain < chainCount(draws); chain++) {
    for (let first = 0; first < draws.ndraws; first += atOnce) {
      const size = Math.min(atOnce, draws.ndraws - first)
      yield { chain, first, size, values: rowsOf(draws, chain, first, first + size) }
    }
  }
}

/** Single draws of all chains together, s counting through one chain after the other: best asked for in their order. */
export function drawReader(draws: Draws): (s: number) => { readonly values: Float64Array; readonly at: number } {
  const { ndraws, names } = draws
  const atOnce = blockSize(draws)
  let held = -1
  let values: Float64Array = new Float64Array(0)
  return (s) => {
    const chain = Math.floor(s / ndraws)
    const d = s - chain * ndraws
    const first = d - (d % atOnce)
    if (held !== chain * ndraws + first) {
      values = rowsOf(draws, chain, first, Math.min(ndraws, first + atOnce))
      held = chain * ndraws + first
    }
    return { values, at: (d - first) * names.length }
  }
}
