import type { PredictedValue, PredictionKind, PredictRecord } from '../fit/predict/predict-record.js'
import { type Block, type Document, facts, heading, table } from './document.js'
import { formatNumber } from './format-number.js'
import { csvOf } from './csv.js'
import { dataLine, warningBlocks } from './record-lines.js'

const kinds: Readonly<Record<PredictionKind, string>> = {
  population: 'population: random effects at zero',
  conditional: 'conditional: random effects at their modes, 0 for new levels',
  average: 'average: means over the distribution of the random effects',
}

/** Rows that people are shown; files have them all. */
const shown = 100

export function predictDocument(record: PredictRecord): Document {
  const { formula, family, link, kind, level, predictions } = record
  const limits = `${100 * level} % limits`
  const names = shownNames(record)
  const withInterval = predictions.some(({ interval }) => interval !== undefined)
  const withNew = predictions.some(({ newLevels }) => newLevels.length > 0)
  const rows = predictions
    .slice(0, shown)
    .map(({ row, at, linear, response, interval, newLevels }) => [
      String(row),
      ...names.map((name) => covariate(at?.[name])),
      ...cells(linear),
      ...cells(response),
      ...(withInterval ? [interval?.lower, interval?.upper].map((one) => formatNumber(one, 5)) : []),
      ...(withNew ? [newLevels.join(', ')] : []),
    ])
  const left = predictions.length - rows.length
  const held = Object.entries((record.call.held ?? {}) as Record<string, number | string>).map(
    ([name, value]) => `${name} = ${covariate(value)}`,
  )
  const notes = [
    `${limits}; linear: the linear predictor (${link}); mean: of the response`,
    ...(withInterval ? ['response from, to: limits of a new response'] : []),
    ...(left > 0 ? [`${left} more rows: --out FILE.csv or --json has them`] : []),
  ]
  const headers = [
    'row',
    ...names,
    'linear',
    'se',
    'lower',
    'upper',
    'mean',
    'se',
    'lower',
    'upper',
    ...(withInterval ? ['response from', 'to'] : []),
    ...(withNew ? ['<new level of'] : []),
  ]
  const blocks: Block[] = [
    facts([
      ['Formula', formula],
      ['Family', `${family}(${link})`],
      ['Data', dataLine(record)],
      ['Kind', kinds[kind]],
      ...(held.length > 0 ? [['Held at', held.join(', ')] as const] : []),
    ]),
    heading('Predictions'),
    { ...table(headers, rows, ...notes), keys: 1 + names.length },
    ...warningBlocks(record.warnings),
  ]
  return { title: 'Predictions', blocks }
}

/** The columns reported with the predictions. */
const shownNames = ({ predictions }: PredictRecord): string[] => Object.keys(predictions.find(({ at }) => at)?.at ?? {})

const covariate = (value: number | string | undefined): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(6))) : (value ?? '')

const cells = (value: PredictedValue | null): string[] =>
  [value?.estimate, value?.se, value?.lower, value?.upper].map((one) => formatNumber(one, 5))

/** One line a row of the data; empty cells where there is no prediction. */
export function predictionsCsv(record: PredictRecord): string {
  const { predictions } = record
  const shown = shownNames(record)
  const withInterval = predictions.some(({ interval }) => interval !== undefined)
  const of = (value: PredictedValue | null): unknown[] => [value?.estimate, value?.se, value?.lower, value?.upper]
  const names = ['linear', 'response'].flatMap((scale) => [
    scale,
    ...['se', 'lower', 'upper'].map((x) => `${scale}_${x}`),
  ])
  return csvOf(
    ['row', ...shown, ...names, ...(withInterval ? ['interval_lower', 'interval_upper'] : [])],
    predictions.map(({ row, at, linear, response, interval }) => [
      row,
      ...shown.map((name) => at?.[name]),
      ...of(linear),
      ...of(response),
      ...(withInterval ? [interval?.lower, interval?.upper] : []),
    ]),
  )
}
