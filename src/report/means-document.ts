import type { ContrastEstimate, MeanEstimate, MeansRecord } from '../postestimation/means-record.js'
import { type Block, type Document, facts, heading, type Table, table } from './document.js'
import { csvOf } from './csv.js'
import { estimateColumns } from './estimate-columns.js'
import { formatBeside, formatNumber, formatP } from './format-number.js'
import { warningBlocks } from './record-lines.js'

const averages: Readonly<Record<MeansRecord['average'], string>> = {
  zero: 'random effects at zero',
  population: 'over the distribution of the random effects',
  modes: 'over the modes of the levels of the data',
}

/** Means and contrasts as people read them. */
export function meansDocument(record: MeansRecord): Document {
  const { formula, family, link, average, scale, component, averagedOver, weights, contrasts } = record
  const over = averagedOver.flatMap(({ name, values }) =>
    values.length === 1 ? [] : [`${name} (${values.length} values)`],
  )
  const held = averagedOver.flatMap(({ name, values }) =>
    values.length === 1 ? [`${name} = ${numberOr(values[0])}`] : [],
  )
  const blocks: Block[] = [
    facts([
      ['Formula', formula],
      ['Family', `${family}(${link})`],
      ['Means of', component === 'response' ? 'the response' : component],
      ['Scale', scale === 'response' || component === 'zero' ? 'response' : `link (${link})`],
      ['Random effects', averages[average]],
      ...(over.length > 0 ? [['Averaged over', `${over.join(', ')}; ${weights} weights`] as const] : []),
      ...(held.length > 0 ? [['Held at', held.join(', ')] as const] : []),
    ]),
    heading('Estimated marginal means'),
    meansTable(record),
    ...(contrasts && contrasts.length > 0 ? [heading('Contrasts'), contrastTable(record, contrasts)] : []),
    ...warningBlocks(record.warnings),
  ]
  return { title: 'Estimated marginal means', blocks }
}

const numberOr = (value: number | string): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(6))) : value
const percent = (level: number): string => `${Number((100 * level).toPrecision(6))} %`

function meansTable({ grid, of, by, level }: MeansRecord): Table {
  const names = [...of, ...by]
  const withDf = grid.some(({ df }) => df !== null)
  const rows = grid.map((one) => [
    ...names.map((name) => numberOr(one[name] as number | string)),
    ...estimateCells(one),
    ...(withDf ? [formatNumber(one.df, 1)] : []),
    ...limitCells(one),
  ])
  const notes = [
    `${percent(level)} limits${grid.some(({ asked }) => !asked) ? '; a numeric variable stands at its mean unless --at names values' : ''}`,
  ]
  const heads = [...names.map((name) => `<${name}`), 'mean', 'se', ...(withDf ? ['df'] : []), 'lower', 'upper']
  return { ...table(heads, rows, ...notes), keys: Math.max(1, names.length) }
}

type Estimate = Pick<MeanEstimate, 'estimate' | 'se' | 'lower' | 'upper'>
const estimateCells = ({ estimate, se }: Estimate): string[] => [formatBeside(estimate, se, 5), formatNumber(se, 5)]
const limitCells = ({ lower, upper, se }: Estimate): string[] => [lower, upper].map((one) => formatBeside(one, se, 5))

function contrastTable(
  { by, adjust, level, contrasts: all }: MeansRecord,
  contrasts: readonly ContrastEstimate[],
): Table {
  const adjusted = adjust !== 'none'
  const adjustedP = { heads: ['adjusted p'], cells: (one: ContrastEstimate) => [formatP(one.pAdjusted)] }
  const columns = estimateColumns(contrasts, all?.[0]?.kind ?? 'difference', adjusted ? adjustedP : undefined)
  const rows = contrasts.map((one) => [
    one.contrast,
    ...by.map((name) => numberOr(one[name] as number | string)),
    ...columns.cells(one),
  ])
  const heads = ['<', ...by.map((name) => `<${name}`), ...columns.heads]
  const note = adjusted
    ? `p-values and simultaneous ${percent(level)} limits adjusted by ${adjust}${by.length > 0 ? `, within each ${by.join(', ')}` : ''}`
    : `${percent(level)} limits, each for itself`
  return { ...table(heads, rows, note), keys: 1 + by.length }
}

/** A line a mean, with the values of its variables. */
export function meansCsv({ grid, of, by }: MeansRecord): string {
  const names = [...of, ...by, 'estimate', 'se', 'df', 'lower', 'upper']
  return csvOf(
    names,
    grid.map((one) => names.map((name) => one[name])),
  )
}
