import { GlmmError } from '../errors.js'
import type { ReadOptions } from './read-options.js'
import { type Delimiter, eachLine } from './text-rows.js'

/** Where the rows of a text begin, and what separates their cells. */
export interface TextLayout {
  /** The text from its header on. */
  readonly body: string
  /** Lines before it. */
  readonly before: number
  readonly delimiter: Delimiter
}

/**
 * Passes over `skip` lines and Excel's line `sep=;`, and finds the delimiter: the one the first line has most of, white
 * space where it has none. In a text without header, of `width` columns, tabs are white space unless they alone make as
 * many fields.
 */
export function textLayout(text: string, options: ReadOptions, width: number | null): TextLayout {
  let body = text
  let before = 0
  for (; before < (options.skip ?? 0); before++) {
    const length = lineLength(body)
    if (length === body.length)
      throw new GlmmError(
        'TABLE',
        `more than ${options.skip} lines were expected in ${options.source ?? 'the data'}, got ${before + 1}`,
        'give --skip the number of lines above the header',
      )
    body = body.slice(length)
  }
  const reported = body.match(/^"?sep=([^\w\s]|\t)"?[^\S\n\r]*(?:\r\n|\n|\r|$)/i)
  if (reported !== null) return { body: body.slice(reported[0].length), before: before + 1, delimiter: reported[1] }
  return { body, before, delimiter: delimiterOf(body, options, width) }
}

/** Length of the first line with its end. */
function lineLength(text: string): number {
  const end = text.search(/[\n\r]/)
  if (end < 0) return text.length
  return text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1
}

/** Characters in which the first line is looked for. */
const seen = 1_000_000

function delimiterOf(body: string, { comment, decimal }: ReadOptions, width: number | null): Delimiter {
  let first = ''
  const start = Math.max(body.search(/\S/), 0)
  eachLine(body.slice(0, start + seen), (line) => {
    if (first === '' && !(comment && line.trimStart().startsWith(comment))) first = line
  })
  const unquoted = first.trim().replace(/"(?:[^"]|"")*"/g, 'q')
  const count = (sign: string): number => unquoted.split(sign).length - 1
  let best: Delimiter | null = null
  let most = 0
  for (const delimiter of [';', '\t', ',', '|'] as const) {
    // Where commas are decimals, and in a bar of a name, a separator of the others is the likelier one.
    if ((delimiter === '|' || (delimiter === ',' && decimal === ',')) && best !== null) continue
    if (delimiter === ',' && decimal === ',' && width !== null && /\s/.test(unquoted)) continue
    const times = count(delimiter)
    const tie = delimiter === ',' && times > 0 && times === most
    if ((times <= most && !tie) || (delimiter === '\t' && width !== null && times + 1 !== width)) continue
    most = times
    best = delimiter
  }
  return best ?? (width === null && !/\s/.test(unquoted) ? ',' : 'white space')
}

/** Lines that are looked at for where the header is. */
const probed = 40

/**
 * What to do about a text whose rows have other numbers of fields than its first line: the first line from which on
 * they agree is then the header, and what is above a title or a comment. Null where nothing of the kind is seen.
 */
export function titleHint({ body, before }: TextLayout): string | null {
  const lines: { readonly text: string; readonly number: number }[] = []
  eachLine(body.slice(0, 100_000), (line, number) => {
    if (lines.length < probed) lines.push({ text: line.replace(/"(?:[^"]|"")*"/g, 'q'), number })
  })
  if (lines.length < 4) return null
  for (const delimiter of [',', ';', '\t']) {
    const counts = lines.map(({ text }) => text.split(delimiter).length)
    const last = counts[counts.length - 2]
    let from = counts.length - 2
    while (from > 0 && counts[from - 1] === last) from--
    if (last < 2 || from === 0 || counts.length - from < 3) continue
    const signs = new Set(lines.slice(0, from).map(({ text }) => text.trimStart()[0]))
    const [sign] = signs
    if (signs.size === 1 && /[#%!*]/.test(sign)) return `the first lines look like comments: add --comment "${sign}"`
    const skip = before + lines[from].number - 1
    return `if the header is line ${skip + 1}, pass over what is above it: --skip ${skip}`
  }
  return null
}
