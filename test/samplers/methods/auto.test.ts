import { describe, expect, it } from 'vitest'
import { samplers } from '../../../samplers/kernels/registry.js'
import { chooseSampler } from '../../../samplers/methods/auto.js'
import { methods } from '../../../samplers/methods/registry.js'
import { extendPosterior, samplePosterior } from '../../../samplers/methods/sample-posterior.js'
import { outerLook } from '../../../samplers/place/outer-look.js'
import { planChains } from '../../../samplers/run/plan-chains.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { inlineExecutor } from '../../../src/inline-executor.js'
import { checkFormula } from '../../../src/check/check.js'
import { stream } from '../../../src/random/stream.js'
import { betablocker, cases, modelOf } from '../../reference/data.js'

/** Binary rows of 60 levels that differ much: independent proposals suit. */
const patients = (() => {
  const rng = stream({ seed: 2, purpose: 'simulation' })
  const effect = Array.from({ length: 60 }, () => 3 * rng.normal())
  const rows = Array.from({ length: 240 }, (_, i) => i)
  return tableFrom({
    y: rows.map((i) => (rng.uniform() < 1 / (1 + Math.exp(-effect[i % 60])) ? 1 : 0)),
    x: rows.map((i) => (i % 7) / 7),
    g: rows.map((i) => `g${i % 60}`),
    h: rows.map((i) => `h${i % 11}`),
  })
})()
const formula = 'y ~ 1 + (1 | g)'
const short = { family: 'binomial', chains: 2, warmup: 30, draws: 20, seed: 3 }

describe('auto', () => {
  it('holds where no sampler is named, and says why it chose', async () => {
    const named = await samplePosterior(formula, patients, { ...short, sampler: 'auto' }, inlineExecutor)
    const { record, sample } = await samplePosterior(formula, patients, short, inlineExecutor)
    expect(record.sampler).toBe('independence')
    expect(record.samplerReason).toMatch(/one random effect a level is integrated out: 2 dimensions instead of 62/)
    expect(record.call).toMatchObject({ sampler: 'independence', chains: 2, warmup: 30, draws: 20, seed: 3 })
    expect(sample.draws.values.map((chain) => [...chain])).toEqual(named.sample.draws.values.map((chain) => [...chain]))
  })

  it('gives the draws of the sampler that it chooses, to the last bit', async () => {
    const chosen = await samplePosterior(formula, patients, short, inlineExecutor)
    const named = await samplePosterior(formula, patients, { ...short, sampler: 'independence' }, inlineExecutor)
    expect(named.record.samplerReason).toBeNull()
    expect(chosen.sample.draws.values.map((chain) => [...chain])).toEqual(
      named.sample.draws.values.map((chain) => [...chain]),
    )
  })

  it('goes on with its chains, the reason kept', async () => {
    const first = await samplePosterior(formula, patients, { ...short, draws: 12 }, inlineExecutor)
    const longer = await extendPosterior(first, 8, inlineExecutor)
    const whole = await samplePosterior(formula, patients, short, inlineExecutor)
    expect(longer.record.samplerReason).toBe(whole.record.samplerReason)
    expect(longer.sample.draws.values.map((chain) => [...chain])).toEqual(
      whole.sample.draws.values.map((chain) => [...chain]),
    )
  })

  it.each([
    ['few effects', cases.betablocker.formula, betablocker, {}, /22 random effects are walked faster/],
    ['crossed factors', 'y ~ 1 + (1 | g) + (1 | h)', patients, {}, /crossed random effects/],
    ['slopes', 'y ~ 1 + (1 + x | g)', patients, {}, /integrating out 2 effects a level/],
    ['no effects', 'y ~ x', patients, {}, /no random effects/],
    ['the prior alone', formula, patients, { priorOnly: true }, /prior alone/],
    ['a target acceptance', formula, patients, { targetAccept: 0.9 }, /target acceptance/],
    ['a tree depth', formula, patients, { maxDepth: 6 }, /tree depth/],
  ] as const)('takes nuts for %s', (_, of, table, wanted, reason) => {
    const model = stateModel(of, table, { family: 'binomial' })
    expect(chooseSampler(outerLook(model, []), wanted)).toEqual({
      sampler: 'nuts',
      reason: expect.stringMatching(reason),
    })
  })

  it('takes nuts where independent proposals would be refused', () => {
    // A prior with two far and narrow peaks, for which no bent normal distribution is a match.
    const model = stateModel(formula, patients, { family: 'binomial' })
    const look = outerLook(model, [])
    const twoPeaks = {
      ...look,
      priors: {
        ...look.priors,
        fixed: [
          {
            ...look.priors.fixed[0],
            logDensity: (b: number) => Math.log(Math.exp(-800 * (b - 1) ** 2) + Math.exp(-800 * (b + 1) ** 2)),
            slope: (b: number) => {
              const [right, left] = [Math.exp(-800 * (b - 1) ** 2), Math.exp(-800 * (b + 1) ** 2)]
              return (-1600 * (right * (b - 1) + left * (b + 1))) / (right + left)
            },
          },
        ],
      },
    }
    expect(chooseSampler(twoPeaks)).toMatchObject({ sampler: 'nuts', reason: expect.stringMatching(/proposals/) })
  })
})

describe('settings that a sampler has not', () => {
  it.each(samplers.map(({ name, targetAccept, maxDepth }) => [name, targetAccept, maxDepth] as const))(
    '%s refuses them, and has its own by default',
    (sampler, targetAccept, maxDepth) => {
      expect(resolveSettings({ sampler })).toMatchObject({ targetAccept, maxDepth })
      const refused = (given: object) => () => resolveSettings({ sampler, ...given })
      if (targetAccept === null) expect(refused({ targetAccept: 0.9 })).toThrow(/no target acceptance/)
      else expect(refused({ targetAccept: 0.9 })()).toMatchObject({ targetAccept: 0.9 })
      if (maxDepth === null) expect(refused({ maxDepth: 5 })).toThrow(/no maximal tree depth/)
      else expect(refused({ maxDepth: 5 })()).toMatchObject({ maxDepth: 5 })
    },
  )
})

describe('check', () => {
  it('takes the sampler that auto chooses, and tells the reason', async () => {
    const { record } = await checkFormula(formula, patients, short, inlineExecutor)
    expect(record.posterior.sampler).toBe('independence')
    expect(record.posterior.samplerReason).toMatch(/one random effect a level/)
  })

  it('refuses a method without draws', async () => {
    const [grid] = methods.filter(({ draws }) => !draws)
    await expect(
      checkFormula(cases.betablocker.formula, betablocker, { sampler: grid.name }, inlineExecutor),
    ).rejects.toThrow(/a sampler that draws/)
  })
})

it.each(['nuts', 'independence'])('a plan of %s from a look that was taken before is the plan without', (sampler) => {
  const model = modelOf('betablocker')
  const { chains: _, ...settings } = resolveSettings({ sampler, seed: 5 })
  const look = outerLook(model, settings.priors)
  chooseSampler(look)
  expect(planChains(model, settings, look)).toEqual(planChains(model, settings))
})
