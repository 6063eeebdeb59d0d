import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { estimate } from '../../src/fit/climb/estimate.js'
import { glmOf } from '../../src/fit/start/glm.js'
import { fit } from '../../src/fit/fit.js'
import { startFrom } from '../../src/fit/start/start.js'
import { likelihood } from '../../src/likelihood/likelihood.js'
import { betablocker, type CaseName, cases, exact, modelOf, toenail } from '../reference/data.js'
import { state } from '../../src/likelihood/frame/stated.js'

const formula = 'cbind(r, n - r) ~ treat + (1 | center)'
const near = (got: number | null, truth: number, relative: number): void =>
  expect(Math.abs(got! - truth) / Math.abs(truth)).toBeLessThan(relative)

describe('glm', () => {
  it('betablocker: what summary(glm) prints', () => {
    const { glm } = exact.betablocker
    const got = fit('cbind(r, n - r) ~ treat', betablocker)
    expect(got.method).toBe('glm')
    expect(got.iterations).toBe(4)
    expect(got.nullDeviance).toBeCloseTo(332.992789885949, 9)
    expect(got.residualDeviance).toBeCloseTo(305.760712529564, 9)
    expect([got.dfNull, got.dfResidual]).toEqual([43, 42])
    expect(got.aic).toBeCloseTo(glm.AIC, 9)
    expect(got.bic).toBeCloseTo(glm.BIC, 9)
    expect(got.logLik).toBeCloseTo(glm.logLik, 10)
    for (const { name, estimate: beta, se, z, p } of got.fixed) {
      near(beta, glm.beta[name], 1e-9)
      near(se, glm.se[name], 1e-9)
      near(z, glm.z[name], 1e-9)
      if (glm.p[name] > 0) near(p, glm.p[name], 1e-7)
    }
    // test/reference/residuals.R, R 4.2.2
    const deviance = got.residuals.deviance!
    const r = [-5.31604262104332, -1.49157171604255, -0.134085888283252, 1.70667223286141, 5.85642245041098]
    const ours = [deviance.min, deviance.q1, deviance.median, deviance.q3, deviance.max]
    ours.forEach((value, i) => expect(value).toBeCloseTo(r[i], 9))
  })

  it.each(['cbpp', 'toenail'] as CaseName[])('%s: as R', (name) => {
    const { glm } = exact[name]
    const got = fit(cases[name].formula.replace(/ \+ \(1 \|.*\)/, ''), cases[name].table, { family: 'binomial' })
    expect(got.logLik).toBeCloseTo(glm.logLik, 8)
    expect(got.iterations).toBe(glm.iterations_eps1e8)
    const [beta, se] = [Object.values(glm.beta), Object.values(glm.se)]
    got.fixed.forEach((row, j) => {
      near(row.estimate, beta[j], 1e-8)
      // R's standard errors are those of one iteration before its last: 8e-7 off for cbpp.
      near(row.se, se[j], 1e-6)
    })
  })

  it('cbpp: standard errors as R gives them with epsilon = 1e-15', () => {
    const got = fit('cbind(incidence, size - incidence) ~ factor(period)', cases.cbpp.table)
    const se = [0.144919762468, 0.291467789119, 0.312881430987, 0.413056457603]
    got.fixed.forEach((row, j) => near(row.se, se[j], 1e-10))
  })
})

describe('Laplace', () => {
  it('betablocker: the figures of the peers', () => {
    const { lme4_ml: lme4 } = exact.betablocker.engines
    const got = fit(formula, betablocker)
    expect(got.nodes).toBe(1)
    expect(got.random[0].sd[0]).toBeCloseTo(0.486013, 6)
    expect(got.fixed[0].estimate).toBeCloseTo(-2.19618, 5)
    expect(got.fixed[1].estimate).toBeCloseTo(-0.26091, 5)
    // glmmTMB reaches -159.210289874197; lme4 stops at -159.210295.
    expect(Math.abs(got.logLik - exact.betablocker.engines.glmmTMB_ml.logLik)).toBeLessThan(1e-8)
    expect(got.aic).toBeCloseTo(324.42, 2)
    expect(got.bic).toBeCloseTo(329.77, 2)
    const [[a, c], [, b]] = got.fixedCovariance
    expect(c / Math.sqrt(a * b)).toBeCloseTo(-0.205, 3)
    // lme4's estimates are a little short of the top, so that its residuals and modes agree to four digits.
    const { pearson } = got.residuals
    const { pearson_residuals: r } = lme4
    expect(pearson.min).toBeCloseTo(r.min, 3)
    expect(pearson.q1).toBeCloseTo(r.q25, 3)
    expect(pearson.median).toBeCloseTo(r.q50, 3)
    expect(pearson.q3).toBeCloseTo(r.q75, 3)
    expect(pearson.max).toBeCloseTo(r.max, 3)
    expect(got.modes).toHaveLength(22)
    got.modes.forEach((mode, g) => {
      const theirs = lme4.ranef.center.modes[g]
      expect(mode.level).toBe(theirs.level)
      expect(mode.mode).toBeCloseTo(theirs['(Intercept)'] as number, 4)
      expect(mode.sd).toBeCloseTo(theirs['condSD (Intercept)'] as number, 4)
    })
  })

  it.each(['betablocker', 'cbpp', 'toenail'] as CaseName[])('%s: not below the better of lme4 and glmmTMB', (name) => {
    const { lme4_ml, glmmTMB_ml } = exact[name].engines
    const got = fit(cases[name].formula, cases[name].table, { family: 'binomial' })
    expect(got.logLik).toBeGreaterThan(Math.max(lme4_ml.logLik, glmmTMB_ml.logLik) - 1e-6)
    expect(got.convergence.converged).toBe(true)
    // No false alarm on the two, and no silence on the third.
    expect(got.warnings.map(({ code }) => code)).toEqual(name === 'toenail' ? ['INTEGRATION'] : [])
    expect(got.certificate!.verdict).toBe(name === 'toenail' ? 'inadequate' : 'adequate')
    const theirs = Object.values(glmmTMB_ml.beta)
    got.fixed.forEach((row, j) => expect(Math.abs(row.estimate - theirs[j]) / row.se!).toBeLessThan(1e-3))
  })
})

describe('adaptive quadrature', () => {
  it('betablocker, 25 nodes: each digit of the exact maximum likelihood', () => {
    const got = fit(formula, betablocker, { nodes: 25 })
    const truth = exact.betablocker
    expect(got.logLik).toBeCloseTo(truth.logLik, 10)
    for (const { name, estimate: beta, se } of got.fixed) {
      near(beta, truth.beta[name], 1e-9)
      near(se, truth.se[name], 1e-7)
    }
    near(got.random[0].sd[0], truth.sd['(Intercept)'], 1e-9)
    near(got.random[0].sdSe[0], truth.se_sd['(Intercept)'], 1e-7)
  })

  it.each(['cbpp', 'toenail'] as CaseName[])('%s: exact maximum likelihood', (name) => {
    const truth = exact[name]
    const got = fit(cases[name].formula, cases[name].table, { family: 'binomial', nodes: 101 })
    expect(Math.abs(got.logLik - truth.logLik)).toBeLessThan(1e-7 * Math.abs(truth.logLik))
    const [beta, se] = [Object.values(truth.beta), Object.values(truth.se)]
    got.fixed.forEach((row, j) => {
      near(row.estimate, beta[j], 1e-5)
      near(row.se, se[j], 1e-5)
    })
    near(got.random[0].sd[0], Object.values(truth.sd)[0], 1e-5)
    near(got.random[0].sdSe[0], Object.values(truth.se_sd)[0], 1e-5)
  })

  it('every number of nodes from 1 to 101 is on one scale', () => {
    for (const nodes of [1, 2, 3, 5, 8, 50, 100, 101]) {
      const got = fit(formula, betablocker, { nodes })
      expect(Math.abs(got.logLik - exact.betablocker.logLik)).toBeLessThan(nodes < 4 ? 0.05 : nodes < 8 ? 1e-3 : 2e-5)
    }
  })

  it('the certificate of a Laplace fit is the error against the exact log-likelihood there', () => {
    const { certificate, logLik } = fit(formula, betablocker)
    // glmmTMB's estimates are those of Laplace to 1e-6 standard errors; its exact log-likelihood there is known.
    expect(certificate!.logLikError).toBeCloseTo(logLik - -159.187044954447, 6)
    // The estimates move by 0.0056 standard errors from Laplace to the exact maximum.
    expect(certificate!.maxShiftInSe).toBeCloseTo((0.4864863 - 0.486013) / 0.0840423, 3)
    const many = fit(formula, betablocker, { nodes: 25 }).certificate!
    expect([many.nodes, many.rule, many.verdict]).toEqual([38, 'finer', 'adequate'])
    expect(many.maxShiftInSe).toBeLessThan(1e-8)
  })

  it('auto climbs until no parameter moves by more than 0.001 standard errors', () => {
    const got = fit(formula, betablocker, { nodes: 'auto' })
    expect(got.rungs!.map(({ nodes }) => nodes)).toEqual([1, 4, 7])
    expect(got.rungs!.at(-1)!.maxShiftInSe).toBeLessThan(0.001)
    const hard = fit(cases.toenail.formula, toenail, { nodes: 'auto' })
    near(hard.random[0].sd[0], exact.toenail.sd['(Intercept)'], 1e-3)
    expect(hard.nodes).toBeGreaterThan(25)
  })

  it.each([0, 102, 1.5, Number.NaN])('refuses %s nodes', (nodes) => {
    expect(() => fit(formula, betablocker, { nodes })).toThrow('expected a number of nodes from 1 to 101')
  })
})

describe('properties', () => {
  const columns = (table: typeof betablocker): Record<string, Float64Array> =>
    Object.fromEntries(table.columns.map((column) => [column.name, (column as { values: Float64Array }).values]))
  const { r, n, treat, center } = columns(betablocker)
  const truth = fit(formula, betablocker, { nodes: 9 })

  it('the order of rows changes nothing', () => {
    const order = Array.from({ length: 44 }, (_, i) => (i * 17) % 44)
    const permuted = (values: Float64Array): number[] => order.map((i) => values[i])
    const table = tableFrom({ r: permuted(r), n: permuted(n), treat: permuted(treat), center: permuted(center) })
    const got = fit(formula, table, { nodes: 9 })
    expect(got.logLik).toBeCloseTo(truth.logLik, 10)
    got.fixed.forEach((row, j) => near(row.estimate, truth.fixed[j].estimate, 1e-9))
  })

  it('the names of groups change nothing', () => {
    const names = Array.from(center, (g) => `hospital ${String.fromCharCode(65 + ((g * 7) % 22))}`)
    const got = fit('cbind(r, n - r) ~ treat + (1 | center)', tableFrom({ r, n, treat, center: names }), { nodes: 9 })
    expect(got.logLik).toBeCloseTo(truth.logLik, 10)
    near(got.random[0].sd[0], truth.random[0].sd[0], 1e-9)
  })

  it.each([1e-6, 1e6])('a column scaled by %s scales its coefficient', (by) => {
    const got = fit(formula, tableFrom({ r, n, treat: treat.map((x) => x * by), center }), { nodes: 9 })
    expect(got.logLik).toBeCloseTo(truth.logLik, 9)
    near(got.fixed[1].estimate * by, truth.fixed[1].estimate, 1e-8)
    near(got.fixed[1].se! * by, truth.fixed[1].se!, 1e-7)
  })

  it('successes and failures exchanged turn every sign', () => {
    const got = fit('cbind(n - r, r) ~ treat + (1 | center)', betablocker, { nodes: 9 })
    expect(got.logLik).toBeCloseTo(truth.logLik, 10)
    got.fixed.forEach((row, j) => near(-row.estimate, truth.fixed[j].estimate, 1e-9))
  })

  it('three starts end in one place', () => {
    const like = likelihood(modelOf('toenail'))
    const glm = glmOf(state(like.model))
    const first = startFrom(like, glm)
    const ends = [0.3, 1, 9].map((sigma) => {
      const parameters = first.parameters.slice()
      parameters[like.layout.fixed] = sigma
      return estimate(like, adaptive(9), { ...first, parameters })
    })
    for (const { parameters, se } of ends) {
      parameters.forEach((value, j) => expect(Math.abs(value - ends[0].parameters[j]) / se[j]).toBeLessThan(1e-6))
    }
  })

  it('a variance of zero is a singular fit that equals the glm', () => {
    const g = Array.from({ length: 24 }, (_, i) => `g${i % 6}`)
    const y = g.map((_, i) => (i < 12 ? 2 : 3))
    const total = g.map(() => 5)
    const got = fit('cbind(y, total - y) ~ 1 + (1 | g)', tableFrom({ y, total, g }), { nodes: 9 })
    const plain = fit('cbind(y, total - y) ~ 1', tableFrom({ y, total }))
    expect(got.convergence.singular).toBe(true)
    expect(got.convergence.converged).toBe(true)
    expect(got.random[0].sd).toEqual([0])
    expect(got.random[0].sdSe).toEqual([null])
    expect(got.warnings.map(({ code }) => code)).toEqual(['SINGULAR'])
    expect(got.logLik).toBeCloseTo(plain.logLik, 10)
    expect(got.fixed[0].se).toBeCloseTo(plain.fixed[0].se!, 8)
  })

  it('no fixed effects at all', () => {
    const got = fit('cbind(r, n - r) ~ 0 + (1 | center)', betablocker, { nodes: 25 })
    expect(got.fixed).toEqual([])
    expect(got.convergence.converged).toBe(true)
    expect(got.random[0].sd[0]).toBeGreaterThan(2)
  })

  it('a wider structure is refused in words', () => {
    const table = tableFrom({ r, n, treat, center, half: Array.from(center, (g) => g % 2) })
    const wide = 'cbind(r, n - r) ~ treat + (1 | center) + (1 | treat)'
    expect(() => fit(wide, table, { nodes: 4 })).toThrow('expected random effects of one factor')
    expect(() => stateModel('cbind(r, n - r) ~ treat', table, { family: 'gauss' })).toThrow('expected a family')
  })
})
