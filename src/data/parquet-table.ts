import { parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { GlmmError } from '../errors.js'
import { checkedNames } from './parse-table.js'
import type { Table } from './table.js'
import { columnFrom } from './table-from.js'

/** A table from the bytes of a Parquet file: flat columns of numbers, texts, booleans or dates. */
export async function parquetTable(bytes: Uint8Array, source: string): Promise<Table> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const cells = new Map<string, unknown[]>()
  let nrow = 0
  try {
    const metadata = await parquetMetadataAsync(file)
    nrow = Number(metadata.num_rows)
    const top = metadata.schema[0].num_children ?? 0
    for (const element of metadata.schema.slice(1, 1 + top)) cells.set(element.name, new Array(nrow).fill(null))
    await parquetRead({
      file,
      metadata,
      compressors,
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = cells.get(columnName)
        if (column === undefined) return
        for (let i = 0; i < columnData.length; i++) column[rowStart + i] = columnData[i]
      },
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new GlmmError(
      'FILE',
      `a readable Parquet file was expected, got in ${source}: ${reason}`,
      'write the file again',
    )
  }
  const names = checkedNames([...cells.keys()], source)
  if (nrow === 0 || names.length === 0)
    throw new GlmmError('TABLE', `rows were expected, got none in ${source}`, 'check that the right file was written')
  const columns = names.map((name) =>
    columnFrom(
      name,
      cells.get(name)!.map((cell, row) => plainCell(cell, name, row)),
    ),
  )
  return { source, nrow, columns, firstLine: 1, lines: null }
}

function plainCell(cell: unknown, name: string, row: number): number | string | boolean | null {
  switch (typeof cell) {
    case 'number':
    case 'string':
    case 'boolean':
      return cell
    case 'bigint':
      return Number(cell)
    case 'undefined':
      return null
    default:
      if (cell === null) return null
      if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00\.000Z$/, '')
      throw new GlmmError(
        'TABLE',
        `numbers, texts, booleans or dates were expected in column ${name}, got a ${Array.isArray(cell) ? 'list' : 'record'} in row ${row + 1}`,
        'flatten or leave out that column',
      )
  }
}
