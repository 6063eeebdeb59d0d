import type { EffectsRecord } from '../postestimation/effects-record.js'
import { type Document, facts, heading, table } from './document.js'
import { csvOf } from './csv.js'
import { estimateColumns } from './estimate-columns.js'
import { warningBlocks } from './record-lines.js'

const kinds: Readonly<Record<EffectsRecord['kind'], string>> = {
  difference: 'difference of averages',
  ratio: 'ratio of averages',
  lnor: 'log of the ratio of odds of averages',
  slope: 'average slope',
}

const overs: Readonly<Record<EffectsRecord['over'], string>> = {
  sample: 'the rows of the fit',
  grid: 'the reference grid',
  table: 'a table of its own',
}

/** Average effects as people read them. */
export function effectsDocument(record: EffectsRecord): Document {
  const { formula, family, link, kind, average, over, rows, level, effects } = record
  const by = Object.keys(effects[0] ?? {}).filter((name) => !known.has(name))
  const columns = estimateColumns(effects, kind)
  const lines = effects.map((one) => [
    one.variable,
    one.contrast,
    ...by.map((name) => String(one[name])),
    ...columns.cells(one),
  ])
  const heads = ['<', '<', ...by.map((name) => `<${name}`), ...columns.heads]
  return {
    title: 'Average effects',
    blocks: [
      facts([
        ['Formula', formula],
        ['Family', `${family}(${link})`],
        ['Effect', kinds[kind]],
        ['Random effects', average === 'population' ? 'over their distribution' : 'at zero'],
        ['Averaged over', `${overs[over]} (${rows})`],
      ]),
      heading('Effects on the mean of the response'),
      { ...table(heads, lines, `${Number((100 * level).toPrecision(6))} % limits`), keys: 2 + by.length },
      ...warningBlocks(record.warnings),
    ],
  }
}

const known = new Set(['variable', 'contrast', 'estimate', 'se', 'df', 'statistic', 'p', 'lower', 'upper'])

/** A line an effect. */
export function effectsCsv({ effects }: EffectsRecord): string {
  const names = [...new Set(effects.flatMap(Object.keys))]
  return csvOf(
    names,
    effects.map((one) => names.map((name) => one[name])),
  )
}
