import type { WriteBlock } from './block-files.js'
import type { ChainStatistics } from './chain-statistics.js'

/**
 * Where one chain puts its draws: memory that threads share, so that draws are not copied and survive the
 * thread that made them; and a file for more draws than memory should hold. Plain data, which may cross threads.
 */
export interface ChainSpace {
  /** Numbers a draw. */
  readonly width: number
  /** Draws there is room for. */
  readonly draws: number
  /** Draws in memory: all of them, or the block of `blockDraws` being filled where there is a file. Draw after draw. */
  readonly values: Float64Array
  readonly blockDraws: number
  /** Descriptor of a file of finished blocks, each parameter after parameter; null where all draws are in memory. */
  readonly file: number | null
  /** `statisticFields`, one after the other, `draws` numbers each. */
  readonly statistics: Float64Array
  /** One element: draws that are whole. */
  readonly done: Int32Array
  /** Step size; seconds of warm-up; seconds of sampling. */
  readonly tuning: Float64Array
}

/** Statistics with a number a draw. */
const statisticFields: readonly Exclude<keyof ChainStatistics, 'stepSize'>[] = [
  'logDensity',
  'acceptRate',
  'treeDepth',
  'leapfrogs',
  'divergent',
  'energy',
  'cut',
]

/** Bytes of a block on its way to a file: large enough that the disk is asked seldom. */
const blockBytes = 1 << 20

/** Memory that threads share; a browser that has none to share runs no threads either. */
const shared = (bytes: number): ArrayBufferLike =>
  typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes)

const sharedFloats = (length: number): Float64Array => new Float64Array(shared(length * Float64Array.BYTES_PER_ELEMENT))

export function chainSpace(draws: number, width: number, file: number | null): ChainSpace {
  const blockDraws = file === null ? draws : Math.max(1, Math.min(draws, Math.floor(blockBytes / (8 * width))))
  return {
    width,
    draws,
    values: sharedFloats(blockDraws * width),
    blockDraws,
    file,
    statistics: sharedFloats(draws * statisticFields.length),
    done: new Int32Array(shared(Int32Array.BYTES_PER_ELEMENT)),
    tuning: sharedFloats(3),
  }
}

/** Fills a space, draw after draw, from draw `space.done` on. */
export interface ChainWriter {
  /** Where draw d begins in `space.values`. */
  readonly at: (d: number) => number
  /** Takes draw d, whose numbers stand there, as whole; its block goes to the file when it is full. Throws what the disk throws. */
  readonly take: (d: number) => void
}

/** The writer of a space; `write` takes the blocks of one with a file. */
export function chainWriter(
  { width, values, blockDraws, file, done }: ChainSpace,
  write: WriteBlock | null,
): ChainWriter {
  if (file !== null && write === null) throw new TypeError('draws for a file, and nothing that writes them')
  const turned = file === null ? null : new Float64Array(blockDraws * width)
  return {
    at: (d) => (d % blockDraws) * width,
    take: (d) => {
      if (turned && write && file !== null && d % blockDraws === blockDraws - 1) {
        for (let r = 0; r < blockDraws; r++) {
          for (let j = 0; j < width; j++) turned[j * blockDraws + r] = values[r * width + j]
        }
        write(file, turned, Math.floor(d / blockDraws) * turned.byteLength)
      }
      Atomics.store(done, 0, d + 1)
    },
  }
}

/** The first `ndraws` entries of the statistics: views. */
export function spaceStatistics({ statistics, draws, tuning }: ChainSpace, ndraws: number): ChainStatistics {
  const column = (field: (typeof statisticFields)[number]): Float64Array => {
    const from = statisticFields.indexOf(field) * draws
    return statistics.subarray(from, from + ndraws)
  }
  return {
    logDensity: column('logDensity'),
    acceptRate: column('acceptRate'),
    stepSize: tuning[0],
    treeDepth: column('treeDepth'),
    leapfrogs: column('leapfrogs'),
    divergent: column('divergent'),
    energy: column('energy'),
    cut: column('cut'),
  }
}

/** Puts draws that were made before, and their statistics, in front. */
export function fillSpace(
  space: ChainSpace,
  values: Float64Array,
  statistics: ChainStatistics,
  ndraws: number,
  write: WriteBlock | null,
): void {
  const { width, draws, done, tuning } = space
  Atomics.store(done, 0, 0)
  statisticFields.forEach((field, k) => {
    space.statistics.set(statistics[field].subarray(0, ndraws), k * draws)
  })
  tuning[0] = statistics.stepSize
  const writer = chainWriter(space, write)
  for (let d = 0; d < ndraws; d++) {
    space.values.set(values.subarray(d * width, (d + 1) * width), writer.at(d))
    writer.take(d)
  }
}

/** Takes over the draws of a space without a file that was filled beyond the reach of shared memory. */
export function copySpace(from: ChainSpace, into: ChainSpace): void {
  if (from.done[0] <= into.done[0]) return
  into.values.set(from.values)
  into.statistics.set(from.statistics)
  into.tuning.set(from.tuning)
  Atomics.store(into.done, 0, from.done[0])
}
