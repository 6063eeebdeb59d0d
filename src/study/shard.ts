import { GlmmError } from '../errors.js'
import type { Span } from './row-ledger.js'
import type { Condition } from './study-plan.js'

/** Part `index` of `of`, counted from 1. */
export interface Shard {
  readonly index: number
  readonly of: number
}

export function readShard(text: string): Shard {
  const [, a, b] = /^(\d+)\/(\d+)$/.exec(text.trim()) ?? []
  const shard = { index: Number(a), of: Number(b) }
  if (shard.index >= 1 && shard.index <= shard.of) return shard
  throw new GlmmError('USAGE', `expected a part such as 3/40 for --shard, got '${text}'`, 'parts are counted from 1')
}

export const shardText = ({ index, of }: Shard): string => `${index}/${of}`

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
