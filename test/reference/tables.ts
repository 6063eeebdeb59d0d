import { readFileSync } from 'node:fs'
import { parseTable } from '../../src/data/parse-table.js'
import type { Table } from '../../src/data/table.js'

/** A table of this folder as it stands, by the name of its file without .csv. */
export const readReference = (name: string): Table =>
  parseTable(readFileSync(new URL(`${name}.csv`, import.meta.url), 'utf8'), { source: `${name}.csv` })
