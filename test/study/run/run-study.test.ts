import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { GlmmError } from '../../../src/errors.js'
import type { Executor } from '../../../src/executor.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { mergeStudy } from '../../../src/study/run/merge-study.js'
import { planStudy } from '../../../src/study/run/plan-study.js'
import { replayRow } from '../../../src/study/run/replay-row.js'
import { readShard } from '../../../src/study/run/shard.js'
import { threads } from '../../../workers/threads.js'
import { bootstrapOf, data, run, simulationOf } from '../studies.js'

const folder = mkdtempSync(join(tmpdir(), 'glmm-study-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string): string => join(folder, name)

const onThreads = async <T>(count: number, job: (executor: Executor) => Promise<T>): Promise<T> => {
  const executor = threads({ threads: count })
  try {
    return await job(executor)
  } finally {
    await executor.close()
  }
}

/** Runs batches in an order of its own, the last first, and some of them twice. */
const contrary: Executor = {
  ...inlineExecutor,
  workers: 7,
  stream: async (task, shared, jobs, take) => {
    const outcomes: (() => void)[] = []
    const monitor = { set: () => {}, aborted: () => false }
    for (const job of jobs) {
      const value = task.execute(shared, job, monitor)
      outcomes.unshift(() => take({ ok: true, value }, job, 0))
    }
    for (const hand of outcomes) hand()
  },
}

/** Everything of a record that must not depend on how it was made. */
const result = ({ rows, measures, findings, conditions, execution }: Awaited<ReturnType<typeof run>>) => ({
  rows,
  measures,
  findings,
  conditions,
  rowsHash: execution.rowsHash,
})

describe('the same rows, to the last bit', () => {
  const studies = {
    bootstrap: bootstrapOf(300, { lrt: { null: 'cbind(r, n - r) ~ treat' } }),
    simulation: simulationOf(60, {
      conditions: { 'truth.random.center.sd': [[0.2], [1]], 'groups.center': [10, 30] },
      methods: [{ name: 'laplace' }, { name: 'agq', fit: { nodes: 7 } }],
    }),
  }
  it.each(Object.entries(studies))('%s: inline, on 1, 2 and 4 threads, and in any order', async (_, study) => {
    const inline = await run(study)
    expect(inline.rows).toHaveLength(inline.execution.rows)
    expect(result(await run(study, { executor: contrary }))).toEqual(result(inline))
    for (const count of [1, 2, 4]) {
      const threaded = await onThreads(count, (executor) => run(study, { executor }))
      expect(result(threaded)).toEqual(result(inline))
      expect(threaded.execution).toMatchObject({ executor: 'threads', workers: count })
    }
  })

  it('the hash is the SHA-256 of the log in the order of condition and replicate', async () => {
    const log = path('hash.ndjson')
    const { execution } = await run(studies.bootstrap, { log, executor: contrary })
    const [, ...lines] = readFileSync(log, 'utf8').trimEnd().split('\n')
    const address = (line: string): number => {
      const { condition, replicate } = JSON.parse(line)
      return condition * 1e6 + replicate
    }
    expect(lines.map(address)).not.toEqual(lines.map(address).sort((a, b) => a - b))
    lines.sort((a, b) => address(a) - address(b))
    // Without the hash that each line has of its own.
    const sorted = lines.map((line) => `${line.replace(/,"hash":"[0-9a-f]{16}"\}$/, '}')}\n`).join('')
    expect(createHash('sha256').update(sorted).digest('hex')).toBe(execution.rowsHash)
  })

  it('other seeds and other conditions have other rows', async () => {
    const of = async (more: object): Promise<string> => (await run(bootstrapOf(20, more))).execution.rowsHash
    expect(await of({ seed: 2 })).not.toBe(await of({}))
    expect(await of({ method: 'cluster' })).not.toBe(await of({}))
  })
})

describe('workers that die', () => {
  /** Takes batches along when it dies, at the calls of `stream` before the one numbered `lives`. */
  const dying = (lives: number): Executor => {
    let calls = 0
    return {
      ...inlineExecutor,
      stream: async (task, shared, jobs, take, options) => {
        if (calls++ >= lives) return inlineExecutor.stream(task, shared, jobs, take, options)
        const waiting = jobs[Symbol.iterator]()
        for (let i = 0; i < 3; i++) {
          const { value: job } = waiting.next()
          const value = task.execute(shared, job, { set: () => {}, aborted: () => false })
          if (i === 1) take({ ok: true, value }, job, 0)
        }
        throw new GlmmError('WORKER_DIED', 'a worker thread ended', 'run it again')
      },
    }
  }

  it('cost their batches a second time, and no row', async () => {
    const study = bootstrapOf(80)
    const survived = await run(study, { executor: dying(2) })
    expect(result(survived)).toEqual(result(await run(study)))
    expect(survived.execution.retried).toBe(4)
    await expect(run(study, { executor: dying(3) })).rejects.toMatchObject({ code: 'WORKER_DIED' })
  })
})

describe('a log', () => {
  const study = bootstrapOf(120)

  it('is gone on with from any cut, and from one in the middle of a line', async () => {
    const log = path('cut.ndjson')
    const whole = await run(study, { log })
    const text = readFileSync(log, 'utf8')
    const header = text.indexOf('\n') + 1
    for (const end of [0, header - 3, header, header + 1, header + 1234, text.length - 1, text.length]) {
      writeFileSync(log, text.slice(0, end))
      const again = await run(study, { log, resume: true })
      expect(result(again)).toEqual(result(whole))
      const [, ...lines] = readFileSync(log, 'utf8').trimEnd().split('\n')
      expect(new Set(lines)).toEqual(new Set(text.trimEnd().split('\n').slice(1)))
      expect(again.execution.resumed).toBe(Math.max(0, text.slice(0, end).split('\n').length - 2))
    }
  })

  it('with holes in it is filled', async () => {
    const log = path('holes.ndjson')
    const whole = await run(study, { log })
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
    writeFileSync(log, `${lines.filter((_, i) => i % 3 !== 1).join('\n')}\n`)
    expect(result(await run(study, { log, resume: true }))).toEqual(result(whole))
  })

  it('serves a study that asks for more replicates, and one that asks for fewer', async () => {
    const log = path('more.ndjson')
    await run(study, { log })
    const more = await run(bootstrapOf(200), { log, resume: true })
    expect(result(more)).toEqual(result(await run(bootstrapOf(200))))
    expect(result(await run(bootstrapOf(50), { log, resume: true }))).toEqual(result(await run(bootstrapOf(50))))
  })

  it('of another study, another table, or of something else is refused', async () => {
    const log = path('other.ndjson')
    await run(study, { log })
    const refused = (other: object, says: RegExp) =>
      expect(run(other, { log, resume: true })).rejects.toMatchObject({
        code: 'FILE',
        message: expect.stringMatching(says),
      })
    await refused(bootstrapOf(120, { seed: 2 }), /expected the rows of study \w{12} .* got those of \w{12}/)
    const changed = path('changed.csv')
    writeFileSync(changed, readFileSync(data, 'utf8').replace(/\d+\n$/, '5\n'))
    await refused({ ...study, data: changed }, /expected the rows of study/)
    await expect(run(study, { log })).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('--resume'),
    })
    writeFileSync(log, 'center,treat,r,n\n')
    await refused(study, /got 'center,treat,r,n'/)
  })

  it('that cannot be written to ends the study with one line', async () => {
    await expect(run(study, { log: '/dev/full' })).rejects.toMatchObject({
      code: 'FILE',
      message: expect.stringMatching(/but the disk is full$/),
    })
    await expect(run(study, { log: path('no/such/folder') })).rejects.toMatchObject({ code: 'FILE' })
  })
})

describe('a row that fails', () => {
  // Without level c, as 8 resamples of 27 are, the response is reproduced exactly and the likelihood has no bound.
  const table = 'y,g\n1,a\n1,a\n2,b\n2,b\n0.5,c\n3.5,c\n'
  const study = { kind: 'bootstrap', method: 'cluster', seed: 3, replicates: 200, data: '', formula: 'y ~ 1 + (1 | g)' }

  it('is a row with its code and seed, and is replayed', async () => {
    const file = path('exact.csv')
    writeFileSync(file, table)
    const record = await run({ ...study, data: file })
    const failed = record.rows.filter(({ status }) => status === 'failed')
    expect(record.execution.rows).toBe(203)
    expect(failed.length).toBeGreaterThan(10)
    expect(record.execution.failed).toBe(failed.length)
    expect(failed[0]).toMatchObject({
      code: 'NO_CONVERGENCE',
      seed: 3,
      message: expect.any(String),
      '(Intercept)': null,
    })
    expect(record.warnings).toMatchObject([{ code: 'FAILED_ROWS' }])
    expect(record.measures[0].n).toBe(200 - failed.filter(({ condition }) => condition === 0).length)

    const planned = await planStudy({ ...study, data: file })
    for (const row of [failed[0], record.rows.find(({ status }) => status === 'ok')!]) {
      const replay = replayRow(planned, `${row.condition}:${row.replicate}`)
      expect(replay.row).toEqual(row)
      expect(replay.error?.code).toBe(row.code)
      expect(replay.error === null || replay.error.stack!.includes('bootstrap')).toBe(true)
    }
    expect(() => replayRow(planned, '0:200')).toThrow(GlmmError)
  })
})

describe('shards', () => {
  it.each([bootstrapOf(97), simulationOf(11, { conditions: { 'groups.center': [10, 20, 30] } })])(
    'merged are the study',
    async (study) => {
      const whole = await run(study)
      const parts = [1, 2, 3, 4, 5].map((i) => path(`${study.kind}-part${i}.ndjson`))
      for (const [i, log] of parts.entries()) await run(study, { log, shard: readShard(`${i + 1}/5`) })
      const merged = await mergeStudy([...parts].reverse())
      expect(result(merged)).toEqual(result(whole))
      await expect(mergeStudy(parts.slice(1))).rejects.toMatchObject({
        code: 'FILE',
        message: expect.stringContaining('the first that is missing is 0:0'),
      })
    },
  )
})

describe('until', () => {
  const study = simulationOf(5000, {
    conditions: { 'truth.random.center.sd': [[0.1], [1]] },
    until: 'biasMcse < 0.004 and coverageMcse < 0.05',
  })

  it('ends each condition at the same block, however it is run', async () => {
    const inline = await run(study)
    const [small, large] = inline.conditions.map(({ replicates }) => Number(replicates))
    expect(small % 250).toBe(0)
    expect(large).toBeGreaterThan(small)
    expect(large).toBeLessThan(5000)
    for (const { condition, biasMcse } of inline.measures) {
      expect(biasMcse).toBeLessThan(0.004)
      expect(condition).toBeLessThan(2)
    }
    expect(result(await onThreads(2, (executor) => run(study, { executor })))).toEqual(result(inline))
  })

  it('names a Monte Carlo error that the study has', async () => {
    const refused = run({ ...study, until: 'coverage < 0.01' })
    await expect(refused).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(/^\/until: expected/) })
  })
})
