import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keptChains } from '../../../samplers/run/kept-chains.js'
import { samplers } from '../../../samplers/kernels/registry.js'
import { extendSample, type Sample, type SampleHooks, sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings, type SampleOptions } from '../../../samplers/run/sample-options.js'
import { writePosterior } from '../../../samplers/files/write-posterior.js'
import type { ChainStatistics } from '../../../src/draws/chain-statistics.js'
import { posteriorDiagnostics } from '../../../src/draws/diagnostics/posterior-diagnostics.js'
import { answerQueries } from '../../../src/draws/answers/posterior-queries.js'
import { scratchFiles } from '../../../src/draws/files/scratch-file.js'
import { readDraws } from '../../../src/draws/files/read-draws.js'
import { summarise } from '../../../src/draws/diagnostics/summarise.js'
import { writeDraws } from '../../../src/draws/files/write-draws.js'
import type { Executor } from '../../../src/executor.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { threads } from '../../../workers/threads.js'
import { modelOf } from '../../reference/data.js'

const betablocker = modelOf('betablocker')

const run = (options: SampleOptions, hooks: SampleHooks = {}, executor: Executor = inlineExecutor): Promise<Sample> =>
  sampleModel(betablocker, resolveSettings({ chains: 2, warmup: 60, seed: 5, ...options }), executor, hooks)

const hash = (...arrays: readonly Float64Array[]): string => {
  const all = createHash('sha256')
  for (const array of arrays) all.update(Buffer.from(array.buffer, array.byteOffset, array.byteLength))
  return all.digest('hex')
}

/** A hash of each column of statistics. */
const hashed = (statistics: readonly ChainStatistics[]): unknown =>
  statistics.map((chain) =>
    Object.entries(chain).map(([name, of]) => [name, of instanceof Float64Array ? hash(of) : of]),
  )

/** What must be the same to the last bit. */
const drawn = ({ draws, statistics, summary, diagnostics, run: { kept } }: Sample): unknown => ({
  names: draws.names,
  ndraws: draws.ndraws,
  values: draws.values.map((chain) => hash(chain)),
  statistics: hashed(statistics),
  summary,
  diagnostics,
  kept,
})

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glmm-chains-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe.each(samplers.map(({ name }) => name))('%s', (sampler) => {
  it('50 draws and 70 more are the 120 of one run', async () => {
    const whole = await run({ sampler, draws: 120 })
    const first = await run({ sampler, draws: 50 })
    const before = drawn(first)
    expect(drawn(await extendSample(first, 120, inlineExecutor))).toEqual(drawn(whole))
    expect(drawn(first)).toEqual(before)
  })

  it('draws of a prior can be added to as well', async ({ skip }) => {
    skip(!['nuts', 'marginal'].includes(sampler), 'one sampler of each kind is enough')
    const first = await run({ sampler, draws: 20, priorOnly: true })
    const whole = await run({ sampler, draws: 40, priorOnly: true })
    expect(drawn(await extendSample(first, 40, inlineExecutor))).toEqual(drawn(whole))
  })
})

describe('on threads', () => {
  it('draws lie in shared memory, and more of them continue the chains', async () => {
    const executor = threads({ threads: 2 })
    const first = await run({ draws: 50 }, {}, executor)
    const longer = await extendSample(first, 120, executor)
    await executor.close()
    for (const values of longer.draws.values) expect(values.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(drawn(longer)).toEqual(drawn(await run({ draws: 120 })))
  })

  it.each(['in memory', 'on disk'])(
    'stopped, they are kept; extended, they are those of a run to the end (%s)',
    async (where) => {
      const executor = threads({ threads: 2 })
      const controller = new AbortController()
      const hooks: SampleHooks = where === 'on disk' ? { scratch: scratchFiles(folder), scratchBytes: 0 } : {}
      const draws = 20_000
      const stopped = await run(
        { draws, chains: 3 },
        {
          ...hooks,
          signal: controller.signal,
          onProgress: ({ chains }) => chains[0].iteration > 200 && chains[1].iteration > 200 && controller.abort(),
        },
        executor,
      )
      const { ndraws } = stopped.draws
      expect(stopped.interruption).toMatchObject({ code: 'ABORTED' })
      expect(stopped.warnings).toMatchObject([{ code: 'STOPPED' }])
      const { kept } = stopped.run
      const [message] = stopped.warnings.map((warning) => warning.message)
      expect(message).toMatch(new RegExp(`kept are ${ndraws} of 20000 draws of chains? ${kept.join(', ')} of 3`))
      expect(ndraws).toBeGreaterThan(100)
      expect(ndraws).toBeLessThan(draws)
      expect([[1, 2], [1], [2]]).toContainEqual(kept)
      const longer = await extendSample(stopped, ndraws + 30, executor, hooks)
      await executor.close()
      const whole = await run({ draws: ndraws + 30, chains: 3 })
      expect(drawn(longer)).toEqual(drawn(whole))
      const numbers = ndraws * whole.draws.names.length
      const beginnings = kept.map((chain) => hash(whole.draws.values[chain - 1].subarray(0, numbers)))
      expect(stopped.draws.values.map((chain) => hash(chain))).toEqual(beginnings)
      stopped.draws.stored?.close()
      longer.draws.stored?.close()
    },
  )

  it('stopped before there are draws, nothing is left to keep', async () => {
    const executor = threads({ threads: 2 })
    const controller = new AbortController()
    const onProgress = (): void => controller.abort()
    const stopped = run({ warmup: 1_000_000 }, { signal: controller.signal, onProgress }, executor)
    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' })
    await executor.close()
  })
})

describe('on disk', () => {
  it('draws, summary and files are those of a run in memory, and the folder holds nothing else', async () => {
    // 5,500 draws of 25 parameters are one block and a part of another.
    const options = { draws: 5500, warmup: 20, chains: 1, sampler: 'random-walk' }
    const memory = await run(options)
    const disk = await run(options, { scratch: scratchFiles(folder), scratchBytes: 0 })
    expect(disk.draws.stored).toBeDefined()
    expect(await readdir(folder)).toEqual([])
    expect(drawn(disk)).toEqual(drawn(memory))
    expect(summarise(disk.draws)).toEqual(memory.summary)
    // Draws that questions ask for cross from one block to the next.
    const asked = { hypotheses: ['b_treat < 0'], ranks: ['center'], predictive: { replicates: 7 } }
    expect(answerQueries({ sample: disk }, asked)).toEqual(answerQueries({ sample: memory }, asked))
    for (const name of ['draws.csv', 'draws.parquet']) {
      const path = join(folder, name)
      // Without its getter of values, what is written can only come from the disk.
      const { names, ndraws, stored } = disk.draws
      await writeDraws(path, { names, ndraws, values: [], stored: stored! }, disk.statistics)
      const read = await readDraws(path)
      expect(hashed(read.statistics)).toEqual(hashed(memory.statistics))
      expect([read.draws.names, read.draws.ndraws]).toEqual([names, ndraws])
      expect(hash(...read.draws.values)).toBe(hash(...memory.draws.values))
    }
    disk.draws.stored!.close()
  })

  it('draws on disk stay there: neither summary nor files nor questions take them into memory', async () => {
    const sample = await run(
      { draws: 300, warmup: 20, sampler: 'random-walk' },
      { scratch: scratchFiles(folder), scratchBytes: 0 },
    )
    const { draws, statistics } = sample
    let read = 0
    const watched = {
      names: draws.names,
      ndraws: draws.ndraws,
      stored: draws.stored!,
      get values() {
        read++
        return draws.values
      },
    }
    const posterior = { sample: { ...sample, draws: watched } }
    posteriorDiagnostics(summarise(watched), statistics)
    for (const name of ['draws.csv', 'draws.parquet', 'draws-{chain}.csv']) {
      await writePosterior(join(folder, name), posterior)
    }
    const queries = {
      loo: true,
      waic: true,
      looClusters: true,
      hypotheses: ['exp(b_treat) < 0.8', 'r_center[7,Intercept]'],
      ranks: ['center'],
      pairwise: true,
      predictive: { replicates: 50 },
    } as const
    const { answers } = answerQueries(posterior, queries)
    expect(read).toBe(0)
    const values = draws.values.map((chain) => chain.slice())
    const inMemory = { sample: { ...sample, draws: { names: draws.names, ndraws: draws.ndraws, values } } }
    expect(answers).toEqual(answerQueries(inMemory, queries).answers)
    draws.stored!.close()
  })

  it('more draws are added to those on disk', async () => {
    const hooks = { scratch: scratchFiles(folder), scratchBytes: 0 }
    const first = await run({ draws: 5300, warmup: 20, chains: 1, sampler: 'random-walk' }, hooks)
    const longer = await extendSample(first, 5500, inlineExecutor, hooks)
    const whole = await run({ draws: 5500, warmup: 20, chains: 1, sampler: 'random-walk' })
    expect(drawn(longer)).toEqual(drawn(whole))
    first.draws.stored!.close()
    longer.draws.stored!.close()
  })

  it('a folder that cannot be written to is told', async () => {
    const hooks = { scratch: scratchFiles(join(folder, 'none')), scratchBytes: 0 }
    await expect(run({ draws: 10 }, hooks)).rejects.toMatchObject({
      code: 'FILE',
      message: expect.stringMatching(/none/),
    })
  })
})

it.each([
  [[1000, 1000, 12, 0], [0, 1], 1000],
  [[600, 610, 605, 590], [0, 1, 2, 3], 590],
  [[3, 2, 3, 3], [], 0],
  [[0, 100, 60], [1, 2], 60],
  [[0, 100, 40], [1], 100],
])('of chains with %j draws %j are kept, with %i each', (done, chains, draws) => {
  expect(keptChains(done)).toEqual({ chains, draws })
})

it('fewer draws than there are cannot be asked for', async () => {
  const first = await run({ draws: 20 })
  for (const draws of [20, 10, 20.5, Number.NaN]) {
    await expect(extendSample(first, draws, inlineExecutor)).rejects.toMatchObject({ code: 'USAGE' })
  }
})
