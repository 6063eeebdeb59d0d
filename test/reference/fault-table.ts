import { readFileSync } from 'node:fs'
import { parseTable } from '../../src/data/parse-table.js'
import type { Table } from '../../src/data/table.js'

/** A table of test/reference/faults: small inputs that once went wrong. */
export const faultTable = (name: string): Table =>
  parseTable(readFileSync(new URL(`./faults/${name}.csv`, import.meta.url), 'utf8'), { source: `${name}.csv` })
