import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTable } from '../../../src/data/files/read-table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { GlmmError } from '../../../src/errors.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glmm-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}
async function fault(path: string): Promise<GlmmError> {
  try {
    await readTable(path)
  } catch (error) {
    if (error instanceof GlmmError) return error
    throw error
  }
  throw new Error('no error')
}

describe('readTable', () => {
  it('names the table after its file', async () => {
    const table = await readTable(await written('beta.csv', 'r,n\n1,2\n3,4\n'))
    expect([table.source, table.nrow]).toEqual(['beta.csv', 2])
  })

  it('reads Parquet, compressed too', async () => {
    const path = await written(
      'beta.parquet',
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: 'x', data: [1.5, null, 3], type: 'DOUBLE' },
            { name: 'n', data: [1n, 2n, 3n], type: 'INT64' },
            { name: 'f', data: ['b', 'a', null], type: 'STRING' },
            { name: 'l', data: [true, false, true], type: 'BOOLEAN' },
          ],
        }),
      ),
    )
    const table = await readTable(path)
    expect(table).toEqual(
      tableFrom({ x: [1.5, null, 3], n: [1, 2, 3], f: ['b', 'a', null], l: [true, false, true] }, 'beta.parquet'),
    )
  })

  it('says which file is missing and suggests one', async () => {
    await written('betablocker.csv', 'x\n1\n')
    const near = await fault(join(folder, 'betabloker.csv'))
    expect([near.code, near.hint]).toEqual(['FILE', 'did you mean betablocker.csv?'])
    expect(near.message).toContain(join(folder, 'betabloker.csv'))
    expect((await fault(join(folder, 'zzzzzz'))).hint).toContain('check the path')
    expect((await fault(join(folder, 'no', 'x.csv'))).message).toContain('does not exist')
  })

  it.each([
    ['empty.csv', '', 'is empty'],
    ['bare16.csv', Uint8Array.from([0x61, 0, 0x0a, 0, 0x31, 0]), 'UTF-16 without a byte order mark'],
    ['latin1.csv', Uint8Array.from([0x66, 0x0a, 0xe4, 0x0a]), 'UTF-8 was expected'],
    ['sheet.xlsx', 'PK\x03\x04rest', 'zip or spreadsheet'],
    ['x.csv.gz', Uint8Array.from([0x1f, 0x8b, 8, 0]), 'a whole gzip file was expected'],
    ['x.csv.bz2', 'BZh91AY', 'is compressed'],
    ['x.parquet', 'a,b\n1,2\n', 'a Parquet file was expected'],
    ['cut.parquet', 'PAR1 and no more than that', 'a readable Parquet file was expected'],
  ])('%s', async (name, content, message) => {
    const error = await fault(await written(name, content))
    expect(error.code).toBe('FILE')
    expect(error.message).toContain(message)
    expect(`${error.message}${error.hint}`).not.toContain('\n')
  })

  it('refuses a directory', async () => {
    const error = await fault(folder)
    expect([error.code, error.message]).toEqual(['FILE', `a file was expected, ${folder} is a directory`])
  })
})

describe('tableFrom', () => {
  it('makes a column of the kind its cells have', () => {
    const { columns } = tableFrom({
      x: [1, null, undefined, Number.NaN],
      f: ['b', 'a', null, 'a'],
      l: [true, false, null, true],
      i: new Int32Array([1, 2, 3, 4]),
      m: [1, 'a', 2, 3],
    })
    expect(columns.map((c) => (c.kind === 'factor' ? [c.levels, [...c.codes]] : [...c.values]))).toEqual([
      [1, Number.NaN, Number.NaN, Number.NaN],
      [
        ['a', 'b'],
        [1, 0, -1, 0],
      ],
      [
        ['FALSE', 'TRUE'],
        [1, 0, -1, 1],
      ],
      [1, 2, 3, 4],
      [
        ['1', '2', '3', 'a'],
        [0, 3, 1, 2],
      ],
    ])
  })

  it('refuses columns of different lengths, none, and cells of other kinds', () => {
    expect(() => tableFrom({ x: [1, 2], y: [1] })).toThrow('got 2 cells in x and 1 in y')
    expect(() => tableFrom({})).toThrow('at least one column')
    expect(() => tableFrom({ x: [] })).toThrow('rows were expected')
    expect(() => tableFrom({ x: [{}] as never })).toThrow('got object in row 1')
    expect(() => tableFrom({ x: 3 as never })).toThrow('an array was expected')
  })

  it('takes columns named like members of an object', () => {
    const columns = JSON.parse('{"constructor": [1, 2], "__proto__": [3, 4]}')
    expect(tableFrom(columns).columns.map((c) => c.name)).toEqual(['constructor', '__proto__'])
  })
})
