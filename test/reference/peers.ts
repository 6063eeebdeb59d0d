import { readFileSync } from 'node:fs'
import { parseTable } from '../../src/data/parse-table.js'
import type { Column, Table } from '../../src/data/table.js'

const here = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

type Named = Readonly<Record<string, number>>

/** What one of R's engines says of a model; standard deviations by group, correlations as 'a ~ b' by group. */
export interface PeerFit {
  readonly logLik: number | null
  readonly beta: Named
  readonly se: Named
  readonly sd: Readonly<Record<string, Named>>
  readonly cor: Readonly<Record<string, Named | null>>
  readonly sigma: number | null
  readonly singular?: true
  /** glmmTMB's internal parameters after Newton steps to a gradient of rounding; betad and theta are logarithms. */
  readonly polished?: {
    readonly logLik: number
    readonly maxAbsGradient: number
    readonly beta?: readonly number[]
    readonly betazi?: readonly number[]
    readonly betad?: readonly number[]
    readonly theta: readonly number[]
  }
}

/** Exact maximum likelihood by dense quadrature. */
export interface ExactFit {
  readonly logLik: number
  readonly beta: Named
  readonly se: Named
  readonly sd: Named
  readonly se_sd: Named
  readonly cor: number | null
  readonly se_cor: number | null
  /** Laplace's approximation at these estimates. */
  readonly laplace_logLik_at_exact_mle: number
}

export type Engine = 'lme4_ml' | 'glmmTMB_ml' | 'lme4_reml' | 'glmmTMB_reml'

export interface PeerModel {
  readonly data: string
  readonly formula: string
  readonly family: string
  readonly link: string
  /** Right-hand side of the zero-inflation predictor. */
  readonly zi: string | null
  readonly engines: Readonly<Partial<Record<Engine, PeerFit>>>
  readonly exact?: ExactFit
}

const peers: {
  /** Levels, the reference first, of the factors among the fixed effects. */
  readonly levels: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly models: Readonly<Record<string, PeerModel>>
} = JSON.parse(here('peers.json'))

export const peerModels = peers.models

/** The data of a peer's model, its factors with the levels and the reference the peers used. */
export function peerTable(data: string): Table {
  const path = data === 'betablocker' ? '../../examples/01-betablocker/betablocker.csv' : `${data}.csv`
  const table = parseTable(here(path), { source: `${data}.csv` })
  return { ...table, columns: table.columns.map((column) => withLevels(column, peers.levels[data]?.[column.name])) }
}

function withLevels(column: Column, levels: readonly string[] | undefined): Column {
  if (levels === undefined) return column
  const cells =
    column.kind === 'numeric'
      ? Array.from(column.values, String)
      : Array.from(column.codes, (code) => column.levels[code])
  return { kind: 'factor', name: column.name, levels, codes: Int32Array.from(cells, (cell) => levels.indexOf(cell)) }
}
