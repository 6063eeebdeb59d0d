import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseTable } from '../../src/data/parse-table.js'
import type { ReadOptions } from '../../src/data/read-options.js'
import { stateModel } from '../../src/data/state-model.js'
import type { Table } from '../../src/data/table.js'
import { tableFrom } from '../../src/data/table-from.js'
import { GlmmError } from '../../src/errors.js'
import { fit } from '../../src/fit/fit.js'
import { predict } from '../../src/fit/predict/predict.js'

const fault = (name: string, options: ReadOptions = {}): Table =>
  parseTable(readFileSync(fileURLToPath(new URL(`../reference/faults/${name}`, import.meta.url)), 'utf8'), options)

function failing(formula: string, table: Table, family = 'gaussian'): GlmmError {
  try {
    stateModel(formula, table, { family })
  } catch (error) {
    if (error instanceof GlmmError) return error
    throw error
  }
  throw new Error(`no error for ${formula}`)
}

const n = 60
/** y and a column x of n cells, and a group g of six rows a level. */
const tableOf = (cell: (i: number) => string, separator = ',', options: ReadOptions = {}): Table => {
  const quoted = (text: string): string => (/[",;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const rows = Array.from({ length: n }, (_, i) => [`${(i * 7) % 11}`, quoted(cell(i)), `g${i % 10}`].join(separator))
  return parseTable([['y', 'x', 'g'].join(separator), ...rows].join('\n'), { source: 'x.csv', ...options })
}
const told = (formula: string, table: Table): readonly string[] =>
  stateModel(formula, table, { family: 'gaussian' }).warnings.map(({ message }) => message)

/** Different numbers from 3 on, with one decimal. */
const value = (i: number): number => 3 + ((i * 37) % 101) / 2 + 0.1

describe('the files in which numbers were taken for a factor', () => {
  it.each([
    ['euro.csv', 'count ~ treatment + age + (1 | subject)', 'amounts of money: "€'],
    ['thousand.csv', 'count ~ income + (1 | subject)', 'thousands set apart: "38,500"'],
    ['pctval.csv', 'count ~ pct + (1 | subject)', 'percent sign: "38%"'],
  ])('%s', (name, formula, says) => {
    const error = failing(formula, fault(name), 'poisson')
    expect([error.code, error.message.includes(says), error.detail?.includes('^')]).toEqual(['COLUMN', true, true])
    // A column that the model does not use stops nothing.
    expect(stateModel('count ~ treatment + (1 | subject)', fault(name), { family: 'poisson' }).warnings).toEqual([])
  })

  it('trailsp.csv and yescase.csv tell the levels that look alike, with their counts', () => {
    expect(told('count ~ treatment', fault('trailsp.csv'))).toEqual([
      'levels of treatment differ in blanks or capitals alone: "control" (30) beside "control " (18); "drug A" (34) beside "drug A " (14); "drug B, 5%" (32) beside "drug B, 5% " (16); each is a level of its own: write them alike if they are one',
    ])
    expect(told('count ~ alive', fault('yescase.csv'))[0]).toContain('"yes" (34) beside "Yes" (57)')
    expect(told('count ~ (1 | alive)', fault('yescase.csv'))[0]).toContain('"yes" (34) beside "Yes" (57)')
    const error = failing('alive ~ age + (1 | subject)', fault('yescase.csv'), 'binomial')
    expect([error.code, error.hint]).toEqual([
      'RESPONSE',
      'write levels alike that differ in blanks or capitals alone: "yes" (34) beside "Yes" (57)',
    ])
  })

  it('a column of numbers more than a fifth of whose cells are codes', () => {
    const lines = readFileSync(fileURLToPath(new URL('../reference/faults/cbcl.csv', import.meta.url)), 'utf8').split(
      '\n',
    )
    const dotted = lines.map((line, i) => (i > 0 && i % 4 === 0 ? line.replace(/,[^,]*$/, ',.') : line)).join('\n')
    const error = failing('bw ~ cbcl', parseTable(dotted))
    expect(error.message).toBe(
      'numbers were expected in column cbcl, got "." in 150 of 600 cells (first in row 4 (line 5 of the data))',
    )
    expect(error.hint).toBe('if that stands for a missing value, say so: --na "."')
    expect(failing('cbcl ~ bw', parseTable(dotted)).hint).toContain('--na "."')
    expect(stateModel('bw ~ cbcl', parseTable(dotted, { na: ['.'] }), { family: 'gaussian' }).nobs).toBe(450)
  })
})

describe('numbers in disguise, as predictor and as response', () => {
  it.each<[string, (i: number) => string, RegExp]>([
    ['commas of thousands', (i) => `${1 + i},${500 + i}`, /thousands.*"\d+,\d+"/],
    ['thousands and small numbers', (i) => (i % 3 === 0 ? `${400 + i}` : `${1 + i},${500 + i}.25`), /thousands/],
    ['blanks of thousands', (i) => `${1 + i} ${500 + i}`, /thousands/],
    ['narrow blanks of thousands', (i) => `${1 + i}\u202f${500 + i}`, /thousands/],
    ['apostrophes of thousands', (i) => `${1 + i}'${500 + i}`, /thousands/],
    ['typographic apostrophes', (i) => `${1 + i}’${500 + i}.5`, /thousands/],
    ['lakhs', (i) => `1,${10 + (i % 80)},${500 + i}`, /thousands/],
    ['decimal commas', (i) => `${i},${i % 7}`, /decimal comma.*--decimal ,/],
    ['exponents and commas', (i) => `${i},${1 + (i % 7)}e3`, /decimal comma/],
    ['per cent', (i) => `${value(i)} %`, /percent/],
    ['per cent before', (i) => `%${value(i)}`, /percent/],
    ['euros', (i) => `€${value(i)}`, /money/],
    ['euros behind', (i) => `${value(i)} €`, /money/],
    ['dollars', (i) => `$${1 + i},000.00`, /money/],
    ['pounds below zero', (i) => `-£${value(i)}`, /money/],
    ['codes of currencies', (i) => `CHF ${value(i)}`, /money/],
    ['years', (i) => `${value(i)} yrs`, /unit/],
    ['kilograms', (i) => `${value(i)}kg`, /unit/],
    ['units of two kinds', (i) => `${value(i)} ${i % 2 ? 'ms' : 's'}`, /unit/],
    ['rates', (i) => `${value(i)} mg/dl`, /unit/],
    ['a typographic minus', (i) => (i % 2 ? `−${value(i)}` : `${value(i)}`), /typographic minus/],
    ['few numbers with a typographic minus', (i) => ['−1', '0', '1'][i % 3], /typographic minus/],
    ['an en dash', (i) => (i % 2 ? `–${value(i)}` : `${value(i)}`), /typographic minus/],
    ['dates', (i) => `2024-${10 + (i % 3)}-${10 + (i % 20)}`, /dates/],
    ['dates of Europe', (i) => `${1 + (i % 28)}.${1 + (i % 11)}.2024`, /dates/],
    ['dates of America', (i) => `${1 + (i % 11)}/${1 + (i % 28)}/24`, /dates/],
    ['dates with months', (i) => `${1 + (i % 28)}-${['Jan', 'Feb', 'Mar'][i % 3]}-2024`, /dates/],
    ['dates and times', (i) => `2024-01-${10 + (i % 20)}T08:${10 + (i % 40)}:00Z`, /dates/],
    ['times', (i) => `${i % 24}:${10 + (i % 50)}`, /times/],
    ['times of twelve hours', (i) => `${1 + (i % 12)}:${10 + (i % 50)} pm`, /times/],
    ['limits', (i) => (i % 4 ? `${value(i)}` : `<0.${i + 1}`), /sign such as </],
    ['fractions', (i) => `${i}/${39 + i}`, /fractions/],
    ['powers written out', (i) => `${value(i)}x10^3`, /power of ten/],
    ['digits of another script', (i) => `${'٠١٢٣٤٥٦٧٨٩'[i % 10]}${'٠١٢٣٤٥٦٧٨٩'[Math.floor(i / 10)]}`, /another script/],
    ['text marks of a spreadsheet', (i) => `="${i}"`, /marks/],
    ['stars', (i) => `${value(i)}**`, /marks/],
    ['losses in brackets', (i) => (i % 2 ? `(${value(i)})` : `${value(i)}`), /marks/],
  ])('%s', (_, cell, says) => {
    const table = tableOf(cell)
    for (const formula of ['y ~ x', 'x ~ y', 'y ~ log(x)', 'y ~ (x | g)']) {
      const error = failing(formula, table)
      expect(error.code).toBe('COLUMN')
      expect(`${error.message}; ${error.hint}`).toMatch(says)
      expect(`${error.message}${error.hint}`).not.toContain('\n')
    }
    // It is a factor to who says so, groups rows, and does not matter where it is not used.
    expect(() => stateModel('y ~ factor(x)', table, { family: 'gaussian' })).not.toThrow()
    expect(() => stateModel('y ~ (1 | x)', table, { family: 'gaussian' })).not.toThrow()
    expect(told('y ~ (1 | g)', table)).toEqual([])
  })

  it('points in a file of decimal commas', () => {
    const rows = Array.from({ length: n }, (_, i) => `${i % 11},5;${1 + i}.${500 + i};g${i % 10}`)
    expect(failing('y ~ x', parseTable(`y;x;g\n${rows.join('\n')}`)).message).toContain('thousands set apart')
  })

  it('others in a file of decimal commas', () => {
    const rows = (cell: (i: number) => string): Table =>
      parseTable(`y;x;z\n${Array.from({ length: n }, (_, i) => `${i % 11};${cell(i)};0,5`).join('\n')}`)
    expect(
      failing(
        'y ~ x',
        rows((i) => `${1 + (i % 28)}.${1 + (i % 11)}.2024`),
      ).message,
    ).toContain('dates')
    expect(
      failing(
        'y ~ x',
        rows((i) => (i % 5 ? `${i},5` : '.')),
      ).hint,
    ).toContain('--na "."')
    expect(
      failing(
        'y ~ x',
        rows((i) => (i % 5 ? `${i},5` : 'high')),
      ).message,
    ).toContain('got "high" in row 1')
    expect(
      failing(
        'y ~ x',
        rows((i) => `${i},5 %`),
      ).message,
    ).toContain('percent sign')
  })

  it('numbers stored as text by a program', () => {
    const x = Array.from({ length: n }, (_, i) => String(value(i)))
    const y = x.map((_, i) => (i * 7) % 11)
    expect(failing('y ~ x', tableFrom({ x, y })).message).toContain('numbers stored as text')
    expect(told('y ~ x', tableFrom({ x: y.map((_, i) => `${1 + (i % 3)}`), y }))).toEqual([])
  })
})

describe('codes of missing values', () => {
  it.each(['.', 'N/A', '#N/A', 'n/a', 'null', '-', '?', '<NA>', 'nan', 'missing', '#DIV/0!', 'not available'])(
    '%s',
    (code) => {
      const few = tableOf((i) => (i % 20 === 3 ? code : `${value(i)}`))
      const many = tableOf((i) => (i % 3 ? code : `${value(i)}`))
      const zeroOne = tableOf((i) => (i % 9 === 3 ? code : `${i % 2}`))
      for (const table of [few, many, zeroOne])
        for (const formula of ['y ~ x', 'x ~ y', 'y ~ (1 | x)', 'y ~ sqrt(x)'])
          expect(failing(formula, table).hint).toContain(`--na ${JSON.stringify(code)}`)
      expect(() => stateModel('y ~ factor(x)', zeroOne, { family: 'gaussian' })).not.toThrow()
    },
  )

  it('of two kinds are named in one option', () => {
    expect(
      failing(
        'y ~ x',
        tableOf((i) => (i % 9 === 3 ? 'N/A' : i % 9 === 4 ? '.' : `${value(i)}`)),
      ).hint,
    ).toMatch(/--na "(\.,N\/A|N\/A,\.)"/)
  })

  it('among names are levels, and told', () => {
    const table = tableOf((i) => (i % 9 === 3 ? 'N/A' : ['control', 'treated'][i % 2]))
    expect(told('y ~ x', table)).toEqual([
      '"N/A" (7) of x counts as a level; if it stands for a missing value, say so: --na "N/A"',
    ])
    expect(
      told(
        'y ~ x',
        tableOf((i) => ['none', 'some', 'x'][i % 3]),
      ),
    ).toEqual([])
  })
})

describe('new data', () => {
  const record = fit(
    'y ~ x',
    tableOf((i) => `${value(i)}`),
    { family: 'gaussian' },
  )

  it.each([
    ['47 %', /percent sign/],
    ['24,500', /thousands/],
    ['tall', /numbers were expected in x, as in the fit/],
  ])('%s where the fit had numbers', (cell, says) => {
    expect(() => predict(record, parseTable(`x;y\n${cell};1\n`))).toThrow(says)
  })

  it('a code of missing values where the fit had numbers', () => {
    expect(() => predict(record, parseTable('x\n3\n.\n'))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--na "."') }),
    )
    expect(predict(record, parseTable('x\n3\n.\n', { na: ['.'] })).dropped).toBe(1)
  })
})

describe('what is a factor, as it is to R', () => {
  it.each<[string, (i: number) => string]>([
    ['age groups 01, 23, 46 and 7p', (i) => ['01', '23', '46', '7p'][i % 4]],
    ['mostly numbers', (i) => ['1', '2', '3', '4', '5', '6', '7', '8+'][i % 8]],
    ['rooms', (i) => ['101', '102', '12B'][i % 3]],
    ['labels with numbers', (i) => ['1a', '1b', '2a', '2b'][i % 4]],
    ['ordinals', (i) => ['1st', '2nd', '3rd'][i % 3]],
    ['age bands', (i) => ['18-25', '26-40', '41-65', '65+'][i % 4]],
    ['booleans', (i) => ['TRUE', 'FALSE'][i % 2]],
    ['booleans in short', (i) => ['T', 'F'][i % 2]],
    ['yes and no', (i) => ['yes', 'no'][i % 2]],
    ['genotypes', (i) => ['AA', 'Aa', 'aa'][i % 3]],
    ['signs', (i) => ['+', '-'][i % 2]],
    ['groups of a name and a number', (i) => `drug ${i % 3}, 5%`],
  ])('%s', (_, cell) => {
    const table = tableOf(cell)
    expect(table.columns[1].kind).toBe('factor')
    expect(told('y ~ x', table)).toEqual([])
  })

  it('of few levels that look like measures, with a word', () => {
    expect(
      told(
        'y ~ x',
        tableOf((i) => ['5 mg', '10 mg', '20 mg'][i % 3]),
      ),
    ).toEqual([
      'x is a factor of 3 levels that look like numbers with a unit ("10 mg", "20 mg", "5 mg"); if it is a measure, write plain numbers, such as 21.5, and put the unit in the column\'s name',
    ])
    expect(
      told(
        'y ~ x',
        tableOf((i) => `2024-0${1 + (i % 3)}-01`),
      )[0],
    ).toContain('look like dates')
    expect(
      told(
        'y ~ (1 | x)',
        tableOf((i) => ['5 mg', '10 mg'][i % 2]),
      ),
    ).toEqual([])
    expect(
      told(
        'y ~ factor(x)',
        tableOf((i) => ['5 mg', '10 mg'][i % 2]),
      ),
    ).toEqual([])
  })

  it('a word among decimal commas is one text, the numbers beside it none', () => {
    const text = 'x;y\n1,5;1\n2,5;2\nn.b.;3\n4,5;2\n1,0;1\n7,1;2\n'
    const error = failing('y ~ x', parseTable(text, { source: 'x.csv' }))
    expect(error.message).toContain('got "n.b." in row 3 (line 4 of x.csv)')
    expect(error.message).not.toContain('such texts')
    const [, code] = /--na "(.*?)"/.exec(error.hint)!
    expect(stateModel('y ~ x', parseTable(text, { na: [code] }), { family: 'gaussian' }).nobs).toBe(5)
  })

  it('a slip among numbers is a slip', () => {
    const error = failing(
      'y ~ x',
      tableOf((i) => (i === 30 ? '3o' : `${value(i)}`)),
    )
    expect(error.message).toBe(
      'numbers were expected in column x, most of whose cells are, got "3o" in row 31 (line 32 of x.csv)',
    )
    expect(
      failing(
        'y ~ x',
        tableOf((i) => (i % 10 === 0 ? 'high' : `${value(i)}`)),
      ).message,
    ).toContain('"high"')
  })
})

describe('levels that look alike', () => {
  it.each<[string, readonly string[], string | null]>([
    ['blanks at the end', ['a ', 'a', 'b'], '"a" (20) beside "a " (20)'],
    ['blanks of another kind', ['new\u00a0york', 'new york', 'b'], 'beside'],
    ['two blanks', ['new  york', 'new york', 'b'], 'beside'],
    ['capitals', ['M', 'F', 'm'], '"m" (20) beside "M" (20)'],
    ['composed letters', ['Zoe\u0301', 'Zo\u00e9', 'b'], 'beside'],
    ['blanks in genotypes', ['AA', 'AA ', 'aa'], 'beside'],
    ['others', ['control', 'controls', 'b'], null],
  ])('%s', (_, levels, says) => {
    const x = Array.from({ length: n }, (_, i) => levels[i % 3])
    const warnings = told('y ~ x', tableFrom({ x, y: x.map((_, i) => i % 7) }))
    if (says === null) expect(warnings).toEqual([])
    else expect(warnings[0]).toContain(says)
  })
})
