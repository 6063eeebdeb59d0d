import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { parquetTable } from '../../src/data/files/parquet-table.js'
import { parseTable } from '../../src/data/parse-table.js'
import { stateModel } from '../../src/data/state-model.js'
import type { Table } from '../../src/data/table.js'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import { predict } from '../../src/fit/predict/predict.js'

const ids = parseTable(readFileSync(fileURLToPath(new URL('../reference/faults/ids_16.csv', import.meta.url)), 'utf8'))
const grouped = (cells: readonly string[], grouping = 'g'): { levels: readonly string[]; warnings: string[] } => {
  const table = parseTable(`y,g\n${[...cells, ...cells].map((cell, i) => `${(i * 7) % 11},${cell}`).join('\n')}\n`)
  const { predictors, warnings } = stateModel(`y ~ (1 | ${grouping})`, table, { family: 'gaussian' })
  return { levels: predictors[0].random[0].levels, warnings: warnings.map(({ message }) => message) }
}
const gaussian = (table: Table): readonly string[] =>
  stateModel('y ~ (1 | id)', table, { family: 'gaussian' }).predictors[0].random[0].levels

describe('the name of a level is the text of its cell', () => {
  it('ids of 16 digits', () => {
    const levels = gaussian(ids)
    expect(levels).toHaveLength(20)
    expect([levels[0], levels[19]]).toEqual(['1000000000000001', '1000000000000020'])
    // The same model with names that are no numbers.
    const id = ids.columns[1]
    const named = parseTable(
      readFileSync(fileURLToPath(new URL('../reference/faults/ids_16.csv', import.meta.url)), 'utf8').replace(
        /,1(\d{15})$/gm,
        ',s1$1',
      ),
    )
    expect(id.kind).toBe('numeric')
    const one = fit('y ~ 1 + (1 | id)', ids, { family: 'gaussian' })
    const two = fit('y ~ 1 + (1 | id)', named, { family: 'gaussian' })
    expect(one.logLik).toBe(two.logLik)
    expect(stateModel('y ~ factor(id)', ids, { family: 'gaussian' }).predictors[0].fixed.names).toHaveLength(20)
  })

  it.each<[string, readonly string[], (readonly string[])?]>([
    ['17 digits, which doubles do not tell apart', ['90071992547409931', '90071992547409932', '90071992547409939']],
    ['20 digits and a short one', ['7', '12345678901234567890', '12345678901234567891']],
    ['negative ones', ['-90071992547409932', '-90071992547409931', '5']],
    ['zeros before', ['007', '008', '010', '100']],
    ['zeros behind', ['1.0', '2.0', '10.0']],
    ['exponents', ['1e3', '2e3']],
    ['hundreds of thousands', ['9', '100000', '300000']],
    ['small ones', ['0.0001', '0.00000012', '0.5'], ['0.00000012', '0.0001', '0.5']],
    ['plain ones', ['2', '10', '1'], ['1', '2', '10']],
  ])('%s', (_, cells, levels = cells) => {
    expect(grouped(cells)).toEqual({ levels, warnings: [] })
  })

  it('of one number in several spellings, which are one level as in R, the number; and that is told', () => {
    const { levels, warnings } = grouped(['1', '1.0', '2', '007', '7'])
    expect(levels).toEqual(['1', '2', '7'])
    expect(warnings).toEqual([
      'cells of g write one number in several ways, and are one level: 1.0 (2) beside 1 (2), 007 (2) beside 7 (2); write them with a letter (s007) if they are not one',
    ])
    expect(grouped(['1.0', '01', '2']).warnings[0]).toContain('write one number in several ways')
  })

  it('and of factor(x) as R names it', () => {
    expect(grouped(['1.0', '2.0'], 'factor(g)').levels).toEqual(['1', '2'])
    expect(grouped(['100000', '2'], 'factor(g)').levels).toEqual(['2', '1e+05'])
  })

  it('beyond doubles only where numbers are whole: others are numbers', () => {
    const { columns } = parseTable('x,y\n0.30000000000000004,12345678901234567\n0.3,1.5\nNA,NA\n')
    expect(columns.map((c) => c.kind === 'numeric' && [...c.values])).toEqual([
      [0.30000000000000004, 0.3, Number.NaN],
      [Number('12345678901234567'), 1.5, Number.NaN],
    ])
  })

  it('in Parquet and in bigints of a program', async () => {
    const y = [1, 2, 3, 5, 2, 4]
    const id = [90071992547409931n, 90071992547409932n, 90071992547409931n, 7n, 90071992547409932n, 7n]
    const levels = ['7', '90071992547409931', '90071992547409932']
    expect(gaussian(tableFrom({ y, id }))).toEqual(levels)
    expect(gaussian(tableFrom({ y, id: BigInt64Array.from(id) }))).toEqual(levels)
    const file = parquetWriteBuffer({
      columnData: [
        { name: 'y', data: y, type: 'DOUBLE' },
        { name: 'id', data: id, type: 'INT64' },
      ],
    })
    const read = await parquetTable(new Uint8Array(file), { source: 'x.parquet', maxBytes: 1e6 })
    expect(gaussian(read)).toEqual(levels)
    const without = await parquetTable(new Uint8Array(file), { source: 'x.parquet', maxBytes: 1e6, na: ['7', 5] })
    expect(gaussian(without)).toEqual(levels.slice(1))
    expect(stateModel('y ~ 1', without, { family: 'gaussian' }).nobs).toBe(5)
  })
})

describe('levels of other data', () => {
  it('are found under another spelling of the number', () => {
    const rows = (spell: (i: number) => string): string =>
      Array.from({ length: 30 }, (_, i) => `${((i * 7) % 11) + 3 * (i % 3)},${spell(i % 3)}`).join('\n')
    const padded = parseTable(`y,g\n${rows((i) => `00${i + 1}`)}`)
    const record = fit('y ~ 1 + (1 | g)', padded, { family: 'gaussian' })
    const factor = fit('y ~ factor(g)', padded, { family: 'gaussian' })
    const options = { kind: 'conditional', original: padded } as const
    const same = predict(record, parseTable('g\n001\n003\n'), options).predictions
    const plain = predict(record, parseTable('g\n1\n3.0\n'), options).predictions
    expect(plain).toEqual(same)
    expect(plain[0].newLevels).toEqual([])
    expect(predict(record, parseTable('g\n1\n4\n'), options).predictions[1].newLevels).toEqual(['g'])
    expect(predict(factor, parseTable('g\n2\n')).predictions[0].response!.estimate).toBeCloseTo(
      predict(factor, parseTable('g\n002\n')).predictions[0].response!.estimate!,
      12,
    )
  })

  it('of age groups, of which the new rows have numbers alone', () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${(i * 7) % 11},${['01', '23', '46', '7p'][i % 4]}`)
    const record = fit('y ~ age', parseTable(`y,age\n${rows.join('\n')}`), { family: 'gaussian' })
    const { predictions } = predict(record, parseTable('age\n01\n46\n'))
    expect(predictions[0].response!.estimate).toBeCloseTo(record.fixed[0].estimate!, 12)
    expect(predictions[1].response!.estimate).toBeCloseTo(record.fixed[0].estimate! + record.fixed[2].estimate!, 12)
    expect(() => predict(record, parseTable('age\n01\n47\n'))).toThrow('a level of age in the fit was expected')
  })

  it('chosen by factor(x, levels = ) and relevel in any spelling', () => {
    const table = parseTable(`y,g\n${Array.from({ length: 12 }, (_, i) => `${(i * 7) % 5},${i % 3}.0`).join('\n')}`)
    const names = (formula: string): readonly string[] =>
      stateModel(formula, table, { family: 'gaussian' }).predictors[0].fixed.names
    expect(names('y ~ factor(g, levels = c(2, 1, 0))').slice(1)).toEqual([
      'factor(g, levels = c(2, 1, 0))1',
      'factor(g, levels = c(2, 1, 0))0',
    ])
    expect(names('y ~ relevel(factor(g), ref = "1.0")').at(-1)).toBe('relevel(factor(g), ref = "1.0")2')
  })
})
