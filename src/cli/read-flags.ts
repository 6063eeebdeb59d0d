import { type Command, Option } from 'commander'
import type { ReadOptions } from '../data/read-options.js'
import { GlmmError } from '../errors.js'
import type { OptionValues } from './option-values.js'

/** Flags of how a table is read. */
export interface ReadFlags {
  readonly header: boolean
  readonly names?: string
  readonly comment?: string
  readonly skip?: number
  readonly decimal?: string
  readonly na?: string
  readonly maxBytes?: number
}

/** Options of every command that reads a table. */
export const readOptions = (
  command: Command,
  { word, wholeNumber }: Pick<OptionValues, 'word' | 'wholeNumber'>,
): Command =>
  command
    .option('--no-header', 'the file begins with data; name its columns with --names')
    .option('--names <names>', 'column names for --no-header, separated by commas', word('--names'))
    .option('--comment <sign>', 'what follows it on a line is a comment: #', word('--comment'))
    .option('--skip <n>', 'lines above the header to pass over, such as titles', wholeNumber('--skip'))
    .addOption(
      new Option(
        '--decimal <sign>',
        'a comma for 1,5 (found out where a semicolon or a tab separates), or a point',
      ).argParser(word('--decimal')),
    )
    .option('--na <codes>', 'cells that are missing besides NA, NaN and empty ones: ".,-99,N/A"', word('--na'))
    .option(
      '--max-bytes <n>',
      'bytes to read at most (default: 500 MB of a file, 100 MB of a pipe or of what is compressed)',
      wholeNumber('--max-bytes'),
    )

/** What the flags say about the reading of a table. */
export function readOptionsOf({ header, names, comment, skip, decimal, na, maxBytes }: ReadFlags): ReadOptions {
  if (!header && names === undefined) {
    const hint = 'name the columns, such as --names r,n,treat,center'
    throw new GlmmError('USAGE', 'expected --names with --no-header, got none', hint)
  }
  if (header && names !== undefined) {
    const message = 'expected --names only with --no-header, got --names alone'
    throw new GlmmError('USAGE', message, 'leave --names out, or add --no-header')
  }
  if (decimal !== undefined && decimal !== ',' && decimal !== '.')
    throw new GlmmError('USAGE', `expected a comma or a point after --decimal, got '${decimal}'`, 'write --decimal ,')
  const stated = { comment, skip, decimal, na: na === undefined ? undefined : listed(na), maxBytes } as const
  const given = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined))
  return names === undefined ? given : { ...given, header: false, names: listed(names) }
}

const listed = (text: string): string[] => text.split(',').map((one) => one.trim())

/** The flags of a call that was kept as JSON. */
export function readFlagsOf(call: Readonly<Record<string, unknown>>): ReadFlags {
  const { header, names, comment, skip, decimal, na, maxBytes } = call
  const list = (value: unknown): string | undefined => (Array.isArray(value) ? value.join(',') : undefined)
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
  return {
    header: header !== false,
    names: list(names),
    comment: text(comment),
    skip: number(skip),
    decimal: text(decimal),
    na: list(na),
    maxBytes: number(maxBytes),
  } as ReadFlags
}
