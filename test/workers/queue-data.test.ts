import { describe, expect, it } from 'vitest'
import { planStudy } from '../../src/study/run/plan-study.js'
import { studyKinds } from '../../src/study/registry.js'
import { studyRowsTask } from '../../src/study/rows/row-task.js'
import type { StudyPlan } from '../../src/study/spec/study-plan.js'
import { packPlain, unpackPlain } from '../../workers/plain-bytes.js'
import { checkJobMessage, checkResultMessage } from '../../workers/queue-protocol.js'
import { readRedisUrl } from '../../workers/redis-url.js'
import { studyRowsQueue } from '../../workers/study-rows-queue.js'
import { bootstrapOf, simulationOf } from '../study/studies.js'

const queueError = expect.objectContaining({ code: 'QUEUE' })

/** A message with a JSON text of the test's own. */
const bytesOf = (json: string, arrays = 0): Buffer => {
  const text = Buffer.from(json)
  const bytes = Buffer.alloc(Math.ceil((4 + text.length) / 8) * 8 + arrays)
  bytes.writeUInt32LE(text.length, 0)
  text.copy(bytes, 4)
  return bytes
}

describe('plain data as bytes', () => {
  it('comes back to the bit, whatever JSON lacks', () => {
    const data = {
      numbers: [0, -0, 1 / 3, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53],
      x: Float64Array.of(-0, Number.NaN, 1e300),
      index: Int32Array.of(-1, 7),
      ok: Uint8Array.of(1, 0, 1),
      empty: new Float64Array(0),
      none: [null, undefined, '', 'é\u0000"'],
      $: { $a: 1, $$b: { $Float64Array: [0, 1] } },
      absent: undefined,
    }
    const found = unpackPlain(packPlain(data))
    expect(found).toStrictEqual(data)
    expect(packPlain(found)).toEqual(packPlain(data))
  })

  it('a view is sent as what it shows, and the same data have the same bytes', () => {
    const long = Float64Array.of(1, 2, 3, 4)
    expect(unpackPlain(packPlain(long.subarray(1, 3)))).toEqual(Float64Array.of(2, 3))
    expect(packPlain({ x: long.subarray(1, 3) })).toEqual(packPlain({ x: Float64Array.of(2, 3) }))
  })

  it('refuses functions, classes, and endless depth', () => {
    const round: unknown[] = []
    round.push(round)
    for (const data of [() => 1, new Date(), new Map(), round, { x: 1n }, new DataView(new ArrayBuffer(1))]) {
      expect(() => packPlain(data)).toThrow(queueError)
    }
  })

  it('takes hostile bytes for what they are', () => {
    const hostile: readonly Buffer[] = [
      Buffer.alloc(0),
      Buffer.from([255, 255, 255, 255]),
      bytesOf('{'),
      bytesOf('{"$Float64Array":[0,4]}', 8),
      bytesOf('{"$Float64Array":[-8,1]}', 8),
      bytesOf('{"$Float64Array":[0,1e300]}', 8),
      bytesOf('[{"$Float64Array":[0,1]},{"$Float64Array":[0,1]}]', 8), // one array twice
      bytesOf('{"$Function":"return 1"}'),
      bytesOf('{"$constructor":[0,0]}'),
      bytesOf('{"a":{"__proto__":{"polluted":1}}}'),
      bytesOf(`${'['.repeat(100)}${']'.repeat(100)}`),
    ]
    for (const bytes of hostile) expect(() => unpackPlain(bytes)).toThrow(queueError)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
})

describe('what a worker takes', () => {
  /** A plan as it comes out of the queue, changed. */
  const changed = (plan: StudyPlan, change: (plan: never) => void): unknown => {
    const copy = unpackPlain(packPlain(plan))
    change(copy as never)
    return copy
  }

  it('plans of every kind as they are', async () => {
    const studies: readonly object[] = [
      bootstrapOf(5, { lrt: { null: 'cbind(r, n - r) ~ 1 + (1 | center)' } }),
      simulationOf(5, { conditions: { 'groups.center': [10, 22] } }),
      { ...bootstrapOf(5), kind: 'calibration', sample: { priors: ['b ~ normal(0, 1)', 'sd ~ half_normal(0, 1)'] } },
      {
        ...bootstrapOf(5),
        kind: 'sensitivity',
        replicates: undefined,
        vary: { nodes: [1, 4], priors: [['sd ~ half_normal(0, 1)']] },
      },
    ]
    const kinds = studies.map((study) => (study as { kind: string }).kind)
    expect(new Set(kinds)).toEqual(new Set(studyKinds.map(({ name }) => name)))
    for (const study of studies) {
      const { plan } = await planStudy(study)
      const found = studyRowsQueue.checkShared(unpackPlain(packPlain(plan)))
      expect(found).toEqual(plan)
    }
  })

  it('no plan with a wrong part', async () => {
    const { plan } = await planStudy(bootstrapOf(5))
    type Plan = {
      kind: string
      seed: number
      more: number
      conditions: { replicates: number }[]
      data: {
        full: {
          model: {
            nobs: number
            family: string
            link: string
            response: { trials: unknown }
            predictors: Part[]
            map?: unknown
          }
        }
      }
    }
    type Part = { fixed: { x: Float64Array; shares?: unknown }; random: Term[] }
    type Term = { index: Int32Array; levels: string[]; covariance: string; predictorOf?: Int32Array }
    const map = (...steps: object[]) => ({
      tape: { steps, results: [steps.length - 1] },
      columns: [],
      outputs: [{ result: 0 }],
    })
    const eta = { op: 'predictor', index: 0, args: [] }
    const changes: readonly ((plan: Plan) => void)[] = [
      (found) => (found.kind = '__proto__'),
      (found) => (found.seed = -1),
      (found) => (found.more = 1),
      (found) => (found.conditions[0].replicates = 0.5),
      ({ data }) => (data.full.model.nobs = 1e15),
      ({ data }) => (data.full.model.nobs = 43),
      ({ data }) => (data.full.model.family = 'constructor'),
      ({ data }) => (data.full.model.link = 'none'),
      ({ data }) => (data.full.model.response.trials = [1]),
      ({ data }) => (data.full.model.predictors = []),
      ({ data }) => (data.full.model.predictors[0].fixed.x = new Float64Array(44)),
      ({ data }) => (data.full.model.predictors[0].random[0].index[3] = 22),
      ({ data }) => (data.full.model.predictors[0].random[0].index[3] = -1),
      ({ data }) => (data.full.model.predictors[0].random[0].covariance = 'toString'),
      ({ data }) => (data.full.model.predictors[0].random[0].predictorOf = Int32Array.of(1)),
      ({ data }) => (data.full.model.predictors[0].fixed.shares = [null]),
      ({ data }) => (data.full.model.predictors[0].fixed.shares = [null, { predictor: 0, column: 1 }]),
      ({ data }) => (data.full.model.map = map({ op: 'predictor', index: 1, args: [] })),
      ({ data }) => (data.full.model.map = map({ op: 'column', index: 0, args: [] })),
      ({ data }) => (data.full.model.map = map({ op: 'exp', args: [0] })),
      ({ data }) => (data.full.model.map = map(eta, { op: 'constructor', args: [0] })),
      ({ data }) => (data.full.model.map = map(eta, { op: 'add', args: [0] })),
      ({ data }) => (data.full.model.map = { ...map(eta), columns: [new Float64Array(3)] }),
      ({ data }) => (data.full.model.map = { ...map(eta), outputs: [{ result: 1 }] }),
    ]
    const mapped = changed(plan, ({ data }: Plan) => {
      data.full.model.map = map(eta, { op: 'exp', args: [0] })
      data.full.model.predictors[0].random[0].predictorOf = Int32Array.of(0)
      data.full.model.predictors[0].fixed.shares = [null, { predictor: 0, column: 0 }]
    })
    expect(studyRowsQueue.checkShared(mapped)).toEqual(mapped)
    for (const change of changes) {
      expect(() => studyRowsQueue.checkShared(changed(plan, change))).toThrow(
        expect.objectContaining({ name: 'GlmmError' }),
      )
    }
  })

  it('no batch beyond the study or beyond measure, and no message that is none', async () => {
    const { plan } = await planStudy(bootstrapOf(20_000))
    const range = { condition: 0, from: 0, to: 10 }
    const batch = { ranges: [range, { condition: 1, from: 3, to: 4 }] }
    expect(studyRowsQueue.checkJob({ ...batch, more: 1 }, plan)).toEqual(batch)
    const wrong: readonly unknown[] = [
      null,
      { ranges: {} },
      { ranges: [] },
      { ranges: [null] },
      ...[
        { condition: 2 },
        { condition: -1 },
        { from: 10 },
        { to: 20_001 },
        { from: 0.5 },
        { from: '0' },
        { to: 15_000 },
      ].map((change) => ({ ranges: [{ ...range, ...change }] })),
    ]
    for (const data of wrong) expect(() => studyRowsQueue.checkJob(data, plan)).toThrow(queueError)
    for (const data of [null, [], 'x', { version: 1 }]) expect(() => checkJobMessage(data)).toThrow(queueError)
    const result = { index: 1, worker: 'w', attempt: 1 }
    const errors = [{ ok: false }, { ok: false, error: { code: 'NONE', message: '', hint: '' } }, null]
    for (const outcome of errors) expect(() => checkResultMessage({ ...result, outcome })).toThrow(queueError)
  })

  it('results back as they were, and no others', async () => {
    const { plan } = await planStudy(bootstrapOf(6))
    const batch = {
      ranges: [
        { condition: 0, from: 2, to: 4 },
        { condition: 1, from: 0, to: 1 },
      ],
    }
    const made = studyRowsTask.execute(plan, batch, { set: () => {}, aborted: () => false })
    const packed = studyRowsQueue.pack(made) as { lines: string; milliseconds: number }
    expect(studyRowsQueue.unpack(unpackPlain(packPlain(packed)), batch, plan)).toEqual(made)
    const [first, ...rest] = packed.lines.split('\n')
    for (const lines of [rest.join('\n'), `${packed.lines}\n${first}`, [...rest, first].join('\n'), 7]) {
      expect(() => studyRowsQueue.unpack({ ...packed, lines }, batch, plan)).toThrow(queueError)
    }
    expect(() => studyRowsQueue.unpack({ ...packed, milliseconds: Number.NaN }, batch, plan)).toThrow(queueError)
  })
})

describe('the URL of a Redis', () => {
  it('is shown without its credentials, and not shown where it is none', () => {
    expect(readRedisUrl('redis://me:secret@host:7000/3').shown).toBe('redis://host:7000/3')
    expect(readRedisUrl('rediss://:secret@[::1]').shown).toBe('rediss://[::1]:6379')
    for (const url of [
      'secret',
      'http://me:secret@host',
      'redis://',
      'redis://me:secret@host/x',
      'redis://host?secret',
    ]) {
      expect(() => readRedisUrl(url)).toThrow(expect.objectContaining({ code: 'USAGE' }))
      expect(() => readRedisUrl(url)).not.toThrow(/secret/)
    }
  })
})
