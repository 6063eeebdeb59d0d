import { describe, expect, it } from 'vitest'
import { sampleModel } from '../../../samplers/run/sample.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { threads } from '../../../workers/threads.js'
import { modelOf } from '../../reference/data.js'

const model = modelOf('betablocker')
const settings = (seed: number) => resolveSettings({ warmup: 200, draws: 200, seed })

describe('the same seed', () => {
  it('gives the same draws to the last bit with 1, 2 and 4 threads and with none', async () => {
    const inline = await sampleModel(model, settings(7), inlineExecutor)
    for (const count of [1, 2, 4]) {
      const executor = threads({ threads: count })
      const threaded = await sampleModel(model, settings(7), executor)
      await executor.close()
      expect(threaded.draws).toEqual(inline.draws)
      expect(threaded.statistics).toEqual(inline.statistics)
    }
  })

  it.each([
    ['y ~ x + (1 + x | g)', 'nuts'],
    ['y ~ x + (1 | g) + (1 | h)', 'nuts'],
    ['y ~ x + (1 | g) + (1 | h)', 'polya-gamma'],
    ['y ~ x + (1 + x | g)', 'marginal'],
  ])('on threads and without for %s by %s', async (formula, sampler) => {
    const rows = Array.from({ length: 96 }, (_, i) => i)
    const table = tableFrom({
      y: rows.map((i) => ((i * i) % 7 < 3 ? 1 : 0)),
      x: rows.map((i) => ((i * 37) % 11) / 5 - 1),
      g: rows.map((i) => `g${i % 8}`),
      h: rows.map((i) => `h${(i * 5) % 12}`),
    })
    const given = resolveSettings({ warmup: 40, draws: 30, seed: 7, chains: 3, sampler })
    const crossed = stateModel(formula, table, { family: 'binomial' })
    const inline = await sampleModel(crossed, given, inlineExecutor)
    for (const count of [1, 2]) {
      const executor = threads({ threads: count })
      const threaded = await sampleModel(crossed, given, executor)
      await executor.close()
      expect(threaded.draws).toEqual(inline.draws)
      expect(threaded.statistics).toEqual(inline.statistics)
    }
  })

  it('other seeds and other chains give other draws', async () => {
    const [a, b] = await Promise.all([7, 8].map((seed) => sampleModel(model, settings(seed), inlineExecutor)))
    expect(a.draws.values[0][0]).not.toBe(b.draws.values[0][0])
    expect(new Set(a.draws.values.map((chain) => chain[0])).size).toBe(4)
  })

  it('more chains leave the first ones as they are', async () => {
    const four = await sampleModel(model, settings(7), inlineExecutor)
    const two = await sampleModel(model, { ...settings(7), chains: 2 }, inlineExecutor)
    expect(two.draws.values).toEqual(four.draws.values.slice(0, 2))
  })

  it('tells its progress up to the end', async () => {
    const seen: number[] = []
    await sampleModel(model, settings(7), inlineExecutor, {
      onProgress: ({ chains, total }) => {
        expect(total).toBe(400)
        seen.push(chains.reduce((sum, { iteration }) => sum + iteration, 0))
      },
    })
    expect(seen.at(-1)).toBe(1600)
  })
})
