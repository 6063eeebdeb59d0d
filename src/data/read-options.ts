import { excerpt, GlmmError } from '../errors.js'

/** How a file is read, where it does not say so itself. */
export interface ReadOptions {
  /** False for a text without a line of names, which `names` then gives. */
  readonly header?: boolean | undefined
  /** Names of the columns, where `header` is false. */
  readonly names?: readonly string[] | undefined
  /** What messages call the table; a file name, or 'the data'. */
  readonly source?: string | undefined
  /** What follows this sign on a line, outside quotes, is left out: '#'. None unless given. */
  readonly comment?: string | undefined
  /** Lines before the header that are passed over, such as titles. */
  readonly skip?: number | undefined
  /** The sign of decimals. Unless given a point, or a comma where the separator is a semicolon or a tab and the cells say so. */
  readonly decimal?: '.' | ',' | undefined
  /** Cells that stand for a missing value besides NA, NaN and empty ones; a number in any spelling. */
  readonly na?: readonly (string | number)[] | undefined
  /** Bytes read at most, those of a compressed file once it is uncompressed. See `byteBound`. */
  readonly maxBytes?: number | undefined
}

/** Options of reading that commands have under the same name, `names` standing for a table without a header. */
export const readChoices = ['names', 'comment', 'skip', 'decimal', 'na', 'maxBytes'] as const

/** The options, or USAGE for one that makes no sense. */
export function checkedReading(options: ReadOptions): ReadOptions {
  const { comment, skip, decimal, na, maxBytes } = options
  if (comment !== undefined && (typeof comment !== 'string' || !/^[^\s\w",;.+-]{1,8}$/u.test(comment)))
    throw fault('a sign such as # that begins comments', 'comment', comment, 'give one that no cell has')
  if (skip !== undefined && !(Number.isInteger(skip) && skip >= 0))
    throw fault('a number of lines from 0 on', 'skip', skip, 'count the lines above the header')
  if (decimal !== undefined && decimal !== '.' && decimal !== ',')
    throw fault('a point or a comma', 'decimal', decimal, 'write --decimal , for numbers such as 1,5')
  if (na !== undefined && !(Array.isArray(na) && na.every(isCode)))
    throw fault('a list of cells that are missing', 'na', na, 'separate them by commas: --na ".,-99,N/A"')
  if (maxBytes !== undefined && !(Number.isInteger(maxBytes) && maxBytes > 0))
    throw fault('a number of bytes from 1 on', 'maxBytes', maxBytes, 'write --max-bytes 1000000000 for 1 GB')
  return options
}

const isCode = (code: unknown): boolean => typeof code === 'string' || typeof code === 'number'

const fault = (expected: string, option: string, got: unknown, hint: string): GlmmError =>
  new GlmmError('USAGE', `expected ${expected} as ${option}, got ${excerpt(JSON.stringify(got) ?? 'none', 60)}`, hint)
