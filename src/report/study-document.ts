import { studyKindNamed } from '../study/registry.js'
import type { Measure } from '../study/spec/study-plan.js'
import type { StudyFigure } from '../study/spec/study-kind.js'
import type { StudyRecord } from '../study/spec/study-record.js'
import { type Block, type Document, facts, heading, list, type Table, table } from './document.js'
import { formatDuration, formatFixed, formatNumber } from './format-number.js'
import { warningBlocks } from './record-lines.js'

/** The pictures of a study as SVG, in the order of its kind's. Slow at first use: only for HTML. */
export const studyFigures = async (record: StudyRecord): Promise<string[]> =>
  Promise.all(figuresOf(record).map(({ svg }) => svg()))

const figuresOf = (record: StudyRecord): readonly StudyFigure[] => studyKindNamed(record.kind).figures?.(record) ?? []

/**
 * A study as people read it: what was done, what to take from it, conditions and measures. With `svgs` (see
 * `studyFigures`) the pictures are SVG.
 */
export function studyDocument(record: StudyRecord, svgs: readonly string[] = []): Document {
  const { kind, call, findings, execution, conditions, measures } = record
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
  const { rows, failed, resumed, workers, shard, log } = execution
  const reported = [`${rows}`, failed > 0 ? `${failed} failed` : '', resumed > 0 ? `${resumed} from the log` : '']
  return {
    title: `Study: ${kind}${typeof call.title === 'string' ? `, ${call.title}` : ''}`,
    blocks: [
      facts([
        ['Formula', text(call.formula)],
        ['Data', text(call.data)],
        ['Rows', reported.filter((part) => part !== '').join(', ') + (shard === null ? '' : `, shard ${shard}`)],
        ['Seed', String(record.seed)],
        ['Run', `${execution.executor}, ${workers} at a time, ${formatDuration(execution.milliseconds)}`],
        ['Hash of the rows', execution.rowsHash],
        ...(log === null ? [] : [['Log', log] as const]),
      ]),
      ...(findings.length > 0 ? [heading('What it says'), list(findings)] : []),
      ...figuresOf(record).map(({ caption, text: inText }, i): Block => {
        return { kind: 'figure', caption, svg: svgs[i] ?? null, text: inText }
      }),
      ...(conditions.length > 1 ? [heading('Conditions'), conditionTable(conditions)] : []),
      ...measureBlocks(measures),
      ...warningBlocks(record.warnings),
    ],
  }
}

function conditionTable(conditions: StudyRecord['conditions']): Table {
  const keys = [...new Set(conditions.flatMap((one) => Object.keys(one)))]
  const cell = (value: unknown): string =>
    value === undefined ? '' : typeof value === 'string' ? value : shortened(JSON.stringify(value))
  const rows = conditions.map((one, c) => [String(c), ...keys.map((key) => cell(one[key]))])
  return table(['condition', ...keys.map((key) => (key === 'replicates' ? key : `<${key}`))], rows)
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text)

/** The keys that identify a measure; the others are numbers. */
const labels = ['condition', 'method', 'sampler', 'setting', 'parameter']

/** Tables of the measures, one for each set of numbers that measures have. */
function measureBlocks(measures: readonly Measure[]): Block[] {
  const sets = new Map<string, Measure[]>()
  for (const measure of measures) {
    const key = Object.keys(measure).join()
    sets.set(key, [...(sets.get(key) ?? []), measure])
  }
  return sets.size === 0 ? [] : [heading('Measures'), ...[...sets.values()].map(measureTable)]
}

function measureTable(measures: readonly Measure[]): Table {
  const keys = Object.keys(measures[0])
  const names = labels.filter((key) => keys.includes(key) && (key !== 'condition' || varies(measures, key)))
  const shown = (key: string): boolean => !labels.includes(key) && !isError(key, keys)
  const reported = (key: string): boolean =>
    measures.some((one) => one[key] !== null && !(key === 'noMaximum' && one[key] === 0))
  const numbers = keys.filter((key) => shown(key) && reported(key))
  const rows = measures.map((one) => [
    ...names.map((key) => String(one[key])),
    ...numbers.map((key) => numberCell(one[key], one[`${key}Mcse`])),
  ])
  const note = keys.some((key) => isError(key, keys)) ? ['in brackets: Monte Carlo standard errors'] : []
  const headers = [...names.map((key) => `<${key}`), ...numbers.map(words)]
  return { ...table(headers, rows, ...note), keys: names.length }
}

const varies = (measures: readonly Measure[], key: string): boolean =>
  measures.some((one) => one[key] !== measures[0][key])

const isError = (key: string, keys: readonly string[]): boolean =>
  key.endsWith('Mcse') && keys.includes(key.slice(0, -'Mcse'.length))

/** `percentileLower` as `percentile lower`. */
const words = (key: string): string => key.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)

/** A number with its Monte Carlo error, both to the error's second digit. */
function numberCell(value: Measure[string], error: Measure[string] | undefined): string {
  if (typeof value !== 'number') return value ?? ''
  if (typeof error !== 'number' || error === 0) return Number.isInteger(value) ? String(value) : formatNumber(value, 4)
  const decimals = Math.max(0, Math.min(8, 1 - Math.floor(Math.log10(error))))
  return `${formatFixed(value, decimals)} (${formatFixed(error, decimals)})`
}
