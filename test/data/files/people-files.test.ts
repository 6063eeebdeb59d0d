import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cellText } from '../../../src/data/column-facts.js'
import { parseTable } from '../../../src/data/parse-table.js'
import type { ReadOptions } from '../../../src/data/read-options.js'
import { readTable } from '../../../src/data/files/read-table.js'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { GlmmError } from '../../../src/errors.js'

const faults = (name: string): string => fileURLToPath(new URL(`../../reference/faults/${name}`, import.meta.url))
const cells = (table: Table): string[][] =>
  Array.from({ length: table.nrow }, (_, row) => table.columns.map((column) => cellText(column, row)))
const kinds = (table: Table): string[] => table.columns.map((c) => `${c.name} ${c.kind}`)
const failing = (text: string, options: ReadOptions = {}): GlmmError => {
  try {
    parseTable(text, { source: 'x.csv', ...options })
  } catch (error) {
    if (error instanceof GlmmError) return error
    throw error
  }
  throw new Error('no error')
}

const kindsOfThree = ['n numeric', 'f factor', 'x numeric']
const three = [
  ['1', 'a', '0.5'],
  ['2', 'b', '-3'],
]

describe('a table in other clothes is the same table, without a word', () => {
  it.each<[string, string, ReadOptions?]>([
    ['row names of write.csv', '"","n","f","x"\n"1",1,"a",0.5\n"2",2,"b",-3\n'],
    ['row names after rows were left out', '"","n","f","x"\n"4",1,"a",0.5\n"9",2,"b",-3\n'],
    ['an index of pandas', ',n,f,x\n0,1,a,0.5\n1,2,b,-3.0\n'],
    ['write.csv2', '"";"n";"f";"x"\n"1";1;"a";0,5\n"2";2;"b";-3\n'],
    ['blank columns of a spreadsheet', 'n,f,x,,\n1,a,0.5,,\n2,b,-3,,\n'],
    ['blank columns and rows of a spreadsheet', 'n;f;x;;\n1;a;0,5;;\n2;b;-3;;\n;;;;\n;;;;\n'],
    ['blank cells after the rows only', 'n,f,x\n1,a,0.5,,\n2,b,-3,\n'],
    ['a blank column between', 'n,f,,x\n1,a,,0.5\n2,b,,-3\n'],
    ['blank lines of blanks', 'n,f,x\n1,a,0.5\n2,b,-3\n  \n \t\n'],
    ['sep=;', 'sep=;\nn;f;x\n1;a;0.5\n2;b;-3\n'],
    ['sep=, among decimal commas in quotes', 'sep=,\nn,f,x\n1,a,"0,5"\n2,b,-3\n', { decimal: ',' }],
    ['"sep=|" with CRLF', '"sep=|"\r\nn|f|x\r\n1|a|0.5\r\n2|b|-3\r\n'],
    ['bars', 'n|f|x\n1|a|0.5\n2|b|-3\n'],
    ['comments', '# by hand\nn,f,x\n1,a,0.5\n# a break\n2,b,-3 # doubtful\n', { comment: '#' }],
    ['comments and quotes', '# by hand\nn,f,x\n1,"a",0.5\n# a "break\n2,b,-3 # "doubtful"\n', { comment: '#' }],
    ['comments among white space', '# by hand\nn f x\n1 a 0.5\n 2 b -3 # doubtful\n', { comment: '#' }],
    ['comments by %', '% by hand\nn;f;x\n1;a;0.5\n2;b;-3\n', { comment: '%' }],
    ['titles', 'Table 1, all of it\n\nn,f,x\n1,a,0.5\n2,b,-3\n', { skip: 2 }],
    ['titles, CR alone', 'Table 1\rn,f,x\r1,a,0.5\r2,b,-3\r', { skip: 1 }],
    ['titles and sep=', 'Table 1\nsep=;\nn;f;x\n1;a;0.5\n2;b;-3\n', { skip: 1 }],
    ['decimal commas between semicolons', 'n;f;x\n1;a;0,5\n2;b;-3\n'],
    ['decimal commas between tabs', 'n\tf\tx\n1\ta\t,5\n2\tb\t-3,0\n'],
    ['decimal commas between commas', 'n,f,x\n1,a,"0,5"\n2,b,-3\n', { decimal: ',' }],
    ['decimal commas among white space', 'n f x\n1 a 0,5\n2 b -3\n', { decimal: ',' }],
    ['exponents after decimal commas', 'n;f;x\n1;a;5,0e-1\n2;b;-3\n'],
    ['line ends of two kinds', 'n,f,x\r\n1,a,0.5\n2,b,-3\r\n'],
    ['line ends of two kinds and quotes', '"n",f,x\n1,"a",0.5\r\n2,b,-3\n'],
  ])('%s', (_, text, options) => {
    const table = parseTable(text, options)
    expect(kinds(table)).toEqual(kindsOfThree)
    expect(cells(table)).toEqual(three)
    expect(table.warnings).toBeUndefined()
  })

  it('codes of missing values, in any spelling of a number', () => {
    const table = parseTable('x,g,y\n1,a,-99\n.,N/A,2\n-99,b,-99.0\n4,-99,5\n', { na: ['.', -99, 'N/A'] })
    expect(kinds(table)).toEqual(['x numeric', 'g factor', 'y numeric'])
    expect(cells(table)).toEqual([
      ['1', 'a', 'NA'],
      ['NA', 'NA', '2'],
      ['NA', 'b', 'NA'],
      ['4', 'NA', '5'],
    ])
    expect(cells(parseTable('x;y\n-9,5;1\n2,5;2\n', { na: ['-9,5'] }))[0][0]).toBe('NA')
  })

  it('keeps the lines of rows', () => {
    const table = parseTable('Title\n\n# why\nx,y\n1,2\n# because\n3,4\n', { skip: 2, comment: '#' })
    expect([table.firstLine, ...table.lines!]).toEqual([5, 5, 7])
    const quoted = parseTable('Title\n# why\nx,y\n"1",2\n# because\n3,4\n', { skip: 1, comment: '#' })
    expect([quoted.firstLine, ...quoted.lines!]).toEqual([4, 4, 6])
    expect(failing('t\nx,y\n1,2\n3\n', { skip: 1 }).message).toContain('got 1 on line 4')
    expect(failing('t\nx,y\n1,2\n"3\n', { skip: 1 }).message).toContain('on line 4')
  })

  it('a cell of blanks in quotes is missing, not 0', () => {
    expect(cells(parseTable('x,y\n" ",1\n2,"\u00a0"\n'))).toEqual([
      ['NA', '1'],
      ['2', 'NA'],
    ])
  })

  it('a blank row in the middle stays a row', () => {
    expect(parseTable('x,y\n1,2\n,\n3,4\n,\n').nrow).toBe(3)
  })
})

describe('what is surprising is said once', () => {
  it('texts in a first column without a name', () => {
    const { warnings, columns } = parseTable('"","x"\n"Mazda",1\n"Datsun",2\n', { source: 'cars.csv' })
    expect(columns.map(({ name }) => name)).toEqual(['x'])
    expect(warnings?.map(({ message }) => message)).toEqual([
      'the first column of cars.csv has no name in the header and was taken for row names and left out; name it there to use it',
    ])
  })

  it('row names that the header does not count, where a separator is no blank', () => {
    const { warnings, columns } = parseTable('"x"\t"y"\n"1"\t5\t6\n"2"\t7\t8\n')
    expect(columns.map((c) => c.kind === 'numeric' && [...c.values])).toEqual([
      [5, 7],
      [6, 8],
    ])
    expect(warnings).toHaveLength(1)
    // As likely a decimal comma in a field.
    expect(failing('x,y\n1,5,2\n7,5,3\n').message).toContain('got 3 on line 2')
  })
})

describe('decimal commas', () => {
  it('are not thousands', () => {
    // All of the one column may be thousands: nothing is decided.
    expect(kinds(parseTable('x;y\n1,234;2\n12,345;3\n'))).toEqual(['x factor', 'y numeric'])
    // Another column tells.
    expect(cells(parseTable('x;y\n1,234;2,5\n12,345;3\n'))).toEqual([
      ['1.234', '2.5'],
      ['12.345', '3'],
    ])
  })

  it('make a point in a number thousands, or a fault, and never a decimal', () => {
    const table = parseTable('x;y\n1.234;2,5\n12.345;3\n')
    expect(kinds(table)).toEqual(['x factor', 'y numeric'])
    expect(kinds(parseTable('x;y\n1.5;2,5\n2.5;3\n'))).toEqual(['x numeric', 'y factor'])
    expect(kinds(parseTable('x;y\n1.5;2,5\n2.5;3\n', { decimal: ',' }))).toEqual(['x factor', 'y numeric'])
    expect(kinds(parseTable('x;y\n1;2,5\n2;3\n', { decimal: '.' }))).toEqual(['x numeric', 'y factor'])
  })
})

describe('faults tell what helps', () => {
  it.each<[string, string, ReadOptions, string, string]>([
    ['a title', 'My data\nx,y\n1,2\n3,4\n5,6\n', {}, 'TABLE', '--skip 1'],
    ['two titles', 'My data, of 2024, all\n\nx,y\n1,2\n3,4\n5,6\n', {}, 'TABLE', '--skip 2'],
    ['comments', '# a\n# b, c, d\nx,y\n1,2\n3,4\n5,6\n', {}, 'TABLE', '--comment "#"'],
    ['a title among blank names', 'Table 1,,\nx,y,z\n1,2,3\n', {}, 'TABLE', '--skip'],
    ['no header', '1,1,2\n3,4,5\n', {}, 'TABLE', '--no-header'],
    ['too many lines passed over', 'a\nb', { skip: 5 }, 'TABLE', '--skip'],
    ['a comment of no use', 'a\n1', { comment: '' }, 'USAGE', ''],
    ['a sign that is a separator', 'a\n1', { comment: ',' }, 'USAGE', ''],
    ['half a line', 'a\n1', { skip: 0.5 }, 'USAGE', ''],
    ['a decimal of another kind', 'a\n1', { decimal: ';' as ',' }, 'USAGE', '--decimal ,'],
    ['codes that are no list', 'a\n1', { na: '.' as unknown as string[] }, 'USAGE', '--na'],
  ])('%s', (_, text, options, code, hint) => {
    const error = failing(text, options)
    expect(error.code).toBe(code)
    expect(error.hint).toContain(hint)
  })

  it('a title with as many fields as the header', () => {
    const table = parseTable('Our data,2024\nx,y\n1,2\n3,4\n')
    expect(() => stateModel('y ~ x', table, { family: 'gaussian' })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--skip 1') }),
    )
  })

  it('fields by the million', () => {
    expect(failing(`a${',a'.repeat(200_000)}\n`).message).toContain('at most 100000 fields a row')
    expect(failing(`a,"b"\n1${',1'.repeat(200_000)}\n`).message).toContain('fields')
  })
})

describe('readTable', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glmm-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const written = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const text = 'n,f,x\n1,a,0.5\n2,b,-3\n'
  const utf16 = (big: boolean): Buffer => {
    const bytes = Buffer.from(`\ufeff${text.replaceAll(',', '\t')}`, 'utf16le')
    return big ? bytes.swap16() : bytes
  }

  it.each<[string, string | Uint8Array]>([
    ['x.csv.gz', gzipSync(text)],
    ['named.csv', gzipSync(text)],
    ['two-members.csv.gz', Buffer.concat([gzipSync('n,f,x\n1,a,0.5\n'), gzipSync('2,b,-3\n')])],
    ['excel-unicode.txt', utf16(false)],
    ['big-endian.txt', utf16(true)],
    ['packed-utf16.txt.gz', gzipSync(utf16(false))],
  ])('%s', async (name, content) => {
    const table = await readTable(await written(name, content))
    expect(kinds(table)).toEqual(kindsOfThree)
    expect(cells(table)).toEqual(three)
  })

  it.each<[string, string | Uint8Array, ReadOptions, string]>([
    ['bomb.csv.gz', gzipSync(Buffer.alloc(150e6, 'a,b\n1,2\n')), {}, 'at most 100000000 bytes were expected'],
    ['zeros.csv.gz', gzipSync(Buffer.alloc(1e6)), {}, 'is binary or UTF-16'],
    ['twice.csv.gz', gzipSync(gzipSync(text)), {}, 'a gzip file in a gzip file'],
    ['cut.csv.gz', gzipSync(text.repeat(99)).subarray(0, 40), {}, 'a whole gzip file was expected'],
    ['large.csv', text, { maxBytes: 10 }, 'at most 10 bytes were expected'],
    ['large.csv.gz', gzipSync(text.repeat(99)), { maxBytes: 1000 }, 'at most 1000 bytes were expected'],
    ['zero.csv', `${text}${'\0'.repeat(9)}`, {}, 'binary'],
    ['late-zero.csv', `${text}${'3,c,1\n'.repeat(20_000)}\0`, {}, 'a byte 0 on line 20004'],
    ['latin1.csv', Buffer.from('f,n\nb,1\nM\u00fcller,2\n', 'latin1'), {}, 'other letters on line 3'],
    ['data.sav', '$FL2@(#)', {}, 'an SPSS file'],
    ['data.rds', gzipSync('X\n\0\0\0\x03'), {}, 'an R object'],
    ['old.xls', Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 1]), {}, 'a spreadsheet file of old'],
  ])('refuses %s', async (name, content, options, message) => {
    await expect(readTable(await written(name, content), options)).rejects.toThrow(message)
  })

  it('reads what went wrong as it is meant', async () => {
    const blank = await readTable(faults('blankcols.csv'))
    const named = await readTable(faults('wcsv.csv'))
    const names = ['subject', 'treatment', 'visit', 'age', 'count', 'alive']
    expect(blank.columns.map(({ name }) => name)).toEqual(names)
    expect(named.columns.map(({ name }) => name)).toEqual(names)
    expect([blank.nrow, named.nrow, blank.warnings, named.warnings]).toEqual([144, 144, undefined, undefined])
    const lines = readFileSync(faults('wcsv.csv'), 'utf8').trim().split('\n')
    expect(cellText(named.columns[3], 143)).toBe(lines[144].split(',').at(-3))
    const clean = await readTable(faults('cbcl.csv'))
    expect([clean.nrow, clean.warnings, ...kinds(clean)]).toEqual([
      600,
      undefined,
      ...['site', 'fam', 'sex', 'bw', 'cbcl'].map((name) => `${name} numeric`),
    ])
  })
})
