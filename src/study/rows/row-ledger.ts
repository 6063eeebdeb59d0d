import type { Row, Summary } from '../spec/study-plan.js'

/** Replicates from (included) to to (excluded). */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A hash of what it is given, part after part. */
export interface RunningHash {
  readonly update: (part: string | Uint8Array) => void
  /** Hexadecimal digits; to be asked once, at the end. */
  readonly digest: () => string
}

/** Which rows there are. They come in any order and are hashed and summed up in that of their addresses. */
export interface RowLedger {
  /** Takes a row in; false where it is known already or not asked for. */
  readonly add: (row: Row, line: string) => boolean
  readonly has: (condition: number, replicate: number) => boolean
  /** Ends a condition before its last replicate; its rows beyond are left out. */
  readonly close: (condition: number, to: number) => void
  readonly count: () => { readonly done: number; readonly failed: number }
  /** The first replicate of a condition that is missing. */
  readonly completeTo: (condition: number) => number
  /**
   * The hash of the rows' texts in the order of condition and replicate, each with a line end.
   * To be called once, at the end; with rows missing, it is the hash of the others, and the measures are of these.
   */
  readonly rowsHash: () => string
}

/**
 * A ledger of the given replicates of each condition. Rows ahead of one that is missing wait in memory; since work is
 * handed out in order, they are few. `visit` sees the text of each row as it is summed up.
 */
export function rowLedger(
  spans: readonly Span[],
  summary: Pick<Summary, 'add'>,
  hash: RunningHash,
  visit: (line: string) => void = () => {},
): RowLedger {
  const ends = spans.map(({ to }) => to)
  /** The first replicate of each condition that is not summed up. */
  const next = spans.map(({ from }) => from)
  const waiting = spans.map(() => new Map<number, { readonly row: Row; readonly line: string }>())
  /** Lines summed up before those of an earlier condition were all there. */
  const unhashed: string[][] = spans.map(() => [])
  /** The condition whose lines go to the hash at once. */
  let current = 0
  let done = 0
  let failed = 0

  const release = (condition: number): void => {
    for (const line of unhashed[condition]) hash.update(`${line}\n`)
    unhashed[condition] = []
  }
  const advance = (): void => {
    while (current < ends.length && next[current] >= ends[current]) {
      current++
      if (current < ends.length) release(current)
    }
  }
  const sumUp = (row: Row, line: string): void => {
    summary.add(row)
    visit(line)
    if (row.condition === current) hash.update(`${line}\n`)
    else unhashed[row.condition].push(line)
  }
  const has = (condition: number, replicate: number): boolean =>
    (replicate >= spans[condition].from && replicate < next[condition]) || waiting[condition].has(replicate)

  advance()
  return {
    has,
    add: (row, line) => {
      const { condition, replicate } = row
      if (replicate < spans[condition].from || replicate >= ends[condition] || has(condition, replicate)) return false
      done++
      if (!row.ok) failed++
      if (replicate > next[condition]) {
        waiting[condition].set(replicate, { row, line })
        return true
      }
      sumUp(row, line)
      next[condition]++
      const queue = waiting[condition]
      for (let found = queue.get(next[condition]); found; found = queue.get(next[condition])) {
        queue.delete(next[condition])
        sumUp(found.row, found.line)
        next[condition]++
      }
      if (condition === current) advance()
      return true
    },
    close: (condition, to) => {
      ends[condition] = to
      for (const [replicate, { row }] of waiting[condition]) {
        if (replicate < to) continue
        waiting[condition].delete(replicate)
        done--
        if (!row.ok) failed--
      }
      advance()
    },
    count: () => ({ done, failed }),
    completeTo: (condition) => next[condition],
    rowsHash: () => {
      for (; current < ends.length; current++) {
        release(current)
        const rest = [...waiting[current]].sort(([a], [b]) => a - b)
        waiting[current].clear()
        for (const [, { row, line }] of rest) sumUp(row, line)
      }
      return hash.digest()
    },
  }
}
