import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { estimate } from '../../../src/fit/climb/estimate.js'
import { glmOf } from '../../../src/fit/start/glm.js'
import { fit } from '../../../src/fit/fit.js'
import { startFrom } from '../../../src/fit/start/start.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { peerModels, peerTable } from '../../reference/peers.js'
import { state } from '../../../src/likelihood/frame/stated.js'

describe('three starts end in one place', () => {
  it.each([
    'sleepstudy',
    'ChickWeight',
    'Orthodont',
    'Penicillin',
    'betablocker_slope',
    'epil_slope',
    'Contraception_slope',
    'grouseticks',
    'cbpp_obs',
    'Salamanders_nb2',
    'sim_gamma',
  ])('%s', (id) => {
    const { data, formula, family, link } = peerModels[id]
    const model = stateModel(formula, peerTable(data), { family, link })
    const like = likelihood(model)
    const d = like.dimension
    const first = startFrom(like, glmOf(state(model)))
    const ends = [1, 0.2, 5].map((by, shift) => {
      const parameters = first.parameters.map((value, j) =>
        j < like.layout.fixed ? value + 0.5 * shift * Math.sqrt(first.scale[j * (d + 1)]) : by * value,
      )
      return estimate(like, adaptive(1), { ...first, parameters })
    })
    for (const { parameters, logLik, converged } of ends) {
      expect(converged).toBe(true)
      expect(logLik).toBeCloseTo(ends[0].logLik, 8)
      parameters.forEach((value, j) =>
        expect(Math.abs(value - ends[0].parameters[j]) / ends[0].se[j]).toBeLessThan(1e-6),
      )
    }
  })
})

describe('one model written in two ways', () => {
  it.each([
    ['Pastes', 'gaussian', 'strength ~ 1 + (1 | batch/cask)', 'strength ~ 1 + (1 | sample) + (1 | batch)'],
    ['sleepstudy', 'gaussian', 'Reaction ~ Days + (Days || Subject)', 'Reaction ~ Days + diag(1 + Days | Subject)'],
    ['epil', 'poisson', 'y ~ visit + (1 + visit | subject)', 'y ~ visit + us(visit | subject)'],
  ])('%s', (data, family, one, other) => {
    const [a, b] = [one, other].map((formula) => fit(formula, peerTable(data), { family }))
    expect(a.logLik).toBeCloseTo(b.logLik, 9)
    const deviations = ({ random }: typeof a): number[] => random.flatMap(({ sd }) => sd).sort((p, q) => p - q)
    deviations(a).forEach((sd, i) => expect(sd / deviations(b)[i]).toBeCloseTo(1, 8))
    a.fixed.forEach(({ estimate: beta, se }, j) => {
      expect(Math.abs(beta - b.fixed[j].estimate) / se!).toBeLessThan(1e-7)
      expect(se! / b.fixed[j].se!).toBeCloseTo(1, 6)
    })
  })
})
