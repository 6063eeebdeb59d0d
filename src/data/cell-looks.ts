import { parseNumber } from './parse-number.js'

/** The kind of number that a text resembles which does not parse as one. */
export type Look =
  | 'minus'
  | 'thousands'
  | 'decimal comma'
  | 'percent'
  | 'currency'
  | 'date'
  | 'time'
  | 'unit'
  | 'limit'
  | 'fraction'
  | 'power'
  | 'digits'
  | 'marks'
  | 'point'
  | 'text'
  | 'around'

/** In words, what cells of a look have, and what to do about them. */
export interface LookText {
  readonly says: string
  readonly remedy: string
  /** Whether texts of this look can be the names of a few levels: 5 mg, 10 mg, 20 mg. */
  readonly canName: boolean
}

const plain = 'write plain numbers, such as'

export const lookTexts: Readonly<Record<Look, LookText>> = {
  minus: { says: 'numbers with a typographic minus', remedy: `write the sign - of the keyboard: -3.2`, canName: false },
  thousands: { says: 'numbers with thousands set apart', remedy: `${plain} 24500`, canName: false },
  'decimal comma': { says: 'numbers with a decimal comma', remedy: 'say so with --decimal ,', canName: false },
  percent: { says: 'numbers with a percent sign', remedy: `${plain} 47 or 0.47`, canName: true },
  currency: {
    says: 'amounts of money',
    remedy: `${plain} 21.5, and put the currency in the column's name`,
    canName: true,
  },
  date: {
    says: 'dates',
    remedy: 'make a column of numbers of them, such as days since the first one, or of their months',
    canName: true,
  },
  time: { says: 'times', remedy: 'make a column of numbers of them, such as hours or minutes', canName: true },
  unit: { says: 'numbers with a unit', remedy: `${plain} 21.5, and put the unit in the column's name`, canName: true },
  limit: {
    says: 'numbers with a sign such as < before them',
    remedy: 'write a number for values beyond a limit (half the limit, say), or NA',
    canName: true,
  },
  fraction: {
    says: 'fractions',
    remedy: 'write two columns, such as r and n of r/n, or one of decimals',
    canName: true,
  },
  power: { says: 'numbers with a power of ten written out', remedy: `${plain} 1.5e3`, canName: false },
  digits: { says: 'numbers in digits of another script', remedy: 'write the digits 0 to 9', canName: false },
  point: {
    says: 'numbers with a decimal point, in a file whose others have decimal commas',
    remedy: 'write all alike, or say --decimal .',
    canName: false,
  },
  text: { says: 'numbers stored as text', remedy: 'store them as numbers', canName: true },
  around: {
    says: 'numbers with other signs around them, the same in every cell',
    remedy: `${plain} 21.5, in a column for each where a cell holds several`,
    canName: true,
  },
  marks: { says: 'numbers with marks around them', remedy: `${plain} 12`, canName: false },
}

const months = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?'
const year = '(?:19|20)\\d{2}'
const clock = '\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?\\s*(?:[ap]\\.?m\\.?)?'
const zone = '(?:\\s*(?:z|utc|[+-]\\d{2}:?\\d{2}))?'
const day = [
  '\\d{4}([-/.])\\d{1,2}\\1\\d{1,2}',
  '\\d{1,2}([-/.])\\d{1,2}\\2(?:\\d{4}|\\d{2})',
  `\\d{1,2}[- ./]?${months}[- ./,]*\\d{2,4}`,
  `${months} ?\\d{1,2},? +\\d{4}`,
  `\\d{4}[- ]${months}[- ]\\d{1,2}`,
  `\\d{1,2}\\.? (?:de )?\\p{L}{3,10}\\.?,? (?:de )?${year}`,
  `(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +\\d{1,2} +${months} +${year}`,
  `(?:0?[1-9]|1[0-2])[-/.]${year}|${year}[-/](?:0[1-9]|1[0-2])|${year}[- ]?w\\d{1,2}`,
].join('|')
const number = '[+-]?(?:\\d+(?:[.,]\\d+)*|\\.\\d+)(?:e[+-]?\\d+)?'
const code =
  '(?:usd|eur|gbp|chf|jpy|cny|inr|aud|cad|sek|nok|dkk|pln|czk|brl|zar|krw|mxn|huf|sgd|thb|ils|hkd|nzd|twd|rub|idr|myr|rs\\.?|kr\\.?|fr\\.?|zł|kč|\\p{L}{0,2}\\p{Sc})'
const many = '(?:k|m|mio\\.?|mn|bn|mrd\\.?|thousand|million|billion)?'

/** In the order in which they are tried. */
const looks: readonly (readonly [Look, RegExp])[] = [
  ['date', new RegExp(`^(?:${day})(?:[t ,]+${clock}${zone})?$`, 'iu')],
  ['time', /^[+-]?(?:\d{1,3}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[ap]\.?m\.?)?)$/i],
  ['minus', new RegExp(`^[−–—‒﹣－]\\s*${number}\\s*%?$`, 'i')],
  ['decimal comma', /^[+-]?(?:\d*,\d{1,2}|\d*,\d{4,}|0*,\d+|\d{4,},\d+)(?:e[+-]?\d+)?$/i],
  ['thousands', /^[+-]?\d{1,3}(?:([,.'’ \u00a0\u2007\u2009\u202f_˙٬，])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/],
  ['thousands', /^[+-]?\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d+)?$/],
  ['decimal comma', /^[+-]?\d*,\d+(?:e[+-]?\d+)?$/i],
  ['percent', new RegExp(`^[−–]?\\s*(?:${number}\\s*[%‰٪]|%\\s*${number})$`, 'i')],
  ['currency', new RegExp(`^[+−-]?\\s*${code}\\s*[+−-]?[\\d.,'’ \\u00a0\\u202f]*\\d[.,]?[-–—]?\\s*${many}$`, 'iu')],
  ['currency', new RegExp(`^[+−-]?\\d[\\d.,'’ \\u00a0\\u202f]*\\s*${many}\\s*${code}$`, 'iu')],
  ['limit', new RegExp(`^(?:[<>≤≥~≈±]=?|=<|=>|ca\\.?|approx\\.?|about)\\s*${number}$`, 'i')],
  ['fraction', /^\d+(?:\.\d+)?\s*\/\s*\d+(?:\.\d+)?$/],
  ['power', /^[+-]?\d+(?:[.,]\d+)?\s*(?:[x×*·]\s*10\s*(?:\^|\*\*)?\s*[+−-]?\d+|d[+-]?\d+)$/i],
  ['marks', /^(?:="?|['’`*])\s*[+-]?\d+(?:\.\d+)?\s*["'’`*]?$/],
  ['marks', /^(?:[+-]?\d+(?:\.\d+)?[*†‡]+|\(\d[\d,]*(?:\.\d+)?\)|\d[\d,]*(?:\.\d+)?-)$/],
  ['digits', /^[+-]?(?=.*\P{ASCII})\p{Nd}+(?:[.,٫]\p{Nd}+)?$/u],
  [
    'unit',
    new RegExp(`^${number}[\\s_]*(?:[a-zµμ°²³\\p{L}][\\p{L}0-9%²³µ°/^·.]{0,14}(?: [\\p{L}]{1,12}){0,2})\\.?$`, 'iu'),
  ],
]

/** Longer cells are texts. */
const longest = 40

/** Signs of no width, which come along from web pages and word processors. */
const unseen = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/g

/** What is left of a text when its numbers are taken out: '#-#' of 12-15; null without numbers, and of long ones. */
export function aroundNumbers(cell: string): string | null {
  const text = cell.trim()
  if (text.length > longest) return null
  const left = text.replace(/(?:(?<![\p{L}\d#])[+−-])?\d+(?:[.,]\d+)*/gu, '#').replace(/\s+/g, ' ')
  return left === text || /^#?$/.test(left) ? null : left
}

/** Whether a number is the first sign of a text, or has decimals: no name, then, such as S012 or plot 3. */
export const isMeasured = (cell: string): boolean => /^\s*[+−-]?\d|\d[.,]\d/.test(cell)

/** How a cell that is no number looks like one; null where it does not, or is a number. */
export function lookOf(cell: string): Look | null {
  const text = cell.replace(unseen, '').trim()
  if (text.length > longest || !/\p{Nd}/u.test(text)) return null
  if (text.length < cell.trim().length && !Number.isNaN(parseNumber(text))) return 'marks'
  if (!Number.isNaN(parseNumber(text))) return null
  for (const [look, form] of looks) if (form.test(text)) return look
  return null
}

/** Spellings of a missing value that are common; letters in any case. */
const missing = new Set(
  '. .. - -- --- – — ? ?? * n/a #n/a n.a. n.a n/d nd na #na <na> nan #nan null (null) none nil missing unknown #div/0! #value! #ref! #name? #num! #null!'.split(
    ' ',
  ),
)
for (const phrase of ['not available', 'not applicable', 'no data', 'not done', 'not recorded']) missing.add(phrase)

export const looksMissing = (cell: string): boolean => missing.has(cell.trim().toLowerCase())

/** Those of them that name nothing else, beside other texts too. */
const surelyMissing = new Set(
  '. n/a #n/a n.a. <na> #na nan #nan null (null) ? #div/0! #value! #ref! #name? #num! #null!'.split(' '),
)

export const surelyLooksMissing = (cell: string): boolean => surelyMissing.has(cell.trim().toLowerCase())
