import { createHash } from 'node:crypto'
import type { ChainStatistics } from '../../src/draws/chain-statistics.js'
import { chainCount, type Draws, rowsOf } from '../../src/draws/draws.js'

/** What identifies the draws of a run. */
export interface DrawsSeal {
  /** SHA-256 of the names of the parameters. */
  readonly names: string
  readonly draws: number
  readonly chains: readonly ChainSeal[]
}

export interface ChainSeal {
  /** SHA-256 of the chain's numbers, its sampler's statistics included, draw after draw. */
  readonly hash: string
  /** A sum over its draws that does not depend on their order. */
  readonly sum: number
}

const numbersAtOnce = 1 << 16
const modulus = 2 ** 32

/** The seal of draws. Those that a file gives back have it as well: all digits are written; -0 counts as 0. */
export function sealOf(draws: Draws, statistics: readonly ChainStatistics[]): DrawsSeal {
  const names = createHash('sha256').update(JSON.stringify(draws.names)).digest('hex')
  const chains = Array.from({ length: chainCount(draws) }, (_, c) => chainSeal(draws, c, statistics[c]))
  return { names, draws: draws.ndraws, chains }
}

function chainSeal(draws: Draws, c: number, statistics: ChainStatistics | undefined): ChainSeal {
  const { ndraws, names } = draws
  const width = names.length
  const hash = createHash('sha256')
  const atOnce = Math.max(1, Math.floor(numbersAtOnce / Math.max(1, width)))
  let sum = 0
  for (let from = 0; from < ndraws; from += atOnce) {
    const rows = rowsOf(draws, c, from, Math.min(ndraws, from + atOnce)).map(plain)
    const words = new Int32Array(rows.buffer, rows.byteOffset, 2 * rows.length)
    hash.update(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength))
    for (let at = 0; at < words.length; at += 2 * width) sum = (sum + mixed(words, at, at + 2 * width)) % modulus
  }
  for (const values of statistics ? columnsOf(statistics) : []) {
    const column = values.map(plain)
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  }
  return { hash: hash.digest('hex'), sum }
}

const columnsOf = (own: ChainStatistics): Float64Array[] => [
  own.logDensity,
  own.acceptRate,
  Float64Array.of(own.stepSize),
  own.treeDepth,
  own.leapfrogs,
  own.divergent,
  own.energy,
  own.cut,
]

/** One NaN and one zero. */
const plain = (value: number): number => (Number.isNaN(value) ? Number.NaN : value + 0)

/** Words mixed into one from 0 to 2^32 - 1, by the multiplications of MurmurHash3's finaliser. */
function mixed(words: Int32Array, from: number, to: number): number {
  let h = 0
  for (let i = from; i < to; i++) {
    h = Math.imul(h ^ words[i], 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    h ^= h >>> 16
  }
  return h >>> 0
}

/** How draws differ from those of a seal, as a clause; null where they do not. */
export function brokenSeal(wanted: DrawsSeal, draws: Draws, statistics: readonly ChainStatistics[]): string | null {
  const found = sealOf(draws, statistics)
  const count = wanted.chains.length
  if (found.names !== wanted.names) return `those of other parameters (${draws.names.slice(0, 3).join(', ')}, ...)`
  if (found.chains.length !== count) return `${found.chains.length} chains, not ${count}`
  if (found.draws !== wanted.draws) return `${found.draws} draws a chain, not ${wanted.draws}`
  const broken = wanted.chains.flatMap(({ hash }, c) => (found.chains[c].hash === hash ? [] : [c]))
  if (broken.length === 0) return null
  const lost = firstLost(draws)
  if (lost !== null) return lost
  const hashes = new Set(wanted.chains.map(({ hash }) => hash))
  if (found.chains.every(({ hash }) => hashes.has(hash))) return 'its chains in another order'
  const named = `chain${broken.length === 1 ? '' : 's'} ${broken.map((c) => c + 1).join(', ')}`
  if (broken.every((c) => found.chains[c].sum === wanted.chains[c].sum)) {
    return `draws in another order, or with other statistics, in ${named}`
  }
  return broken.length === count ? 'those of another run, or altered ones' : `altered draws in ${named}`
}

/** The first draw that is no finite number. */
function firstLost(draws: Draws): string | null {
  const { names, ndraws } = draws
  for (let c = 0; c < chainCount(draws); c++) {
    for (let d = 0; d < ndraws; d++) {
      const j = rowsOf(draws, c, d, d + 1).findIndex((value) => !Number.isFinite(value))
      if (j >= 0) return `no finite number for ${names[j]} in draw ${d + 1} of chain ${c + 1}`
    }
  }
  return null
}
