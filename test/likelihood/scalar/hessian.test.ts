import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { negativeHessian } from '../../../src/numerics/hessian.js'
import { betablocker, cbpp, toenail } from '../../reference/data.js'

const models = {
  betablocker: stateModel('cbind(r, n - r) ~ treat + (1 | center)', betablocker),
  'slope, cloglog': stateModel('cbind(r, n - r) ~ treat + (0 + treat | center)', betablocker, {
    family: 'binomial',
    link: 'cloglog',
  }),
  'cbpp, probit': stateModel('cbind(incidence, size - incidence) ~ period + (1 | herd)', cbpp, {
    family: 'binomial',
    link: 'probit',
  }),
  'cbpp, poisson': stateModel('incidence ~ period + offset(log(size)) + (1 | herd)', cbpp, { family: 'poisson' }),
  toenail: stateModel('y ~ treatment * time + (1 | patient)', toenail),
}

describe('closed Hessian of the marginal log-likelihood', () => {
  for (const [name, model] of Object.entries(models)) {
    it.each([1, 2, 3, 9, 25])(`${name}: %d nodes against differences of the exact gradient`, (nodes) => {
      const { marginal, dimension } = likelihood(model)
      const density = marginal(adaptive(nodes))
      for (const sigma of [0.4, 1.7]) {
        const x = Float64Array.from({ length: dimension }, (_, j) => 0.3 * Math.sin(2 * j + 1) - 0.4)
        x[dimension - 1] = sigma
        const closed = density.negativeHessian!(x)!
        const differenced = negativeHessian(
          density.evaluate,
          x,
          x.map(() => 1),
          1e-4,
        )
        const size = Math.max(...differenced.map(Math.abs))
        closed.forEach((value, at) => expect(Math.abs(value - differenced[at]) / size).toBeLessThan(1e-6))
      }
    })
  }
})
