import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellText } from '../../src/data/column-facts.js'
import { parseTable } from '../../src/data/parse-table.js'
import type { Column, Table } from '../../src/data/table.js'
import { GlmmError } from '../../src/errors.js'

const cells = (table: Table): string[][] =>
  Array.from({ length: table.nrow }, (_, row) => table.columns.map((column) => cellText(column, row)))
const kinds = (table: Table): string[] => table.columns.map((c) => `${c.name} ${c.kind}`)
const numbers = (column: Column): number[] => (column.kind === 'numeric' ? [...column.values] : [])
const levels = (column: Column): readonly string[] => (column.kind === 'factor' ? column.levels : [])

function fault(text: string, options: Parameters<typeof parseTable>[1] = {}): GlmmError {
  try {
    parseTable(text, { source: 'x.csv', ...options })
  } catch (error) {
    if (error instanceof GlmmError) return error
    throw error
  }
  throw new Error('no error')
}

describe('parseTable', () => {
  const expected = [
    ['1', 'a', '0.5'],
    ['2', 'b', '-3'],
  ]
  it.each([
    ['comma', 'n,f,x\n1,a,.5\n2,b,-3\n'],
    ['no end of line at the end', 'n,f,x\n1,a,.5\n2,b,-3'],
    ['semicolon', 'n;f;x\n1;a;.5\n2;b;-3\n'],
    ['tab', 'n\tf\tx\n1\ta\t.5\n2\tb\t-3\n'],
    ['byte order mark', '\ufeffn,f,x\n1,a,.5\n2,b,-3\n'],
    ['byte order mark and quotes', '\ufeff"n","f","x"\n1,"a",.5\n2,"b",-3\n'],
    ['CRLF', 'n,f,x\r\n1,a,.5\r\n2,b,-3\r\n'],
    ['CRLF and quotes', '"n","f","x"\r\n"1","a",".5"\r\n2,b,"-3"\r\n'],
    ['CR', 'n,f,x\r1,a,.5\r2,b,-3\r'],
    ['spaces around', 'n, f , x\n1 , a,.5\n2,b ,-3 \n'],
    ['spaces around quotes', 'n, "f" , x\n1 , "a",.5\n2,"b" ,-3 \n'],
    ['white space', 'n f x\n1 a  .5\n2 "b" -3\n'],
    ['row names of write.table', '"n" "f" "x"\n"1" 1 "a" .5\n"2" 2 "b" -3\n'],
    ['a comma quoted among semicolons', 'n;f;"x"\n1;"a";.5\n2;b;-3\n'],
  ])('%s', (_, text) => {
    const table = parseTable(text)
    expect(kinds(table)).toEqual(['n numeric', 'f factor', 'x numeric'])
    expect(cells(table)).toEqual(expected)
    expect([table.nrow, table.firstLine, table.lines]).toEqual([2, 2, null])
  })

  it('reads text without header', () => {
    for (const text of ['1 a .5\n2 b -3\n', '1,a,.5\n2,b,-3', ' 1\ta  .5\n2 "b" -3\n']) {
      const table = parseTable(text, { header: false, names: ['n', 'f', 'x'] })
      expect(cells(table)).toEqual(expected)
      expect([table.firstLine, table.lines]).toEqual([1, null])
    }
  })

  it('takes NA, NaN and empty cells as missing', () => {
    const table = parseTable('x,f,e\n1,a,\nNA,,NA\nNaN,NA,\n,b,""\n')
    expect(kinds(table)).toEqual(['x numeric', 'f factor', 'e numeric'])
    expect(numbers(table.columns[0])).toEqual([1, Number.NaN, Number.NaN, Number.NaN])
    expect(cells(table).map((row) => row[1])).toEqual(['a', 'NA', 'NA', 'b'])
    expect(numbers(table.columns[2])).toEqual(new Array(4).fill(Number.NaN))
  })

  it("reads R's forms of numbers, and no others", () => {
    const table = parseTable('x\n1e-3\n.5\n-1.\n+2E+2\nInf\n-inf\nInfinity\n')
    expect(numbers(table.columns[0])).toEqual([0.001, 0.5, -1, 200, Infinity, -Infinity, Infinity])
    for (const text of ['0x10', '1_000', 'one', '--1', '1e', '0b1', '12a'])
      expect(kinds(parseTable(`x;y\n${text};1\n`))[0]).toBe('x factor')
  })

  it('keeps the spelling of numbers in a column of text', () => {
    const { columns } = parseTable('x,g\n1.0,007\n2e0,x\n,1\nz,2\n')
    expect(levels(columns[0])).toEqual(['1.0', '2e0', 'z'])
    expect(levels(columns[1])).toEqual(['007', '1', '2', 'x'])
  })

  it('sorts levels as R does in an English locale', () => {
    const { columns } = parseTable('f\nb\nB\na\nA\n10\n9\nÄ\nz\nab\n')
    expect(levels(columns[0])).toEqual(['10', '9', 'a', 'A', 'Ä', 'ab', 'b', 'B', 'z'])
  })

  it('knows the lines of rows after blank lines and line ends in quotes', () => {
    expect([...parseTable('x,y\n1,2\n\n3,4\n').lines!]).toEqual([2, 4])
    expect(parseTable('\n\nx,y\n1,2\n3,4\n').firstLine).toBe(4)
    const quoted = parseTable('"x",y\n"a\nb",2\nc,4\n\n"d",5\n')
    expect([quoted.firstLine, ...quoted.lines!]).toEqual([2, 2, 4, 6])
  })

  it('takes any name for a column', () => {
    const table = parseTable('constructor,__proto__,my var,toString\n1,2,3,4\n')
    expect(table.columns.map((c) => c.name)).toEqual(['constructor', '__proto__', 'my var', 'toString'])
  })

  it('reads back what was written in quotes', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a,b', 'say "hi"', 'two\nlines', ' x ', ';', "'"),
    )
    const text = cell.filter((s) => !['', 'NA', 'NaN'].includes(s) && !/[\0\r\ufeff]/.test(s))
    const quote = (s: string): string => `"${s.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }), (rows) => {
        const csv = `"p","q"\n${rows.map((row) => row.map(quote).join(',')).join('\n')}\n`
        const table = parseTable(csv)
        for (const [j, column] of table.columns.entries()) {
          if (column.kind === 'numeric') continue
          expect(rows.map((_, i) => cellText(column, i))).toEqual(rows.map((row) => row[j]))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('reads a million cells within seconds', () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i},g${i % 1000},${(i * 0.37) % 11},${i % 2},${i * 7919}`)
    const started = performance.now()
    expect(parseTable(`id,g,x,y,w\n${lines.join('\n')}\n`).nrow).toBe(200_000)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('faults of a table', () => {
  it.each([
    ['', {}, 'TABLE', 'x.csv is empty'],
    [' \n\n', {}, 'TABLE', 'x.csv is empty'],
    ['a,b\n', {}, 'TABLE', 'rows were expected below the header of x.csv'],
    ['a,b,a\n1,2,3\n', {}, 'TABLE', 'got a twice in x.csv'],
    ['"",""\n1,2\n', {}, 'TABLE', 'column 1 of x.csv has none'],
    ['a,,c\n1,2,3\n', {}, 'TABLE', 'column 2 of x.csv has none'],
    ['a,b,\n1,2,3\n', {}, 'TABLE', 'column 3 of x.csv has none'],
    ['a,b\n1,2\n3\n', {}, 'TABLE', '2 fields as in the header were expected, got 1 on line 3 of x.csv'],
    ['a,b\n1,2\n\n3,4,5\n', {}, 'TABLE', 'got 3 on line 4 of x.csv'],
    ['"a",b\n1,2\n"3\n4",5\n6\n', {}, 'TABLE', 'got 1 on line 5 of x.csv'],
    ['a,b\n"1,2\n', {}, 'TABLE', 'a quote that is not closed'],
    ['a,b\n1"x,2\n', {}, 'TABLE', 'a quote inside a field on line 2 of x.csv'],
    ['a,b\n"1"x,2\n', {}, 'TABLE', 'a quote inside a field on line 2 of x.csv'],
    ['a,b\n1,\0\n', {}, 'TABLE', 'binary data'],
    ['1 2\n', { header: false }, 'USAGE', 'column names were expected'],
    ['1 2\n', { header: false, names: ['a'] }, 'TABLE', '1 fields, one for each name, were expected, got 2 on line 1'],
    ['1 2\n', { header: false, names: ['a', 'a'] }, 'TABLE', 'got a twice'],
    ['a,b\n1,2\n', { names: ['a'] }, 'USAGE', 'the 2 columns of x.csv'],
    ['a b\n1 "x\n', {}, 'TABLE', 'an open quote on line 2'],
  ])('%j', (text, options, code, message) => {
    const error = fault(text, options)
    expect(error.code).toBe(code)
    expect(error.message).toContain(message)
    expect(`${error.message}${error.hint}`).not.toContain('\n')
    expect(error.hint).not.toBe('')
  })
})
