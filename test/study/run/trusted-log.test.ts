import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mergeStudy } from '../../../src/study/run/merge-study.js'
import { checkShard, readShard } from '../../../src/study/run/shard.js'
import type { StudyRecord } from '../../../src/study/spec/study-record.js'
import { bootstrapOf, run } from '../studies.js'

const folder = mkdtempSync(join(tmpdir(), 'glmm-log-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = (name: string): string => join(folder, name)

const study = bootstrapOf(60)
const log = path('rows.ndjson')
let whole: StudyRecord
let text: string

beforeAll(async () => {
  whole = await run(study, { log: path('whole.ndjson') })
  text = readFileSync(path('whole.ndjson'), 'utf8')
}, 120_000)

/** The study gone on with from a log of this text, and that log merged. */
async function gone(
  content: string,
): Promise<readonly [PromiseSettledResult<StudyRecord>, PromiseSettledResult<StudyRecord>]> {
  writeFileSync(log, content)
  const [merged] = await Promise.allSettled([mergeStudy([log])])
  const [resumed] = await Promise.allSettled([run(study, { log, resume: true })])
  return [resumed, merged]
}

/** The text with line `i` (the head is 0) changed. */
const lineChanged = (i: number, change: (line: string) => string): string =>
  text
    .split('\n')
    .map((line, j) => (i === j ? change(line) : line))
    .join('\n')

describe('rows of a log', () => {
  it('have a hash each, of which line ends and blanks are no part', async () => {
    const lines = text.trimEnd().split('\n').slice(1)
    expect(lines.every((line) => /,"hash":"[0-9a-f]{16}"\}$/.test(line))).toBe(true)
    for (const content of [
      text.replaceAll('\n', '\r\n'),
      text.replaceAll('\n', '\n\n'),
      `\ufeff${text}`,
      text.replaceAll(',"', ' , "').replaceAll(':', ' :\t'),
      text.replaceAll('\n', '  \n \t\n'),
    ]) {
      // Blanks inside the texts of the head are those of another study.
      const kept = content.includes('\t')
        ? `${text.split('\n')[0]}\n${content.slice(content.indexOf('\n') + 1)}`
        : content
      const [resumed, merged] = await gone(kept)
      expect(resumed).toMatchObject({ value: { execution: { resumed: 82, rowsHash: whole.execution.rowsHash } } })
      expect(merged).toMatchObject({ value: { execution: { rowsHash: whole.execution.rowsHash } } })
      expect((resumed as PromiseFulfilledResult<StudyRecord>).value.measures).toEqual(whole.measures)
    }
  })

  const cases: readonly (readonly [what: string, change: (line: string) => string])[] = [
    ['a number', (line) => line.replace(/"treat":-0\.\d/, '"treat":-0.9')],
    ['a condition the plan has not', (line) => line.replace('"condition":0', '"condition":7')],
    ['a negative condition', (line) => line.replace('"condition":0', '"condition":-1')],
    ['a condition in quotes', (line) => line.replace('"condition":0', '"condition":"0"')],
    ['a condition that is a property', (line) => line.replace('"condition":0', '"condition":"length"')],
    ['another condition', (line) => line.replace('"condition":0', '"condition":1')],
    ['another replicate', (line) => line.replace(/"replicate":\d+/, '"replicate":3')],
    ['a replicate beyond the plan', (line) => line.replace(/"replicate":\d+/, '"replicate":100000')],
    ['half a replicate', (line) => line.replace(/"replicate":\d+/, '"replicate":0.5')],
    ['a huge replicate', (line) => line.replace(/"replicate":\d+/, '"replicate":1e300')],
    ['a text for a number', (line) => line.replace(/"treat":[^,}]+/, '"treat":"0"')],
    ['a list for a number', (line) => line.replace(/"treat":[^,}]+/, '"treat":[0]')],
    ['an infinite number', (line) => line.replace(/"treat":[^,}]+/, '"treat":1e999')],
    ['a status of its own', (line) => line.replace('"ok"', '"fine"')],
    ['a failure without its code', (line) => line.replace('"ok"', '"failed"')],
    ['no hash', (line) => line.replace(/,"hash":"\w+"/, '')],
    ['a hash that is null', (line) => line.replace(/"hash":"\w+"/, '"hash":null')],
    ['null', () => 'null'],
    ['a list', () => '[]'],
  ]

  it.each(cases)('with %s are refused, with their line', async (_, change) => {
    // The row of line 6 is one of condition 0.
    const changed = lineChanged(6, change)
    expect(changed).not.toBe(text)
    for (const outcome of await gone(changed)) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'FILE', message: expect.stringMatching(/^expected (a row in|the row in) line 7 of /) },
      })
    }
  })

  it('of another seed are refused under the head of this one', async () => {
    await run({ ...study, seed: 2 }, { log: path('other.ndjson') })
    const other = readFileSync(path('other.ndjson'), 'utf8').split('\n')
    for (const outcome of await gone(lineChanged(4, () => other[4]))) {
      expect(outcome).toMatchObject({ reason: { code: 'FILE', message: expect.stringContaining("another study's") } })
    }
  })

  const heads: readonly (readonly [what: string, change: (head: Record<string, unknown>) => unknown])[] = [
    ['facts of null', (head) => ({ ...head, outline: { ...(head.outline as object), facts: null } })],
    ['conditions of null', (head) => ({ ...head, outline: { ...(head.outline as object), conditions: null } })],
    ['a condition of null', (head) => ({ ...head, outline: { ...(head.outline as object), conditions: [null] } })],
    ['an outline of null', (head) => ({ ...head, outline: null })],
    ['a study of null', (head) => ({ ...head, study: null })],
    ['a shard of its own', (head) => ({ ...head, shard: '1/1000000000' })],
    ['a kind that is none', (head) => ({ ...head, outline: { ...(head.outline as object), kind: 'constructor' } })],
    ['a call of null', (head) => ({ ...head, call: null })],
    ['nothing but null', () => null],
  ]

  it.each(heads)('are refused below a head with %s', async (_, change) => {
    for (const outcome of await gone(lineChanged(0, (line) => JSON.stringify(change(JSON.parse(line)))))) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'GlmmError', code: 'FILE' } })
    }
  })
})

describe('parts of a study', () => {
  it('are not more than its rows, nor more than there are machines', async () => {
    for (const shard of [
      '1/1000000000',
      '0/3',
      '4/3',
      '1/0',
      '1/99999999999999999999',
      '1e9/1e9',
      '-1/3',
      '1.5/2',
      '1/2/3',
    ]) {
      expect(() => readShard(shard)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    }
    await expect(run(study, { shard: readShard('1/83') })).rejects.toMatchObject({
      code: 'USAGE',
      message: 'expected at most as many parts as the study has rows, which are 82, got 1/83',
    })
    const { conditions } = { conditions: [{ settings: {}, columns: [], replicates: 5 }] }
    expect(() => checkShard(conditions, { index: 1, of: 5 })).not.toThrow()
    expect(() => checkShard(conditions, { index: 1, of: 6 })).toThrow(/5 parts|rows/)
  })
})
