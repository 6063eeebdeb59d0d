import { describe, expect, it } from 'vitest'
import { parseTable } from '../../src/data/parse-table.js'
import { stateModel } from '../../src/data/state-model.js'
import type { Table } from '../../src/data/table.js'
import { GlmmError } from '../../src/errors.js'

const n = 60
const tableOf = (cell: (x: number, i: number) => string, separator = ',', name = 'x'): Table => {
  const rows = Array.from({ length: n }, (_, i) => {
    const text = cell(20.1 + ((i * 37) % 83) * 0.7, i)
    return [`${(i * 7) % 11}`, `"${text.replaceAll('"', '""')}"`].join(separator)
  })
  return parseTable([['y', `"${name}"`].join(separator), ...rows].join('\n'), { source: 'x.csv' })
}
const told = (table: Table, formula = 'y ~ x'): string => {
  try {
    return stateModel(formula, table, { family: 'gaussian' })
      .warnings.map(({ message }) => message)
      .join('\n')
  } catch (error) {
    if (error instanceof GlmmError) return `${error.code}: ${error.message}; ${error.hint}`
    throw error
  }
}
const one = (x: number): string => x.toFixed(1)

describe('numbers with other signs around them are no factor of a level a cell', () => {
  it.each<[string, (x: number, i: number) => string, string]>([
    ['a unit in brackets', (x) => `${one(x)} [kg]`, '[kg]'],
    ['a unit before them', (x) => `kg ${one(x)}`, 'other signs'],
    ['a ratio', (_, i) => `1:${100 + i}`, '1:100'],
    ['a mean and its error', (x, i) => `${one(x)} ± ${i / 10}`, 'other signs'],
    ['a range', (x, i) => `${one(x)}-${one(x + i)}`, 'other signs'],
    ['an interval', (x, i) => `[${one(x)}, ${one(x + i)})`, 'other signs'],
    ['two units', (_, i) => `${20 + i}y ${i % 12}m`, 'other signs'],
    ['a count of a count', (_, i) => `${i} of 60`, 'other signs'],
    ['a power in the unit', (x) => `${one(x)} 10^9/L`, 'other signs'],
    ['dollars of another country', (x) => `HK$${one(x)}`, 'money'],
    ['thousands of money', (x) => `$${one(x)}k`, 'money'],
    ['millions of money', (x) => `${one(x)} Mio €`, 'money'],
    ['a code of money', (x) => `KRW ${one(x)}`, 'money'],
    ['thousands with figure spaces', (_, i) => `24\u2007${100 + i}`, 'thousands'],
    ['signs of no width', (x) => `${one(x)}\u200b`, 'marks'],
    ['days in another language', (_, i) => `${1 + (i % 28)}. März ${1990 + i}`, 'dates'],
    ['months of years', (_, i) => `0${1 + (i % 9)}/${1960 + i}`, 'dates'],
  ])('%s', (_, cell, says) => {
    const message = told(tableOf(cell))
    expect(message).toMatch(/^COLUMN: numbers were expected in column x/)
    expect(message).toContain(says)
  })

  it.each<[string, (x: number, i: number) => string]>([
    ['names with numbers', (_, i) => `plot ${i % 40}`],
    ['codes of a letter', (_, i) => `P${i}`],
    ['bands', (_, i) => ['0-9', '10-19', '20-29'][i % 3]],
    ['cut()', (_, i) => ['[0,10)', '[10,20)'][i % 2]],
    ['dilutions', (_, i) => ['1:1', '1:2', '1:4'][i % 3]],
    ['strains', (_, i) => ['C57BL/6', 'DBA/2J'][i % 2]],
  ])('%s are levels, without a word', (_, cell) => {
    expect(told(tableOf(cell))).toBe('')
  })

  it('factor() takes them as names', () => {
    expect(
      told(
        tableOf((_, i) => `1:${100 + (i % 30)}`),
        'y ~ factor(x)',
      ),
    ).toBe('')
  })
})

describe('points that may set thousands apart', () => {
  const thousands = (i: number): string => (i % 6 === 0 ? String(900 + i) : `${2 + i}.${100 + ((i * 7) % 899)}`)
  it('are told beside whole numbers below 1000, and where a semicolon separates', () => {
    expect(told(tableOf((_, i) => thousands(i)))).toContain('write 24500 for 24.500')
    expect(told(tableOf((_, i) => `${2 + i}.${100 + i}`, ';'))).toContain('write 24500 for 24.500')
  })
  it('are not seen in decimals', () => {
    expect(told(tableOf((x) => x.toFixed(3)))).toBe('')
    expect(told(tableOf((x) => x.toFixed(3), '\t'))).toBe('')
    expect(told(tableOf((x, i) => (i === 5 ? '0.125' : x.toFixed(3)), ';'))).toBe('')
    expect(told(tableOf((x, i) => (i === 5 ? '7.5' : x.toFixed(3)), ';'))).toBe('')
    expect(told(tableOf((x, i) => (i === 5 ? '1234.125' : x.toFixed(3)), ';'))).toBe('')
  })
  it('a comma that may be either is answered with both remedies', () => {
    const message = told(tableOf((x) => x.toFixed(3).replace('.', ','), ';'))
    expect(message).toContain('write plain numbers, such as 24500; or say --decimal ,')
    expect(told(tableOf((_, i) => `${1 + i},${100 + i},000`, ';'))).not.toContain('--decimal')
  })
})

it('names of a header lose blanks of any kind around them, and line ends inside', () => {
  const table = tableOf(one, ',', '\u00a0size\n(kg)\u200b')
  expect(table.columns.map(({ name }) => name)).toEqual(['y', 'size (kg)'])
})
