import { formatBeside, formatCount, formatFixed, formatNumber } from './format-number.js'

/** The heads of a posterior summary's columns, after the name's. */
export const summaryHeads: readonly string[] = [
  'mean',
  'sd',
  'mcse',
  '2.5 %',
  '50 %',
  '97.5 %',
  'R-hat',
  'ESS bulk',
  'ESS tail',
]

const ofDraws = ['mcse', 'R-hat', 'ESS bulk', 'ESS tail'].map((head) => summaryHeads.indexOf(head))

/** Whether a summary's column, by its position, is of any posterior, with draws or without. */
export const ofAnyPosterior = (_: unknown, column: number): boolean => !ofDraws.includes(column)

/** One entry of a summary; null where it does not exist. */
interface Summary {
  readonly mean: number
  readonly sd: number
  readonly mcse: number | null
  readonly q2_5: number
  readonly q50: number
  readonly q97_5: number
  readonly rhat: number | null
  readonly essBulk: number | null
  readonly essTail: number | null
}

/** Its cells, to digits that its standard deviation supports. */
export const summaryCells = (s: Summary): string[] => [
  formatBeside(s.mean, s.sd, 4),
  formatNumber(s.sd, 4),
  formatNumber(s.mcse, 5),
  ...[s.q2_5, s.q50, s.q97_5].map((x) => formatBeside(x, s.sd, 4)),
  formatFixed(s.rhat, 4),
  formatCount(s.essBulk),
  formatCount(s.essTail),
]
