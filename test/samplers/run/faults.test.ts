import type { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { type Sample, type SampleHooks, sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings, type SampleOptions } from '../../../samplers/run/sample-options.js'
import { samplePosterior } from '../../../samplers/methods/sample-posterior.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { posteriorDiagnostics } from '../../../src/draws/diagnostics/posterior-diagnostics.js'
import type { Executor } from '../../../src/executor.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { threads } from '../../../workers/threads.js'
import { modelOf } from '../../reference/data.js'

const model = modelOf('betablocker')
const run = (options: SampleOptions, executor: Executor, hooks: SampleHooks = {}): Promise<Sample> =>
  sampleModel(model, resolveSettings({ warmup: 50, seed: 3, ...options }), executor, hooks)

/** Ends worker threads of a run: `when` is asked at each report of progress. */
async function killing(
  times: number,
  when: (iterations: readonly number[]) => boolean,
  options: SampleOptions,
): Promise<Sample> {
  const workers: Worker[] = []
  const seen = (worker: Worker): void => void workers.push(worker)
  process.on('worker', seen)
  const executor = threads({ threads: 2 })
  let left = times
  try {
    return await run(options, executor, {
      onProgress: ({ chains }) => {
        if (left === 0 || workers.length === 0 || !when(chains.map(({ iteration }) => iteration))) return
        left--
        for (const worker of workers.splice(0)) void worker.terminate()
      },
    })
  } finally {
    process.off('worker', seen)
    await executor.close()
  }
}

describe('a worker that dies in the middle of a chain', () => {
  const busy = (iterations: readonly number[]): boolean => iterations.some((done) => done > 0 && done < 2050)

  it('once: its chain is run again, with the same draws', async () => {
    const options = { chains: 3, draws: 2000 }
    const [whole, killed] = [await run(options, inlineExecutor), await killing(1, busy, options)]
    expect(killed.interruption).toBeNull()
    expect(killed.draws.values.every((chain, c) => chain.every((x, i) => x === whole.draws.values[c][i]))).toBe(true)
    expect(killed.summary).toEqual(whole.summary)
  })

  it('twice: the run ends with what it had, and says so', async () => {
    const killed = await killing(2, (iterations) => iterations.some((done) => done > 1000 && done < 1_000_000), {
      chains: 2,
      draws: 1_000_000,
    })
    expect(killed.interruption).toMatchObject({ code: 'WORKER_DIED' })
    expect(killed.warnings[0]).toMatchObject({
      code: 'WORKER_DIED',
      message: expect.stringMatching(
        /^the run was ended twice: a worker thread ended in job \d .*; kept are \d+ of 1000000 draws/,
      ),
    })
    expect(killed.draws.ndraws).toBeGreaterThan(100)
    expect(killed.summary.every(({ mean }) => Number.isFinite(mean))).toBe(true)
  })

  it('twice before there are draws: an error', async () => {
    const dead = killing(2, (iterations) => iterations.some((done) => done > 0), {
      chains: 2,
      warmup: 1_000_000,
      draws: 10,
    })
    await expect(dead).rejects.toMatchObject({ code: 'WORKER_DIED' })
  })
})

describe('posteriors that cannot be sampled', () => {
  const x = Array.from({ length: 40 }, (_, i) => (i < 20 ? -1 : 1) * (1 + (i % 5)))
  const table = tableFrom({ y: x.map((value) => (value > 0 ? 1 : 0)), x, g: x.map((_, i) => `g${i % 8}`) })

  it('no point of positive density: an error that says where to look', async () => {
    const nowhere = sampleModel(
      model,
      resolveSettings({ priors: ['b[treat] ~ uniform(1000, 1001)'], chains: 1 }),
      inlineExecutor,
    )
    await expect(nowhere).rejects.toMatchObject({
      code: 'NO_CONVERGENCE',
      message: expect.stringMatching(/positive posterior density, got none in 100 attempts/),
      hint: expect.stringMatching(/priors/),
    })
  })

  it('a flat prior under separation: the coefficient and what to do', async () => {
    const options = { priors: ['b ~ flat()'], family: 'binomial', warmup: 100, draws: 100, chains: 2 } as const
    const { record } = await samplePosterior('y ~ x + (1 | g)', table, options, inlineExecutor)
    const told = record.warnings.find(({ code }) => code === 'FLAT_POSTERIOR')
    expect(told?.message).toMatch(/no finite integral.*separation: x predicts.*b ~ flat\(\).*b ~ normal\(0, 2.5\)/)
    const proper = await samplePosterior(
      'y ~ x + (1 | g)',
      table,
      { ...options, priors: ['b ~ normal(0, 2.5)'] },
      inlineExecutor,
    )
    expect(proper.record.warnings.map(({ code }) => code)).not.toContain('FLAT_POSTERIOR')
    const mixed = tableFrom({ y: x.map((_, i) => i % 2), x, g: x.map((_, i) => `g${i % 8}`) })
    const { record: whole } = await samplePosterior('y ~ x + (1 | g)', mixed, options, inlineExecutor)
    expect(whole.warnings.map(({ code }) => code)).not.toContain('FLAT_POSTERIOR')
  })

  it('a chain that stands still: which, since when, and what to do', async () => {
    const sample = await run({ chains: 3, draws: 400 }, inlineExecutor)
    const still = sample.statistics.map((chain, c) => {
      if (c !== 1) return chain
      const [logDensity, acceptRate] = [chain.logDensity.slice(), chain.acceptRate.slice()]
      logDensity.fill(logDensity[150], 150, 350)
      acceptRate.fill(0, 150, 350)
      return { ...chain, logDensity, acceptRate }
    })
    const { warnings } = posteriorDiagnostics(sample.summary, still)
    expect(warnings.map(({ message }) => message).join()).toMatch(
      /chain 2 stood still for 200 draws in a row, from draw 151.*acceptance/,
    )
    expect(sample.diagnostics.warnings.map(({ code }) => code)).not.toContain('STUCK')
  })
})
