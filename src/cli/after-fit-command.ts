import type { Table } from '../data/table.js'
import { GlmmError } from '../errors.js'
import { type FitSource, fitSource } from '../fit/predict/predict-source.js'
import type { EffectsOptions } from '../postestimation/effects.js'
import type { MeansOptions } from '../postestimation/means.js'
import type { ResultRecord } from '../report/document-kind.js'
import type { OutputFlag } from './flags.js'
import { checkEndings } from './output-files.js'
import { checkOutput, present } from './present.js'
import { readData } from './read-data.js'
import { fitHint } from './read-document.js'
import type { ReadFlags } from './read-flags.js'
import { readOriginal } from './read-original.js'
import { readRecord, withRecord } from './read-record.js'
import { csvOrResult } from './write-csv.js'

/** Flags of every command that asks something of a fit and its data. */
interface FitFlags extends ReadFlags, OutputFlag {
  readonly data?: string
  readonly json?: true
}

export interface MeansFlags extends FitFlags {
  readonly at?: string
  readonly by?: string
  readonly covReduce?: MeansOptions['reduce']
  readonly weights?: MeansOptions['weights']
  readonly average?: MeansOptions['average']
  readonly scale?: MeansOptions['scale']
  readonly component?: string
  readonly contrasts?: string
  readonly adjust?: MeansOptions['adjust']
  readonly level?: number
}

export interface EffectsFlags extends FitFlags {
  readonly variables?: string
  readonly kind?: EffectsOptions['kind']
  readonly by?: string
  readonly newdata?: string
  readonly at?: string
  readonly average?: EffectsOptions['average']
  readonly component?: string
  readonly level?: number
}

export interface TestFlags extends FitFlags {
  readonly type?: number
  readonly lrt?: true
  readonly hypothesis?: readonly string[]
  readonly level?: number
}

export interface InfluenceFlags extends FitFlags {
  readonly cluster?: string
}

export async function meansCommand(path: string, spec: string, flags: MeansFlags): Promise<void> {
  await answer(path, flags, async (fit, table) => {
    const [{ means }, { meansCsv }] = await Promise.all([
      import('../postestimation/means.js'),
      import('../report/means-document.js'),
    ])
    const { covReduce: reduce, by, ...options } = flags
    const record = means(fit, spec, { ...options, data: table, reduce, by: listed(by) })
    return { record, csv: () => meansCsv(record) }
  })
}

export async function effectsCommand(path: string, flags: EffectsFlags): Promise<void> {
  await answer(path, flags, async (fit, table) => {
    const [{ effects }, { effectsCsv }] = await Promise.all([
      import('../postestimation/effects.js'),
      import('../report/effects-document.js'),
    ])
    const { newdata, variables, by, ...options } = flags
    const over =
      newdata === undefined || newdata === 'sample' || newdata === 'grid'
        ? newdata
        : await readData({ ...flags, data: newdata })
    const record = effects(fit, {
      ...options,
      data: table,
      newdata: over,
      variables: listed(variables),
      by: listed(by),
    })
    return { record, csv: () => effectsCsv(record) }
  })
}

export async function testCommand(path: string, flags: TestFlags): Promise<void> {
  await answer(path, flags, async (fit, table) => {
    const { test } = await import('../postestimation/test-terms.js')
    const { type, lrt, level, hypothesis: hypotheses } = flags
    return { record: test(fit, { data: table, type: type as 2 | 3 | undefined, lrt, level, hypotheses }), csv: null }
  })
}

export async function influenceCommand(path: string, flags: InfluenceFlags): Promise<void> {
  await answer(path, flags, async (fit, table) => {
    const [{ influence }, { influenceCsv }] = await Promise.all([
      import('../postestimation/influence.js'),
      import('../report/influence-document.js'),
    ])
    const record = influence(fit, { data: table, cluster: flags.cluster })
    return { record, csv: () => influenceCsv(record) }
  })
}

interface Answer {
  readonly record: ResultRecord
  readonly csv: (() => string) | null
}

/** Reads a fit and its data, those of its call unless --data names them, and hands over what is asked of them. */
async function answer(
  path: string,
  flags: FitFlags,
  ask: (fit: FitSource, table: Table) => Promise<Answer>,
): Promise<void> {
  const { data } = flags
  checkOutput({ ...flags, data: data ?? path })
  checkOutput({ ...flags, data: path })
  checkEndings(flags, ['.csv'])
  const fit = fitSource(await readRecord(path, 'a fit', fitHint), path)
  const table = data === undefined ? await readOriginal(fit, path) : await readData({ ...flags, data })
  const { record, csv } = await withRecord(path, fitHint, () => ask(fit, table))
  await present(
    record,
    flags,
    csvOrResult(record, () => {
      if (csv) return csv()
      throw new GlmmError(
        'USAGE',
        'expected an ending of .json, .html, .md or .txt after --out, got .csv',
        'change the ending',
      )
    }),
  )
}

const listed = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
