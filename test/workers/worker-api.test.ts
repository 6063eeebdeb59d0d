import { describe, expect, test } from 'vitest'
import { GlmmError } from '../../src/errors.js'
import type { Task } from '../../src/executor.js'
import { countersNow, runBoard } from '../../workers/run-board.js'
import { workerApi } from '../../workers/worker-api.js'

const half: Task<{ by: number }, number, number> = {
  name: 'half',
  counters: 2,
  execute: ({ by }, job, monitor) => {
    monitor.set(1, job)
    if (monitor.aborted()) throw new GlmmError('ABORTED', 'stopped', 'go on')
    return job / by
  },
}

describe('workerApi', () => {
  test('runs the jobs of a run and writes the counters of each', () => {
    const api = workerApi([half])
    const board = runBoard(2, 2)
    expect(api.begin({ task: 'half', shared: { by: 2 }, board })).toBeUndefined()
    expect(api.execute(0, 10)).toEqual({ ok: true, value: 5 })
    expect(api.execute(1, 8)).toEqual({ ok: true, value: 4 })
    expect(countersNow(board, 2)).toEqual([Int32Array.of(0, 10), Int32Array.of(0, 8)])
  })

  test('the stop flag reaches the monitor, and the code of an error is kept', () => {
    const api = workerApi([half])
    const board = runBoard(1, 2)
    api.begin({ task: 'half', shared: { by: 2 }, board })
    board.stop[0] = 1
    expect(api.execute(0, 1)).toEqual({ ok: false, error: { code: 'ABORTED', message: 'stopped', hint: 'go on' } })
  })

  test('refuses a task it does not know, and jobs outside a run, without throwing', () => {
    const api = workerApi([half])
    const board = runBoard(1, 0)
    expect(api.begin({ task: 'third', shared: null, board })).toMatchObject({
      code: 'INTERNAL',
      message: 'workers know no task "third", only: half',
    })
    expect(api.execute(0, 1)).toMatchObject({ ok: false, error: { code: 'INTERNAL' } })
    api.begin({ task: 'half', shared: { by: 2 }, board: runBoard(1, 2) })
    api.end()
    expect(api.execute(0, 1)).toMatchObject({ ok: false, error: { code: 'INTERNAL' } })
  })
})
