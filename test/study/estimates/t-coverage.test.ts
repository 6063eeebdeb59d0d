import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { state, withResponse } from '../../../src/likelihood/frame/stated.js'
import { normalQuantile } from '../../../src/numerics/special.js'
import { stream } from '../../../src/random/stream.js'
import { parameterTable } from '../../../src/study/estimates/parameters.js'
import { refit } from '../../../src/study/estimates/refit.js'

/**
 * A balanced one-way layout of five levels whose variance between is large: the mean's t has four degrees of freedom, so that
 * 1.96 standard errors cover 87.8 % of the time. Under maximum likelihood t has about five and a standard error sqrt(4/5) of that.
 */
describe('95 % limits of a mean over five levels', () => {
  const levels = 5
  const each = 4
  const replicates = 600
  const error = Math.sqrt((0.95 * 0.05) / replicates)
  const table = tableFrom({
    y: Array.from({ length: levels * each }, (_, i) => Math.sin(i)),
    g: Array.from({ length: levels * each }, (_, i) => `g${i % levels}`),
  })
  const model = stateModel('y ~ 1 + (1 | g)', table, { family: 'gaussian' })

  function covered(reml: boolean): { t: number; z: number } {
    const rng = stream({ seed: 5, purpose: 'response' })
    let [t, z] = [0, 0]
    for (let r = 0; r < replicates; r++) {
      const effects = Array.from({ length: levels }, () => 2 * rng.normal())
      const y = Float64Array.from({ length: levels * each }, (_, i) => 3 + effects[i % levels] + rng.normal())
      const found = refit(withResponse(state(model), { ...model.response, y }), { reml })
      const { estimate, se, lower, upper } = parameterTable(found, 'wald')
      if (lower[0] <= 3 && 3 <= upper[0]) t++
      if (Math.abs(estimate[0] - 3) <= normalQuantile(0.975) * se[0]) z++
    }
    return { t: t / replicates, z: z / replicates }
  }

  it('restricted maximum likelihood: t covers, z does not', () => {
    const { t, z } = covered(true)
    expect(Math.abs(t - 0.95)).toBeLessThan(3 * error)
    expect(Math.abs(z - 0.878)).toBeLessThan(3 * Math.sqrt((0.878 * 0.122) / replicates))
    expect(z).toBeLessThan(0.95 - 3 * error)
  })

  it('least squares of five values: t covers, z does not', () => {
    const rows = tableFrom({ y: Array.from({ length: levels }, (_, i) => i + 0.5), x: [1, 2, 2, 4, 6] })
    const line = stateModel('y ~ x', rows, { family: 'gaussian' })
    const rng = stream({ seed: 6, purpose: 'response' })
    let [t, z] = [0, 0]
    for (let r = 0; r < replicates; r++) {
      const y = Float64Array.from([1, 2, 2, 4, 6], (x) => 1 + x + rng.normal())
      const found = refit(withResponse(state(line), { ...line.response, y }), {})
      const { estimate, se, lower, upper } = parameterTable(found, 'wald')
      if (lower[1] <= 1 && 1 <= upper[1]) t++
      if (Math.abs(estimate[1] - 1) <= normalQuantile(0.975) * se[1]) z++
    }
    expect(Math.abs(t / replicates - 0.95)).toBeLessThan(3 * error)
    expect(z / replicates).toBeLessThan(0.95 - 3 * error)
  })
})
