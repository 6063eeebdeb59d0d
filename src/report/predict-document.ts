import type { PredictedValue, PredictionKind, PredictRecord } from '../fit/predict/predict-record.js'
import { type Block, type Document, facts, heading, table } from './document.js'
import { formatNumber } from './format-number.js'
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
  const rows = predictions
    .slice(0, shown)
    .map(({ row, linear, response, newLevels }) => [
      String(row),
      ...cells(linear),
      ...cells(response),
      newLevels.join(', '),
    ])
  const left = predictions.length - rows.length
  const notes = [
    `${limits}; linear: the linear predictor (${link}); mean: of the response`,
    ...(left > 0 ? [`${left} more rows: --out FILE.csv or --json has them`] : []),
  ]
  const headers = ['row', 'linear', 'se', 'lower', 'upper', 'mean', 'se', 'lower', 'upper', '<new level of']
  const blocks: Block[] = [
    facts([
      ['Formula', formula],
      ['Family', `${family}(${link})`],
      ['Data', dataLine(record)],
      ['Kind', kinds[kind]],
    ]),
    heading('Predictions'),
    table(headers, rows, ...notes),
    ...warningBlocks(record.warnings),
  ]
  return { title: 'Predictions', blocks }
}

const cells = (value: PredictedValue | null): string[] =>
  [value?.estimate, value?.se, value?.lower, value?.upper].map((one) => formatNumber(one, 5))

/** One line a row of the data; empty cells where there is no prediction. */
export function predictionsCsv({ predictions }: PredictRecord): string {
  const cell = (value: number | null | undefined): string =>
    value === null || value === undefined ? '' : String(value)
  const of = (value: PredictedValue | null): string[] =>
    [value?.estimate, value?.se, value?.lower, value?.upper].map(cell)
  const names = ['linear', 'response'].flatMap((scale) => [
    scale,
    ...['se', 'lower', 'upper'].map((x) => `${scale}_${x}`),
  ])
  const lines = predictions.map(({ row, linear, response }) => [row, ...of(linear), ...of(response)].join(','))
  return `${['row', ...names].join(',')}\n${lines.map((line) => `${line}\n`).join('')}`
}
