import type { Warning } from '../../errors.js'
import type { Span } from './row-ledger.js'
import type { RowRecord } from '../spec/row-text.js'

const mostKept = 20_000

/** The rows a record shows: all of them, or none where there are more than `most`. */
export interface KeptRows {
  readonly visit: (line: string) => void
  readonly rows: () => RowRecord[]
  /** What a reader should know of the rows; `log` is where they are. */
  readonly warnings: (failed: number, done: number, log: string | null) => Warning[]
  readonly complete: boolean
}

export function keptRows(spans: readonly Span[], most: number = mostKept): KeptRows {
  const complete = spans.reduce((sum, { from, to }) => sum + to - from, 0) <= most
  const lines: string[] = []
  return {
    complete,
    visit: (line) => {
      if (complete) lines.push(line)
    },
    rows: () =>
      lines
        .map((line) => JSON.parse(line) as RowRecord)
        .sort((a, b) => a.condition - b.condition || a.replicate - b.replicate),
    warnings: (failed, done, log) => {
      const warnings: Warning[] = []
      if (failed > 0) {
        const message = `${failed} of ${done} rows failed; glmm study replay shows each of them again`
        warnings.push({ code: 'FAILED_ROWS', message })
      }
      if (!complete) {
        const where = log === null ? 'and there was no log to keep them' : `they are in ${log}`
        warnings.push({ code: 'ROWS', message: `the rows are too many for the record: ${where}` })
      }
      return warnings
    },
  }
}
