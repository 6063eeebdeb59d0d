import type { SimulateRecord } from '../fit/predict/simulate-record.js'
import { type Document, facts, heading, table } from './document.js'
import { formatNumber } from './format-number.js'
import { dataLine, warningBlocks } from './record-lines.js'

/** Replicates that people are shown; files have them all. */
const shown = 20

export function simulateDocument(record: SimulateRecord): Document {
  const { formula, family, link, seed, conditional, response, replicates } = record
  const rows = replicates.slice(0, shown).map((y, r) => {
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length
    const sd = Math.sqrt(y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (y.length - 1))
    const ends = [y.reduce((a, b) => Math.min(a, b)), y.reduce((a, b) => Math.max(a, b))]
    return [`sim_${r + 1}`, ...[mean, sd, ...ends].map((value) => formatNumber(value, 5))]
  })
  const left = replicates.length - rows.length
  return {
    title: 'Simulated responses',
    blocks: [
      facts([
        ['Formula', formula],
        ['Family', `${family}(${link})`],
        ['Data', dataLine(record)],
        ['Response', response],
        ['Random effects', conditional ? 'at their modes, drawn for new levels' : 'drawn'],
        ['Seed', String(seed)],
      ]),
      heading('Replicates'),
      table(
        ['<', 'mean', 'sd', 'min', 'max'],
        rows,
        ...(left > 0 ? [`${left} more replicates`] : []),
        'the responses themselves: --out FILE.csv, or --json',
      ),
      ...warningBlocks(record.warnings),
    ],
  }
}

/** One line a row used, one column a replicate: `sim_1`, ...; the trials before them, where there are any. */
export function simulationsCsv({ replicates, trials, nobs }: SimulateRecord): string {
  const names = [...(trials ? ['trials'] : []), ...replicates.map((_, r) => `sim_${r + 1}`)]
  const lines = Array.from({ length: nobs }, (_, i) =>
    [...(trials ? [trials[i]] : []), ...replicates.map((y) => y[i])].join(','),
  )
  return `${names.join(',')}\n${lines.join('\n')}\n`
}
