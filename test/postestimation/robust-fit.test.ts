import { describe, expect, it } from 'vitest'
import { fit } from '../../src/postestimation/fit.js'
import { means } from '../../src/postestimation/means.js'
import { robustCovariance } from '../../src/postestimation/robust.js'
import { test } from '../../src/postestimation/test-terms.js'
import { readReference } from '../reference/tables.js'

const cbpp = readReference('cbpp')
const formula = 'cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)'
const model = fit(formula, cbpp, { nodes: 9 })

describe('a fit with robust standard errors', () => {
  it('has those of its sandwich, and all else of the fit', () => {
    const robust = fit(formula, cbpp, { nodes: 9, se: 'CR3' })
    const { covariance } = robustCovariance(model)
    const d = model.parameters.estimate.length
    robust.fixed.forEach((one, j) => {
      expect(one.estimate).toBe(model.fixed[j].estimate)
      expect(one.se).toBeCloseTo(Math.sqrt(covariance.CR3[j * (d + 1)]), 12)
      expect(one.z).toBeCloseTo(one.estimate / one.se!, 12)
      expect(one.lower).toBeCloseTo(one.estimate - 1.959963984540054 * one.se!, 10)
    })
    expect(robust.random[0].sdSe[0]).toBeCloseTo(Math.sqrt(covariance.CR3[d * d - 1]), 10)
    expect(robust.logLik).toBe(model.logLik)
    expect(robust.robust).toMatchObject({ kind: 'CR3', cluster: 'herd', clusters: 15 })
    expect(robust.robust!.se.CR1[1]).toBeCloseTo(Math.sqrt(covariance.CR1[d + 1]), 12)
  })

  it('says when clusters are few, and what to take', () => {
    const told = fit(formula, cbpp, { se: 'robust' }).warnings.find(({ code }) => code === 'FEW_CLUSTERS')
    expect(told?.message).toMatch(/15 clusters of herd .* take --se CR3/)
    expect(fit(formula, cbpp, { se: 'CR3' }).warnings.some(({ code }) => code === 'FEW_CLUSTERS')).toBe(false)
  })

  it('means and tests of it are robust', () => {
    const robust = fit(formula, cbpp, { nodes: 9, se: 'CR0' })
    const options = { average: 'zero', scale: 'link' } as const
    const [first] = means(robust, '~ period', options).grid
    expect(first.se).toBeCloseTo(robust.fixed[0].se!, 10)
    const [own] = test(robust, { hypotheses: ['factor(period)2 = 0'] }).hypotheses
    expect(own.se).toBeCloseTo(robust.fixed[1].se!, 10)
  })

  it('of a gaussian model is t with the clusters less one', () => {
    const table = readReference('sleepstudy')
    const robust = fit('Reaction ~ Days + (Days | Subject)', table, { reml: true, se: 'CR3' })
    expect(robust.fixed[1]).toMatchObject({ statistic: 't', df: 17 })
    // clubSandwich 0.5.8.
    expect(robust.fixed[1].se).toBeCloseTo(1.59060365, 6)
  })

  it('refuses an option that it has not', () => {
    expect(() => fit(formula, cbpp, { nodse: 9 } as object)).toThrow(/expected an option of fit, got nodse/)
  })

  it('refuses what does not go together', () => {
    expect(() => fit(formula, cbpp, { se: 'sandwich' as 'robust' })).toThrow(/for --se, got 'sandwich'/)
    expect(() => fit(formula, cbpp, { cluster: 'herd' })).toThrow(/--cluster herd alone/)
    expect(() => fit(formula, cbpp, { se: 'robust', intervals: 'profile' })).toThrow(/expected Wald limits/)
  })
})
