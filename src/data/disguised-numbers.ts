import type { Warning } from '../errors.js'
import { aroundNumbers, isMeasured, type Look, lookOf, looksMissing, lookTexts } from './cell-looks.js'
import { levelCounts } from './level-counts.js'
import { parseCommaNumber, parseNumber } from './parse-number.js'
import type { Column, FactorColumn, Table } from './table.js'

/** What is wrong with a column, and what to do. */
export interface Fault {
  readonly message: string
  readonly hint: string
}

/** What a column of text seems to be, where that is a column of numbers. */
export interface Disguise {
  /** missing: a code of missing values among numbers; look: numbers that look otherwise; stray: texts among numbers. */
  readonly kind: 'missing' | 'look' | 'stray'
  readonly look: Look | null
  /** Levels that are no plain numbers, with their cells, the most frequent first. */
  readonly texts: readonly Text[]
  /** Codes of missing values among them. */
  readonly codes: readonly string[]
  readonly present: number
  /** Whether it has few levels with many rows each, as a factor has. */
  readonly few: boolean
}

interface Text {
  readonly level: string
  readonly cells: number
  /** Null for a code of missing values, and for what looks like no number. */
  readonly look: Look | null
}

const found = new WeakMap<FactorColumn, Disguise | null>()

/** Levels a factor of measured numbers hardly has. */
const fewLevels = 12
/** Levels a factor has whose names are numbers but for some. */
const fewMixed = 30
/** Share of the cells that are numbers from which on the others are slips. */
const mostly = 0.5

/** What a column of text hides; null for a column of names. */
export function disguiseOf(column: FactorColumn): Disguise | null {
  const known = found.get(column)
  if (known !== undefined) return known
  const disguise = judged(column)
  found.set(column, disguise)
  return disguise
}

function judged(column: FactorColumn): Disguise | null {
  const { levels, comma } = column
  const parse = comma ? parseCommaNumber : parseNumber
  const counts = levelCounts(column)
  const looks = new Map<Look, number>()
  const lookAt = withoutNames(
    labelsApart(
      levels.map((level, i) => (counts[i] === 0 ? null : comma ? commaLook(level) : lookOf(level))),
      levels,
    ),
    column,
    counts,
  )
  const texts: Text[] = []
  const codes: string[] = []
  const cells = { present: 0, numbers: 0, looking: 0, missing: 0, strange: 0 }
  let different = 0
  let rarest = Number.POSITIVE_INFINITY
  for (const [i, level] of levels.entries()) {
    const n = counts[i]
    if (n === 0) continue
    different++
    cells.present += n
    const look = lookAt[i]
    if (look === null && !Number.isNaN(parse(level))) {
      cells.numbers += n
      continue
    }
    texts.push({ level, cells: n, look })
    if (look !== null) {
      looks.set(look, (looks.get(look) ?? 0) + n)
      cells.looking += n
    } else if (looksMissing(level)) {
      codes.push(level)
      cells.missing += n
    } else {
      cells.strange += n
      rarest = Math.min(rarest, n)
    }
  }
  texts.sort((a, b) => b.cells - a.cells)
  const { present, numbers, looking, missing, strange } = cells
  const again = present >= 2 * different
  const reported = { texts, codes, present, few: again && different <= fewLevels }
  if (strange === 0 && looking === 0) {
    if (missing > 0 && numbers > 0) return { ...reported, kind: 'missing', look: null }
    // All are numbers: texts of a program or of Parquet.
    return numbers > 0 && !again ? { ...reported, kind: 'look', look: 'text' } : null
  }
  const [look] = [...looks].sort(([, a], [, b]) => b - a)[0] ?? [null]
  // Age groups such as 01, 23, 46 and 7p.
  if (strange === 0 && look === 'unit' && numbers > 0 && again && different <= fewMixed) return null
  if (strange === 0) return { ...reported, kind: 'look', look }
  if (again && rarest > 1 && different <= fewMixed) return null
  return numbers + looking >= mostly * present ? { ...reported, kind: 'stray', look } : null
}

/** Units that a measure of one kind may be given in. */
const mostUnits = 2

/**
 * The looks, without those of numbers with a unit where the units are too many (1a, 2b, 3c), ordinals (1st, 2nd), or one
 * letter that is hardly a unit (1p, 2p): texts, then, that are names.
 */
function labelsApart(looks: readonly (Look | null)[], levels: readonly string[]): readonly (Look | null)[] {
  const units = new Set<string>()
  for (const [i, look] of looks.entries()) if (look === 'unit') units.add(levels[i].trim().replace(/^[+-]?[\d.,]+/, ''))
  const isUnit = (unit: string): boolean => !/^(?:[^gmshlGLWVAKCF]|st|nd|rd|th|p)$/.test(unit)
  if (units.size > 0 && units.size <= mostUnits && [...units].every(isUnit)) return looks
  return looks.map((look) => (look === 'unit' ? null : look))
}

/** Share of the texts that have the same signs around their numbers. */
const alikeShare = 0.9

/**
 * The looks, and where nearly all of many texts, hardly any of which comes again, are numbers with the same signs around
 * them (22 [kg], 1:250, 5 ft 4 in, 12 (10, 14)), that of these: a factor would have a coefficient a cell.
 */
function withoutNames(
  looks: readonly (Look | null)[],
  { levels }: FactorColumn,
  counts: ArrayLike<number>,
): readonly (Look | null)[] {
  const seen = levels.flatMap((_, i) => (counts[i] > 0 ? [i] : []))
  const present = seen.reduce((sum, i) => sum + counts[i], 0)
  if (seen.length <= fewLevels || present >= 2 * seen.length) return looks
  const texts = seen.filter(
    (i) => looks[i] === null && Number.isNaN(parseNumber(levels[i])) && !looksMissing(levels[i]),
  )
  const around = new Map<string, number[]>()
  for (const i of texts) {
    const left = aroundNumbers(levels[i])
    if (left === null) continue
    const same = around.get(left)
    if (same === undefined) around.set(left, [i])
    else same.push(i)
  }
  const [most] = [...around.values()].sort((a, b) => b.length - a.length)
  if (most === undefined || most.length < alikeShare * texts.length || most.length < mostly * seen.length) return looks
  if (!most.some((i) => isMeasured(levels[i]))) return looks
  const same = new Set(most)
  return looks.map((look, i) => (same.has(i) ? 'around' : look))
}

/** The same in a file with decimal commas, in which a point is none of a decimal. */
function commaLook(level: string): Look | null {
  if (!Number.isNaN(parseCommaNumber(level))) return null
  const look = lookOf(level)
  if (look !== null || Number.isNaN(parseNumber(level))) return look
  return /^[+-]?\d{1,3}(?:\.\d{3})+$/.test(level) ? 'thousands' : 'point'
}

/** The complaint of a column that is used as numbers or as a factor of its texts; null where it may be used so. */
export function disguiseFault(column: FactorColumn, table: Table): Fault | null {
  const disguise = disguiseOf(column)
  if (disguise === null || isNaming(disguise)) return null
  return faultOf(column, disguise, table)
}

/** The same for a column that has to be numbers, be it a factor that may be meant; null where a cell is a mere text. */
export function numbersFault(column: FactorColumn, table: Table): Fault | null {
  const disguise = disguiseOf(column)
  return disguise === null || disguise.kind === 'stray' ? null : faultOf(column, disguise, table)
}

/** The same for a column that groups rows, whose texts may be any but a code of missing values among numbers. */
export function groupsFault(column: Column, table: Table): Fault | null {
  if (column.kind !== 'factor' || !column.levels.some(looksMissing)) return null
  const disguise = disguiseOf(column)
  return disguise?.kind === 'missing' ? faultOf(column, disguise, table) : null
}

const isNaming = ({ kind, look, few }: Disguise): boolean => kind === 'look' && few && lookTexts[look!].canName

function faultOf(column: FactorColumn, disguise: Disguise, table: Table): Fault {
  const { kind, look, texts, codes, present } = disguise
  const { name } = column
  const first = firstLevels(column, new Set(texts.map(({ level }) => level)))
  const row = placeOfLevel(column, first[0] ?? column.levels[0], table)
  const examples = (first.length > 0 ? first : column.levels.slice(0, 3))
    .map((level) => JSON.stringify(level))
    .join(', ')
  const label = `, or write factor(${name}) if they are names of groups`
  const naOption = `--na ${JSON.stringify(codes.join(','))}`
  if (kind === 'missing') {
    const counts = texts.map(({ level, cells }) => `${JSON.stringify(level)} in ${cells}`).join(', ')
    return {
      message: `numbers were expected in column ${name}, got ${counts} of ${present} cells (first in ${row})`,
      hint: `if that stands for a missing value, say so: ${naOption}`,
    }
  }
  const strays = texts.filter(({ level, look }) => look === null && !looksMissing(level))
  const stray = strays[0]
  if (kind === 'stray' && stray) {
    const { level: text, cells: n } = stray
    const others = strays.length > 1 ? `; ${strays.length} such texts in all` : ''
    return {
      message: `numbers were expected in column ${name}, most of whose cells are, got ${JSON.stringify(text)} in ${placeOfLevel(column, text, table)}${n > 1 ? ` and ${n - 1} more` : ''}${others}`,
      hint: `mend the cell (NA for a missing value; --na ${JSON.stringify(text)} if it is the code of one)${label}`,
    }
  }
  const { says, remedy, canName } = lookTexts[look ?? 'text']
  const decimals = look === 'thousands' && !column.comma && likeDecimals(texts) ? decimalHint : ''
  const missing = codes.length > 0 ? `; and ${naOption} if that stands for a missing value` : ''
  return {
    message: `numbers were expected in column ${name}, got what looks like ${says}: ${examples} (${row})`,
    hint: `${remedy}${decimals}${missing}${canName ? label : ''}`,
  }
}

const decimalHint = '; or say --decimal , if the comma is the sign of decimals'

/** Whether thousands may be decimals: one comma a cell, as in 1,234. */
const likeDecimals = (texts: readonly Text[]): boolean =>
  texts.every(({ level, look }) => look !== 'thousands' || /^[+-]?\d{1,3},\d{3}$/.test(level.trim()))

/** The first three of some levels in the order of the rows. */
function firstLevels({ levels, codes }: FactorColumn, some: ReadonlySet<string>): readonly string[] {
  const met = new Set<string>()
  for (let i = 0; i < codes.length && met.size < 3; i++)
    if (codes[i] >= 0 && some.has(levels[codes[i]])) met.add(levels[codes[i]])
  return [...met]
}

function placeOfLevel({ levels, codes }: FactorColumn, level: string, { lines, firstLine, source }: Table): string {
  const code = levels.indexOf(level)
  const row = codes.indexOf(code)
  const line = lines?.[row] ?? firstLine + row
  return line === row + 1 ? `row ${row + 1}` : `row ${row + 1} (line ${line} of ${source})`
}

/** The warning about a column of few levels that look like numbers in disguise, where it is a factor in the model. */
export function disguiseWarning(column: FactorColumn): Warning | null {
  const disguise = disguiseOf(column)
  if (disguise === null || !isNaming(disguise) || disguise.look === 'text') return null
  const { says, remedy } = lookTexts[disguise.look!]
  const shown = column.levels
    .slice(0, 4)
    .map((level) => JSON.stringify(level))
    .join(', ')
  const message = `${column.name} is a factor of ${column.levels.length} levels that look like ${says} (${shown}${column.levels.length > 4 ? ', ...' : ''}); if it is a measure, ${remedy}`
  return { code: 'READING', message }
}
