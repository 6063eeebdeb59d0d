import { GlmmError, type PlainError } from '../../errors.js'
import type { Row, RowValues, StudyOutline } from './study-plan.js'

/** Keys of a row beside the numbers of its columns. */
const reserved: ReadonlySet<string> = new Set(['condition', 'replicate', 'status', 'code', 'message', 'seed', 'hash'])

/** The key under which a column stands in a row: its name, unless that is one of the row's own. */
const columnKey = (column: string): string => (reserved.has(column) ? `${column}.value` : column)

/** Turns rows of one study into their canonical text and back. */
export interface RowText {
  /**
   * A row as one line of JSON, without the line end: address, status, for a failed row code, message and seed, then
   * the columns. Numbers are the shortest that read back as the same; infinite ones, which stand for estimates without a
   * finite maximum and open ends of intervals, are "Inf" and "-Inf", those that do not exist are null, and -0 is 0. It
   * holds no timing, so that the same row has the same text wherever it was made.
   */
  readonly write: (condition: number, replicate: number, row: RowValues) => string
  /** The row of a line, maybe beyond the replicates of its condition; null where the line is no row of this study. */
  readonly read: (line: string) => ReadRow | null
}

/** A row as it is read back. */
export interface ReadRow extends Row {
  /** Its canonical text, whatever blanks the line had. */
  readonly text: string
  /** What the line gives as its hash; undefined where it gives none. */
  readonly hash: unknown
}

export function rowText({ seed, conditions }: Pick<StudyOutline, 'seed' | 'conditions'>): RowText {
  const heads = new Map<readonly string[], readonly string[]>()
  const headsOf = (columns: readonly string[]): readonly string[] => {
    const known = heads.get(columns) ?? columns.map((column) => `,${JSON.stringify(columnKey(column))}:`)
    heads.set(columns, known)
    return known
  }
  const write: RowText['write'] = (condition, replicate, { values, failure }) => {
    const names = headsOf(conditions[condition].columns)
    let text = `{"condition":${condition},"replicate":${replicate},"status":${failure ? '"failed"' : '"ok"'}`
    if (failure) text += failureText(failure, seed)
    for (let j = 0; j < names.length; j++) text += names[j] + numberText(values[j])
    return `${text}}`
  }
  return {
    write,
    read: (line) => {
      const parsed = parsedLine(line)
      if (parsed === null) return null
      const { condition, replicate, status } = parsed
      const of = Number.isInteger(condition) ? conditions[condition as number] : undefined
      if (of === undefined || !Number.isSafeInteger(replicate) || (status !== 'ok' && status !== 'failed')) return null
      if ((replicate as number) < 0) return null
      const failure = status === 'ok' ? null : failureOf(parsed, seed)
      if (failure === undefined) return null
      const values = new Float64Array(of.columns.length)
      for (let j = 0; j < values.length; j++) {
        const value = parsed[columnKey(of.columns[j])]
        const number = value === null ? Number.NaN : typeof value === 'number' ? value : infinite.get(value)
        if (number === undefined) return null
        values[j] = number
      }
      const address = { condition: condition as number, replicate: replicate as number }
      const text = write(address.condition, address.replicate, { values, failure })
      return { ...address, ok: status === 'ok', values, text, hash: parsed.hash }
    },
  }
}

function parsedLine(line: string): Record<string, unknown> | null {
  try {
    const parsed = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : null
  } catch {
    return null
  }
}

// -0 + 0 is 0.
const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value + 0) : Number.isNaN(value) ? 'null' : value > 0 ? '"Inf"' : '"-Inf"'

const infinite: ReadonlyMap<unknown, number> = new Map([
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
])

const failureText = ({ code, message }: PlainError, seed: number): string =>
  `,"code":${JSON.stringify(code)},"message":${JSON.stringify(firstLine(message))},"seed":${seed}`

/** The failure that a row records; undefined where it has none as `failureText` writes it. */
function failureOf({ code, message, seed: reported }: Record<string, unknown>, seed: number): PlainError | undefined {
  if (typeof code !== 'string' || typeof message !== 'string' || reported !== seed) return undefined
  return { code: code as PlainError['code'], message, hint: '' }
}

/** A fault of the program has a stack for a message, which names places that differ between machines. */
const firstLine = (message: string): string => message.split('\n', 1)[0]

/** A row of a study as its record has it. */
export type RowRecord = Readonly<Record<string, number | string | null>> & {
  readonly condition: number
  readonly replicate: number
  readonly status: 'ok' | 'failed'
}

/** The address in a text `condition:replicate`, which must be one of the study's. */
export function readAddress(text: string, { conditions }: StudyOutline): { condition: number; replicate: number } {
  const [, a, b] = /^(\d+):(\d+)$/.exec(text.trim()) ?? []
  const condition = Number(a)
  const replicate = Number(b)
  if (replicate < (conditions[condition]?.replicates ?? 0)) return { condition, replicate }
  const most = conditions.map(({ replicates }, c) => `${c}:0 to ${c}:${replicates - 1}`).slice(0, 4)
  const known = most.join(', ') + (conditions.length > most.length ? ', ...' : '')
  throw new GlmmError(
    'USAGE',
    `expected a row of the study (${known}), got '${text}'`,
    'write it as condition:replicate',
  )
}
