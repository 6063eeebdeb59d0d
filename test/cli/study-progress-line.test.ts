import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { studyProgressLine, studyProgressText } from '../../src/cli/study-progress-line.js'
import type { StudyProgress } from '../../src/study/run/run-study.js'

const at = (state: Partial<StudyProgress>): StudyProgress => ({
  done: 0,
  failed: 0,
  total: 1000,
  resumed: 0,
  workers: [0, 0],
  ...state,
})

describe('the progress of a study, as text', () => {
  it.each<[string, Partial<StudyProgress>, number, string]>([
    ['nothing yet', {}, 0, '0/1000 rows | 0 failed | 0.0/s | ? left | w1 0 w2 0'],
    [
      'each worker',
      { done: 200, failed: 3, workers: [120, 80] },
      4,
      '200/1000 rows | 3 failed | 50/s | 16 s left | w1 120 w2 80',
    ],
    ['slow rows', { done: 3, total: 12, workers: [3] }, 40, '3/12 rows | 0 failed | 0.1/s | 2 min left | w1 3'],
    [
      'hours',
      { done: 10, total: 100_010, workers: [10] },
      10,
      '10/100010 rows | 0 failed | 1.0/s | 27.8 h left | w1 10',
    ],
    [
      'rows from a log take no time',
      { done: 600, resumed: 500, workers: [100] },
      10,
      '600/1000 rows | 0 failed | 10/s | 40 s left | w1 100',
    ],
    ['all from a log', { done: 500, resumed: 500 }, 10, '500/1000 rows | 0 failed | 0.0/s | ? left | w1 0 w2 0'],
    ['the end', { done: 1000, workers: [500, 500] }, 2, '1000/1000 rows | 0 failed | 500/s | 0 s left | w1 500 w2 500'],
  ])('%s', (_, state, seconds, text) => {
    expect(studyProgressText(at(state), seconds)).toBe(text)
  })
})

describe('the line itself', () => {
  const shown = async (isTTY: boolean): Promise<string> => {
    const stream = Object.assign(new PassThrough(), { isTTY, columns: 120 })
    let written = ''
    stream.on('data', (chunk) => {
      written += chunk
    })
    const line = await studyProgressLine(stream as unknown as NodeJS.WriteStream)
    line.show(at({ done: 10, workers: [10, 0] }))
    line.show(at({ done: 20, failed: 1, workers: [12, 8] }))
    line.end()
    line.end()
    await new Promise(setImmediate)
    return stripVTControlCharacters(written)
  }

  it('is written to a terminal', async () => {
    expect(await shown(true)).toMatch(/20\/1000 rows \| 1 failed \| \d+\/s \| \d+ s left \| w1 12 w2 8/)
  })

  it('is quiet where nobody watches', async () => {
    expect(await shown(false)).toBe('')
  })
})
