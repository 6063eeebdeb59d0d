import { GlmmError } from '../../errors.js'
import type { Span } from '../rows/row-ledger.js'
import type { Condition } from '../spec/study-plan.js'

/** Part `index` of `of`, counted from 1. */
export interface Shard {
  readonly index: number
  readonly of: number
}

/** More parts than machines anywhere. */
const mostShards = 100_000

export function readShard(text: string): Shard {
  const [, a, b] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? []
  const shard = { index: Number(a), of: Number(b) }
  if (shard.index >= 1 && shard.index <= shard.of && shard.of <= mostShards) return shard
  const hint = `parts are counted from 1, and there are at most ${mostShards}`
  throw new GlmmError('USAGE', `expected a part such as 3/40 for --shard, got '${text.slice(0, 60)}'`, hint)
}

export const shardText = ({ index, of }: Shard): string => `${index}/${of}`

/** Refuses to cut a study into more parts than it has rows: some would be empty, and make nothing in silence. */
export function checkShard(conditions: readonly Condition[], shard: Shard): void {
  const rows = conditions.reduce((sum, { replicates }) => sum + replicates, 0)
  if (shard.of <= rows) return
  const message = `expected at most as many parts as the study has rows, which are ${rows}, got ${shardText(shard)}`
  throw new GlmmError('USAGE', message, `cut it into ${rows} parts or fewer`)
}

/** The replicates of each condition in a shard: rows in the order of their addresses, cut into even runs. */
export function shardSpans(conditions: readonly Condition[], { index, of }: Shard = { index: 1, of: 1 }): Span[] {
  const total = conditions.reduce((sum, { replicates }) => sum + replicates, 0)
  const first = Math.floor((total * (index - 1)) / of)
  const last = Math.floor((total * index) / of)
  let before = 0
  return conditions.map(({ replicates }) => {
    const clip = (row: number): number => Math.max(0, Math.min(replicates, row - before))
    const span = { from: clip(first), to: clip(last) }
    before += replicates
    return span
  })
}
