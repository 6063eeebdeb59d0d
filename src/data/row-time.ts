import { GlmmError } from '../errors.js'
import { absentColumn, cellAt, type Frame, gather, placeOf } from './frame.js'
import type { RowTime } from './model.js'

/** A date, or a date and a time of day, as ISO 8601 writes them. */
const isoDate = /^\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/

/** The column of times in the rows of the frame: numbers, or dates by their milliseconds. Throws COLUMN. */
export function rowTime(name: string, frame: Frame): RowTime {
  const column = frame.columns.get(name)
  if (column === undefined) throw absentColumn(frame.table, name, 'a column of times')
  if (column.kind === 'numeric') return { name, values: gather(column.values, frame.rows) }
  const codes = gather(column.codes, frame.rows)
  const times = column.levels.map((text) => (isoDate.test(text.trim()) ? Date.parse(zoned(text.trim())) : Number.NaN))
  const row = codes.findIndex((code) => code >= 0 && Number.isNaN(times[code]))
  if (row >= 0)
    throw new GlmmError(
      'COLUMN',
      `numbers or dates such as 2024-03-01 were expected in column ${name} of times, got ${cellAt(column, frame.rows === null ? row : frame.rows[row])} in ${placeOf(frame, row)}`,
      'number the times in their order: text has none',
    )
  return { name, values: Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : times[code])) }
}

/** A time of day without a zone is read as UTC, so that the machine's own zone changes nothing. */
const zoned = (text: string): string => {
  const iso = text.replace(' ', 'T')
  return /T/.test(iso) && !/(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? `${iso}Z` : iso
}
