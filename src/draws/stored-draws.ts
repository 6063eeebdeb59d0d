import type { BlockFiles } from './block-files.js'
import type { ChainSpace } from './chain-space.js'
import type { Draws, StoredDraws } from './draws.js'

/** The first `ndraws` draws of chains in their spaces: in memory, or, where there are `files`, all with files. */
export function drawsIn(
  names: readonly string[],
  spaces: readonly ChainSpace[],
  ndraws: number,
  files: BlockFiles | null,
): Draws {
  const width = names.length
  if (files === null) {
    return { names, ndraws, values: spaces.map(({ values }) => values.subarray(0, ndraws * width)) }
  }
  const stored = storedDraws(spaces, ndraws, files)
  let values: Float64Array[] | null = null
  return {
    names,
    ndraws,
    stored,
    get values() {
      values ??= spaces.map((_, c) => stored.rows(c, 0, ndraws))
      return values
    },
  }
}

function storedDraws(spaces: readonly ChainSpace[], ndraws: number, files: BlockFiles): StoredDraws {
  /** Calls `take` with each block that holds draws from `from` to `to`: its first draw, its draws, its columns `first` to `last`. */
  const blocks = (
    { file, done, blockDraws, width, values }: ChainSpace,
    [from, to]: readonly [number, number],
    [first, last]: readonly [number, number],
    take: (start: number, size: number, columns: Float64Array) => void,
  ): void => {
    const onDisk = Math.floor(done[0] / blockDraws) * blockDraws
    const columns = new Float64Array(blockDraws * (last - first))
    for (let start = from - (from % blockDraws); start < to; start += blockDraws) {
      if (start < onDisk) files.read(file!, columns, 8 * (start * width + first * blockDraws))
      else {
        for (let j = first; j < last; j++) {
          for (let r = 0; r < blockDraws; r++) columns[(j - first) * blockDraws + r] = values[r * width + j]
        }
      }
      take(start, blockDraws, columns)
    }
  }
  return {
    chains: spaces.length,
    columns: (first, last) => {
      const found = Array.from({ length: last - first }, () => spaces.map(() => new Float64Array(ndraws)))
      spaces.forEach((space, c) => {
        blocks(space, [0, ndraws], [first, last], (start, size, columns) => {
          const end = Math.min(size, ndraws - start)
          found.forEach((chains, j) => {
            chains[c].set(columns.subarray(j * size, j * size + end), start)
          })
        })
      })
      return found
    },
    rows: (c, from, to) => {
      const { width } = spaces[c]
      const rows = new Float64Array((to - from) * width)
      blocks(spaces[c], [from, to], [0, width], (start, size, columns) => {
        for (let d = Math.max(start, from); d < Math.min(start + size, to); d++) {
          for (let j = 0, at = (d - from) * width; j < width; j++) rows[at + j] = columns[j * size + d - start]
        }
      })
      return rows
    },
    close: () => files.close(spaces.map(({ file }) => file)),
  }
}
