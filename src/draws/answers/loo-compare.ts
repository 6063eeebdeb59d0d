import { GlmmError, type Warning } from '../../errors.js'
import { version } from '../../version.js'
import { paretoLimit } from './loo.js'
import { type LooRecord, type Total, totalOf } from './loo-record.js'

/** What a comparison takes of a leave-one-out record. */
export interface ComparableLoo extends Pick<LooRecord, 'unit' | 'group' | 'responseChecksum'> {
  readonly pointwise: readonly { readonly name: string; readonly elpd: number }[]
  readonly paretoKAbove: { readonly '0.7': number }
}

/** Posteriors of one response by how well they predict what is left out: schema glmm/loo-compare@1. */
export interface LooCompareRecord {
  readonly schema: 'glmm/loo-compare@1'
  readonly version: string
  readonly call: Readonly<Record<string, unknown>>
  readonly warnings: readonly Warning[]
  readonly unit: LooRecord['unit']
  readonly group: string | null
  readonly units: number
  /** The best first. */
  readonly models: readonly LooCompared[]
}

export interface LooCompared {
  readonly name: string
  readonly elpd: Total
  /** elpd less that of the best model, with the standard error of the sum of the units' differences; zero for the best. */
  readonly difference: Total
  /** Units with a Pareto k above 0.7. */
  readonly unreliable: number
}

/**
 * Compares leave-one-out records of one response, unit by unit, as R's loo_compare does.
 *
 * @param records - Two or more, of `loo` or `looClusters`.
 * @param names - What the models are called, 'model 1' and so on unless given.
 * @returns The models, the best first, with the difference of each and its standard error.
 * @throws GlmmError USAGE where they do not leave out the same units of the same response.
 * @example
 * import { loo, looCompare, sample, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 19, 21, 28], x: [0, 0, 0, 1, 1, 1] })
 * const options = { family: 'poisson', chains: 2, draws: 200 }
 * const [without, withX] = [await sample('y ~ 1', table, options), await sample('y ~ x', table, options)]
 * const { models } = looCompare([loo(without), loo(withX)], ['without x', 'with x'])
 * console.log(models[0].name) // with x
 */
export function looCompare(records: readonly ComparableLoo[], names: readonly string[] = []): LooCompareRecord {
  if (records.length < 2) {
    const message = `expected two posteriors or more to compare, got ${records.length}`
    throw new GlmmError('USAGE', message, 'give the others too')
  }
  const all = records.map((record, i) => {
    const elpds = record.pointwise.map(({ elpd }) => elpd)
    const unreliable = record.paretoKAbove['0.7']
    return { name: names[i] ?? `model ${i + 1}`, record, elpds, elpd: totalOf(elpds), unreliable }
  })
  const [first] = all
  for (const other of all.slice(1)) {
    const refuse = (what: string, a: string | number, b: string | number): never => {
      const message = `expected posteriors ${what}, got ${a} in ${first.name} and ${b} in ${other.name}`
      throw new GlmmError(
        'USAGE',
        message,
        'sample both with one table, without rows in which a column of either is missing',
      )
    }
    const unitOf = ({ unit, group }: ComparableLoo): string => (unit === 'row' ? 'rows' : `levels of ${group}`)
    const [a, b] = [first.record, other.record]
    if (unitOf(a) !== unitOf(b)) refuse('that leave out the same', unitOf(a), unitOf(b))
    const same =
      a.pointwise.length === b.pointwise.length && a.pointwise.every((p, i) => p.name === b.pointwise[i].name)
    if (!same) refuse(`with the same ${unitOf(a)}`, a.pointwise.length, b.pointwise.length)
    if (a.responseChecksum !== b.responseChecksum) refuse('of the same response', 'one', 'another')
  }
  const ordered = [...all].sort((a, b) => b.elpd.estimate - a.elpd.estimate)
  const best = ordered[0].elpds
  return {
    schema: 'glmm/loo-compare@1',
    version,
    call: { command: 'compare', posteriors: all.map(({ name }) => name) },
    warnings: all.flatMap(({ name, unreliable }) => (unreliable > 0 ? [unreliableWarning(name, unreliable)] : [])),
    unit: first.record.unit,
    group: first.record.group,
    units: best.length,
    models: ordered.map(({ name, elpd, elpds, unreliable }) => ({
      name,
      elpd,
      difference: totalOf(elpds.map((value, i) => value - best[i])),
      unreliable,
    })),
  }
}

const unreliableWarning = (name: string, count: number): Warning => ({
  code: 'PARETO_K',
  message: `${name} has ${count} with a Pareto k above ${paretoLimit}: its elpd, and the difference, are not to be trusted`,
})

/** The leave-one-out record in a document of schema glmm/posterior@1, which may come from anywhere; by clusters where there is none by rows. */
export function comparableLoo(document: unknown, name: string): ComparableLoo {
  const wrong = (what: string): GlmmError =>
    new GlmmError(
      'FILE',
      `expected ${what} in ${name}, got none`,
      'write it with glmm sample ... --loo --out FILE.json',
    )
  const fields = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    throw wrong(what)
  }
  const posterior = fields(document, 'a posterior')
  const record = fields(posterior.loo ?? posterior.looClusters, 'a leave-one-out record (--loo)')
  const { unit, group, responseChecksum, pointwise } = record
  const above = fields(record.paretoKAbove, 'paretoKAbove')['0.7']
  if (typeof above !== 'number') throw wrong('a number of units with a Pareto k above 0.7')
  if (unit !== 'row' && unit !== 'cluster') throw wrong("'row' or 'cluster' as unit")
  if (typeof responseChecksum !== 'string') throw wrong('a text as responseChecksum')
  if (!Array.isArray(pointwise) || pointwise.length === 0) throw wrong('a list as pointwise')
  return {
    unit,
    group: typeof group === 'string' ? group : null,
    responseChecksum,
    pointwise: pointwise.map((one) => {
      const { name: unitName, elpd } = fields(one, 'a unit in pointwise')
      if (typeof unitName !== 'string' || typeof elpd !== 'number') throw wrong('a name and elpd of every unit')
      return { name: unitName, elpd }
    }),
    paretoKAbove: { '0.7': above },
  }
}
