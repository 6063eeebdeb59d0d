import { describe, expect, it } from 'vitest'
import { samplePosterior } from '../../../samplers/methods/sample-posterior.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { inlineExecutor } from '../../../src/inline-executor.js'

const n = 60
const rows = Array.from({ length: n }, (_, i) => i)
const table = tableFrom({
  y: rows.map((i) => Math.sin(i) + 3),
  x: rows.map((i) => Math.cos(3 * i)),
  g: rows.map((i) => `g${i % 4}`),
})

describe('the prior alone', () => {
  it('has the moments of its statements, whatever the response', async () => {
    const priors = [
      'b ~ normal(1, 2)',
      'b[x] ~ student_t(9, -3, 1)',
      'sd ~ half_normal(0, 1)',
      'sd[g__x] ~ exponential(2)',
      'cor ~ lkj(2)',
      'sigma ~ gamma(3, 2)',
    ]
    const options = { family: 'gaussian', priors, priorOnly: true, seed: 3, chains: 4, warmup: 500, draws: 3000 }
    const { record } = await samplePosterior('y ~ x + (x | g)', table, options, inlineExecutor)
    // Mean and variance of each: t_9 has variance 9 / 7; LKJ(2) of two effects is a beta(2, 2) on (-1, 1).
    const truth: Readonly<Record<string, readonly [mean: number, sd: number]>> = {
      b_Intercept: [1, 2],
      b_x: [-3, Math.sqrt(9 / 7)],
      sigma: [1.5, Math.sqrt(3) / 2],
      sd_g__Intercept: [Math.sqrt(2 / Math.PI), Math.sqrt(1 - 2 / Math.PI)],
      sd_g__x: [0.5, 0.5],
      cor_g__Intercept__x: [0, Math.sqrt(1 / 5)],
      'r_g[g1,Intercept]': [0, 1],
      // E sd^2 of an exponential with rate 2.
      'r_g[g2,x]': [0, Math.sqrt(1 / 2)],
    }
    for (const [name, [mean, sd]] of Object.entries(truth)) {
      const told = record.summary.find((one) => one.name === name)!
      expect(Math.abs(told.mean - mean), `mean of ${name}: ${told.mean}`).toBeLessThan(4.5 * told.mcse)
      // The error of a standard deviation, from its bulk draws and a kurtosis of up to 9.
      const error = sd * Math.sqrt(2 / told.essBulk)
      expect(Math.abs(told.sd - sd), `sd of ${name}: ${told.sd}`).toBeLessThan(4.5 * error)
    }
  })

  it('is refused where a prior has no integral', async () => {
    const options = { family: 'gaussian', priors: ['b[x] ~ flat()'], priorOnly: true }
    await expect(samplePosterior('y ~ x + (x | g)', table, options, inlineExecutor)).rejects.toMatchObject({
      code: 'PRIOR',
      message: expect.stringContaining('b[x] ~ flat()'),
    })
  })
})
