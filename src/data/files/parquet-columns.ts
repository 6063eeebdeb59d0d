import { type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { GlmmError } from '../../errors.js'
import { checkedNames } from '../column-names.js'
import type { Column } from '../table.js'
import { columnFrom } from '../table-from.js'

/** What a Parquet file holds: flat columns of numbers, texts, booleans or dates. */
export interface ParquetColumns {
  readonly nrow: number
  readonly columns: readonly Column[]
}

/** Decodes a Parquet file that comes to at most `most` bytes, eight a cell. A damaged one may take for ever. */
export async function parquetColumns(file: ArrayBuffer, source: string, most: number): Promise<ParquetColumns> {
  const metadata = await parquetMetadataAsync(file)
  const top = metadata.schema[0]?.num_children ?? 0
  const elements = topElements(metadata, top)
  const names = checkedNames(elements, source)
  const nrow = rowsOf(metadata)
  if (nrow === 0 || names.length === 0)
    throw new GlmmError('TABLE', `rows were expected, got none in ${source}`, 'check that the right file was written')
  if (nrow * names.length * 8 > most)
    throw new GlmmError(
      'FILE',
      `at most ${most} bytes were expected of ${source}, got ${nrow} rows of ${names.length} columns`,
      `check that it is the right file; if it is, raise the bound: --max-bytes ${nrow * names.length * 16}`,
    )
  const columns: Column[] = []
  for (const name of names) columns.push(await columnNamed(name, { file, metadata, nrow, most }))
  return { nrow, columns }
}

/** Names of the columns, without those that are parts of one. */
function topElements({ schema }: FileMetaData, top: number): string[] {
  const names: string[] = []
  let at = 1
  const pass = (): void => {
    let open = schema[at++]?.num_children ?? 0
    for (; open > 0 && at < schema.length; open--) pass()
  }
  while (names.length < top && at < schema.length) {
    names.push(String(schema[at].name))
    pass()
  }
  return names
}

function rowsOf(metadata: FileMetaData): number {
  const nrow = Number(metadata.num_rows)
  const sum = metadata.row_groups.reduce((rows, group) => rows + Number(group.num_rows), 0)
  if (!Number.isSafeInteger(nrow) || nrow < 0 || sum !== nrow)
    throw new Error(`${nrow} rows in all and ${sum} in its groups`)
  return nrow
}

interface Decoding {
  readonly file: ArrayBuffer
  readonly metadata: FileMetaData
  readonly nrow: number
  readonly most: number
}

async function columnNamed(name: string, { file, metadata, nrow, most }: Decoding): Promise<Column> {
  const cells: unknown[] = new Array(nrow).fill(null)
  let beyond = false
  await parquetRead({
    file,
    metadata,
    columns: [name],
    compressors: boundedCompressors(most),
    onChunk: ({ columnData, rowStart }) => {
      beyond ||= rowStart + columnData.length > nrow
      if (!beyond) for (let i = 0; i < columnData.length; i++) cells[rowStart + i] = columnData[i]
    },
  })
  if (beyond) throw new Error(`more rows in column ${name} than in all`)
  return columnFrom(
    name,
    cells.map((cell, row) => plainCell(cell, name, row)),
  )
}

/** A page says how long it is once it is uncompressed: a damaged or hostile one, gigabytes. */
const boundedCompressors = (most: number): typeof compressors =>
  Object.fromEntries(
    Object.entries(compressors).map(([codec, uncompress]) => [
      codec,
      (input: Uint8Array, length: number) => {
        if (length > most) throw new Error(`a page of ${length} bytes`)
        return uncompress(input, length)
      },
    ]),
  )

function plainCell(cell: unknown, name: string, row: number): number | bigint | string | boolean | null {
  switch (typeof cell) {
    case 'number':
    case 'bigint':
    case 'string':
    case 'boolean':
      return cell
    case 'undefined':
      return null
    default:
      if (cell === null) return null
      if (cell instanceof Date && !Number.isNaN(cell.getTime()))
        return cell.toISOString().replace(/T00:00:00\.000Z$/, '')
      throw new GlmmError(
        'TABLE',
        `numbers, texts, booleans or dates were expected in column ${name}, got a ${Array.isArray(cell) ? 'list' : 'record'} in row ${row + 1}`,
        'flatten or leave out that column',
      )
  }
}
