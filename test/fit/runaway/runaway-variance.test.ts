import { adaptive } from '../../../src/likelihood/frame/integration-rule.js'
import { describe, expect, it } from 'vitest'
import { readTable } from '../../../src/data/files/read-table.js'
import { stateModel } from '../../../src/data/state-model.js'
import type { Table } from '../../../src/data/table.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { glmOf } from '../../../src/fit/start/glm.js'
import { type FitOptions, fit } from '../../../src/fit/fit.js'
import type { FitRecord } from '../../../src/fit/record/fit-record.js'
import { exactLevels } from '../../../src/fit/runaway/exact-levels.js'
import { limitOfLevels } from '../../../src/fit/runaway/limit-of-levels.js'
import { responseEnds } from '../../../src/fit/runaway/response-ends.js'
import { runawayVariance } from '../../../src/fit/runaway/runaway-variance.js'
import { separatedLevels } from '../../../src/fit/runaway/separated-levels.js'
import { strictDirection } from '../../../src/fit/runaway/strict-direction.js'
import { startFrom } from '../../../src/fit/start/start.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { normalCdf } from '../../../src/numerics/special.js'
import { stream } from '../../../src/random/stream.js'
import { state } from '../../../src/likelihood/frame/stated.js'

const faults = (name: string): Promise<Table> =>
  readTable(new URL(`../../reference/faults/${name}`, import.meta.url).pathname)
const data = (name: string): Promise<Table> => readTable(new URL(`../../reference/${name}`, import.meta.url).pathname)
const binomial = { family: 'binomial' }

/** Sixty unanimous levels of four rows, a column of the level, one of the row, and classes of levels. */
const rng = stream({ seed: 5, purpose: 'response' })
const levels = Array.from({ length: 60 }, (_, s) => ({ w: rng.normal(), c: `c${s % 8}` }))
const votes = levels.map(({ w }) => (0.5 * w + rng.normal() > 0.3 ? 1 : 0))
const rows = Array.from({ length: 240 }, (_, i) => Math.floor(i / 4))
const unanimous = tableFrom({
  y: rows.map((s) => votes[s]),
  r: rows.map((s) => 5 * votes[s]),
  m: rows.map((s) => 5 - 5 * votes[s]),
  w: rows.map((s) => levels[s].w),
  x: rows.map(() => rng.normal()),
  c: rows.map((s) => levels[s].c),
  s: rows.map((s) => `s${s}`),
  item: rows.map((_, i) => `i${i % 4}`),
})

function expectRunning(record: FitRecord, says: RegExp, term = 0): void {
  const told = record.warnings.filter(({ code }) => code === 'SEPARATION')
  expect(told).toHaveLength(1)
  expect(told[0].message).toMatch(says)
  expect(record.random[term].runsTo).toContain('Inf')
  record.random[term].runsTo.forEach((end, i) => {
    if (end === 'Inf') expect(record.random[term].sdSe[i]).toBeNull()
  })
  for (const { se, z, p } of record.fixed) expect([se, z, p]).toEqual([null, null, null])
  expect(record.convergence.converged).toBe(true)
  expect(record.certificate).toBeNull()
}

/** Log-likelihood of the levels as draws of one probability: the limit where the mean is an intercept. */
function ofShares(k: number, n: number): number {
  return k * Math.log(k / n) + (n - k) * Math.log(1 - k / n)
}

describe('a standard deviation without a maximum', () => {
  it.each([
    ['Pass ~ 1 + (1 | Student)', {}],
    ['Pass ~ Hand + (1 | Student)', {}],
    ['Pass ~ 1 + (1 | Student)', { nodes: 9 }],
    ['Pass ~ 1 + (1 | Student)', { nodes: 'auto' }],
    ['Pass ~ 1 + (1 | Student)', { link: 'probit' }],
    ['Pass ~ 1 + (1 | Student)', { link: 'cloglog', importance: 500 }],
  ] as [string, FitOptions][])('passfail60: %s %o', async (formula, options) => {
    const table = await faults('passfail60.csv')
    const record = fit(formula, table, { ...binomial, ...options })
    expectRunning(
      record,
      /^each of the 60 levels of Student is unanimous, .* of \(1 \| Student\) has no finite maximum/,
    )
    // The column of hands has the same values in all levels: it can only lower the limit.
    expect(record.logLik).toBeCloseTo(ofShares(24, 60), 5)
    expect(record.rungs?.length ?? 1).toBe(1)
    expect(record.varianceExplained).toBeNull()
  })

  it('sepgroup: the likelihood tends to that of ten fair coins', async () => {
    const table = await faults('sepgroup.csv')
    for (const family of ['binomial', 'betabinomial']) {
      const record = fit('y ~ x + (1 | g)', table, { family })
      expectRunning(record, /^each of the 10 levels of g is unanimous/)
      expect(record.logLik).toBeCloseTo(10 * Math.log(0.5), 6)
    }
  })

  it('the limit is the probit model of the levels', () => {
    const record = fit('y ~ w + (1 | s)', unanimous, binomial)
    expectRunning(record, /^each of the 60 levels of s is unanimous/)
    const each = tableFrom({ v: votes, w: levels.map(({ w }) => w) })
    const probit = fit('v ~ w', each, { ...binomial, link: 'probit' })
    expect(record.logLik).toBeCloseTo(probit.logLik, 5)
    const [sd] = record.random[0].sd
    record.fixed.forEach(({ estimate }, j) => {
      expect(estimate / sd).toBeCloseTo(probit.fixed[j].estimate, 3)
    })
    expect(record.fixed.map(({ runsTo }) => runsTo)).toEqual(
      probit.fixed.map(({ estimate }) => (estimate > 0 ? 'Inf' : '-Inf')),
    )
  })

  it('grouped rows, all of whose trials agree, have the limit of 0/1 rows', () => {
    const single = fit('y ~ w + (1 | s)', unanimous, binomial)
    const grouped = fit('cbind(r, m) ~ w + (1 | s)', unanimous, binomial)
    expectRunning(grouped, /^each of the 60 levels of s is unanimous/)
    expect(grouped.logLik).toBeCloseTo(single.logLik, 5)
  })

  it('mixed levels whose rows a covariate parts', () => {
    const parted = tableFrom({
      y: rows.map((s, i) => ((i % 4) / 4 + (s % 7) / 7 > 0.8 ? 1 : 0)),
      x: rows.map((_, i) => i % 4),
      s: rows.map((s) => `s${s}`),
    })
    const record = fit('y ~ x + (1 | s)', parted, binomial)
    expectRunning(record, /^in each of the 60 levels of s the fixed effects part the responses without error/)
    expect(record.fixed.map(({ runsTo }) => runsTo)).toEqual(['-Inf', 'Inf'])
    // The limit by brute force: a level with its first success at x = t has an effect between -a - b t and -a - b (t - 1).
    const firsts = levels.map((_, s) => [0, 1, 2, 3].filter((t) => t / 4 + (s % 7) / 7 <= 0.8).length)
    let best = Number.NEGATIVE_INFINITY
    for (let a = -2; a <= 0; a += 0.01) {
      for (let b = 0.3; b <= 1.2; b += 0.01) {
        let sum = 0
        for (const t of firsts) {
          const low = t === 4 ? 0 : normalCdf(-a - b * t)
          const high = t === 0 ? 1 : normalCdf(-a - b * (t - 1))
          sum += Math.log(high - low)
        }
        best = Math.max(best, sum)
      }
    }
    expect(record.logLik).toBeGreaterThan(best - 1e-4)
    expect(record.logLik).toBeLessThan(best + 0.01)
  })

  it.each([
    ['slopes', 'y ~ x + (1 + x | s)', /levels of s is unanimous.*no finite maximum could be established/, 0],
    ['slopes apart', 'y ~ x + (1 + x || s)', /levels of s is unanimous/, 0],
    ['nested factors', 'y ~ x + (1 | c / s)', /levels of c:s is unanimous/, 1],
    ['crossed factors', 'y ~ 1 + (1 | s) + (1 | item)', /levels of s is unanimous/, 0],
    ['grouped rows', 'cbind(r, m) ~ x + (1 | c / s)', /levels of c:s is unanimous/, 1],
  ] as const)('%s', (_, formula, says, term) => {
    for (const options of [{}, { nodes: 'auto' as const }]) {
      const record = fit(formula, unanimous, { ...binomial, ...options })
      expectRunning(record, says, term)
      expect(record.rungs?.length ?? 1).toBe(1)
    }
  })

  it('grouped rows, one a level, are unanimous by their trials; single trials say nothing of a variance', () => {
    const each = tableFrom({
      r: votes.map((v) => 5 * v),
      m: votes.map((v) => 5 - 5 * v),
      v: votes,
      w: levels.map(({ w }) => w),
      s: levels.map((_, s) => `s${s}`),
    })
    const record = fit('cbind(r, m) ~ w + (1 | s)', each, binomial)
    expectRunning(record, /^each of the 60 levels of s is unanimous/)
    expect(record.logLik).toBeCloseTo(fit('y ~ w + (1 | s)', unanimous, binomial).logLik, 5)
    const single = fit('v ~ w + (1 | s)', each, binomial)
    expect(single.warnings.map(({ code }) => code)).toContain('NOT_IDENTIFIED')
  })

  it('levels of a hurdle that are all zero or without zeros, the counts keeping what they have', () => {
    const counts = tableFrom({
      y: rows.map((s, i) => votes[s] * (1 + ((s + i) % 3))),
      s: rows.map((s) => `s${s}`),
    })
    const record = fit('y ~ 1', counts, { family: 'hurdle_poisson', zi: '~ 1 + (1 | s)', nodes: 7 })
    const [told] = record.warnings.filter(({ code }) => code === 'SEPARATION')
    expect(told.message).toMatch(/levels of s is unanimous.*standard deviation of \(1 \| s\) of zi/)
    expect(record.random[0].runsTo).toEqual(['Inf'])
    expect(record.further[0].fixed[0].se).toBeNull()
    const positive = rows.flatMap((s, i) => (votes[s] === 1 ? [1 + ((s + i) % 3)] : []))
    const alone = fit('y ~ 1', tableFrom({ y: positive }), { family: 'truncated_poisson' })
    expect(record.fixed[0].estimate).toBeCloseTo(alone.fixed[0].estimate, 5)
    expect(record.fixed[0].se).toBeCloseTo(alone.fixed[0].se!, 5)
  })

  it('a slope of rows without counts, beside rows that keep their own estimates', () => {
    const some = tableFrom({
      y: rows.map((s, i) => (i % 4 === 3 ? 0 : [2, 1, 4, 3, 0][(s + i) % 5])),
      last: rows.map((_, i) => (i % 4 === 3 ? 1 : 0)),
      s: rows.map((s) => `s${s}`),
    })
    const record = fit('y ~ last + (1 | s)', some, { family: 'poisson' })
    const rest = tableFrom({
      y: rows.flatMap((s, i) => (i % 4 === 3 ? [] : [[2, 1, 4, 3, 0][(s + i) % 5]])),
      s: rows.flatMap((s, i) => (i % 4 === 3 ? [] : [`s${s}`])),
    })
    const alone = fit('y ~ 1 + (1 | s)', rest, { family: 'poisson' })
    expect(record.fixed[1].runsTo).toBe('-Inf')
    expect(record.random[0].runsTo).toEqual([null])
    expect(record.fixed[0].se).toBeCloseTo(alone.fixed[0].se!, 6)
  })
})

describe('whether there is a finite maximum', () => {
  /** Small levels of two rows and two covariates, many of which can be parted by chance. */
  const sample = (seed: number): Table => {
    const { normal, uniform } = stream({ seed, purpose: 'response' })
    const groups = 12 + (seed % 15)
    const columns: { y: number[]; x: number[]; w: number[]; g: string[] } = { y: [], x: [], w: [], g: [] }
    for (let g = 0; g < groups; g++) {
      const b = 1.5 * normal()
      for (let r = 0; r < 2; r++) {
        const x = normal()
        columns.x.push(x)
        columns.w.push(normal())
        columns.g.push(`g${g}`)
        columns.y.push(uniform() < 1 / (1 + Math.exp(1 - x - b)) ? 1 : 0)
      }
    }
    return tableFrom(columns)
  }

  /** The log-likelihood at standard deviations up to 40, each maximised over the rest by a search without derivatives. */
  const profileTop = (table: Table, sds: readonly number[]): number[] => {
    const model = stateModel('y ~ x + w + (1 | g)', table, binomial)
    const { term, start } = likelihood(model).layout.terms[0]
    const exact = exactLevels(state(model), term, 100)
    const unused = new Float64Array(4)
    let beta = [-0.5, 0.5, 0]
    return sds.map((sd) => {
      const at = (b: readonly number[]): number => {
        const x = Float64Array.of(...b, 0)
        x[start] = sd
        return exact(x, unused)
      }
      let best = at(beta)
      for (let width = 1 + sd / 2; width > 1e-3; width /= 2) {
        for (let again = true; again; ) {
          again = false
          for (const j of [0, 1, 2]) {
            for (const by of [-width, width]) {
              const moved = beta.with(j, beta[j] + by)
              const value = at(moved)
              if (value > best + 1e-9) [best, beta, again] = [value, moved, true]
            }
          }
        }
      }
      return best
    })
  }

  it('is decided as a search over all standard deviations decides it', () => {
    const found = { runs: 0, finite: 0 }
    for (let seed = 1; seed <= 40; seed++) {
      const table = sample(seed)
      const model = stateModel('y ~ x + w + (1 | g)', table, binomial)
      const like = likelihood(model)
      const verdict = runawayVariance(like, startFrom(like, glmOf(state(model))))
      if (!verdict) continue
      if (found.runs + found.finite > 5) break
      const tops = profileTop(table, [0.2, 0.5, 1, 1.5, 2, 3, 4.5, 7, 11])
      if (verdict.runs) {
        found.runs++
        expect(Math.max(...tops)).toBeLessThan(verdict.runs.limit.logLik + 1e-4)
        const [near, nearer] = profileTop(table, [20, 40])
        expect(nearer).toBeGreaterThan(near - 1e-4)
        expect(nearer).toBeLessThan(verdict.runs.limit.logLik + 1e-6)
      } else {
        found.finite++
        const record = fit('y ~ x + w + (1 | g)', table, { ...binomial, nodes: 25 })
        expect(record.warnings.map(({ code }) => code)).not.toContain('SEPARATION')
        const limit = limitOfLevels(model, like.layout.terms[0].term, responseEnds(state(model))!, [
          new Float64Array(3),
        ])
        if (limit) expect(Math.max(...tops)).toBeGreaterThan(limit.logLik)
        expect(record.logLik).toBeGreaterThan(Math.max(...tops) - 0.05)
      }
    }
    expect(found.runs).toBeGreaterThan(0)
    expect(found.finite).toBeGreaterThan(2)
  })

  it('no alarm on sparse levels, many of them unanimous, some mixed', () => {
    for (let seed = 1; seed <= 15; seed++) {
      const { normal, uniform } = stream({ seed, purpose: 'resample' })
      const columns: { y: number[]; x: number[]; g: string[] } = { y: [], x: [], g: [] }
      for (let g = 0; g < 50; g++) {
        const b = 1.5 * normal()
        for (let r = 0; r < 3; r++) {
          const x = normal()
          columns.x.push(x)
          columns.g.push(`g${g}`)
          columns.y.push(uniform() < 1 / (1 + Math.exp(2 - 0.5 * x - b)) ? 1 : 0)
        }
      }
      const record = fit('y ~ x + (1 | g)', tableFrom(columns), binomial)
      expect(record.warnings.filter(({ code }) => code === 'SEPARATION')).toEqual([])
      expect(record.random[0].runsTo).toEqual([null])
    }
  })

  it.each([
    ['toenail.csv', 'y ~ treatment * time + (1 | patient)', binomial],
    ['toenail.csv', 'y ~ treatment * time + (1 + time | patient)', binomial],
    ['Contraception.csv', 'use ~ age + urban + (1 | district)', binomial],
    ['faults/hugevar.csv', 'y ~ x + (1 | g)', binomial],
    ['cbpp.csv', 'cbind(incidence, size - incidence) ~ period + (1 | herd)', binomial],
    ['Salamanders.csv', 'count ~ mined + (1 | site)', { family: 'nbinom2' }],
    ['VerbAgg.csv', 'r2 ~ btype + (1 | id) + (1 | item)', binomial],
  ] as [string, string, FitOptions][])('no alarm on %s: %s', async (name, formula, options) => {
    const record = fit(formula, await data(name), options)
    expect(record.warnings.filter(({ code }) => code === 'SEPARATION')).toEqual([])
    for (const { runsTo } of record.random) expect(runsTo.every((end) => end === null)).toBe(true)
  })
})

describe('its parts', () => {
  it('a strict direction is found where there is one in the plane, and only there', () => {
    const { normal } = stream({ seed: 3, purpose: 'start' })
    let both = [0, 0]
    for (let trial = 0; trial < 200; trial++) {
      const vectors = Array.from({ length: 2 + (trial % 5) }, () => Float64Array.of(normal(), normal()))
      const angles = Array.from({ length: 1800 }, (_, k) => (k * Math.PI) / 900)
      const margin = Math.max(
        ...angles.map((a) =>
          Math.min(...vectors.map((b) => (b[0] * Math.cos(a) + b[1] * Math.sin(a)) / Math.hypot(...b))),
        ),
      )
      if (Math.abs(margin) < 5e-3) continue
      const direction = strictDirection(vectors)
      expect(direction !== null).toBe(margin > 0)
      if (direction) for (const b of vectors) expect(b[0] * direction[0] + b[1] * direction[1]).toBeGreaterThan(0)
      both = margin > 0 ? [both[0] + 1, both[1]] : [both[0], both[1] + 1]
    }
    expect(Math.min(...both)).toBeGreaterThan(30)
  })

  it('levels with equal rows of both kinds are not parted', () => {
    const table = tableFrom({ y: [0, 1, 1, 1, 0, 0], x: [1, 1, 2, 2, 3, 3], g: ['a', 'a', 'b', 'b', 'c', 'c'] })
    const model = stateModel('y ~ x + (1 | g)', table, binomial)
    expect(separatedLevels(model, model.predictors[0].random[0], responseEnds(state(model))!)).toBeNull()
  })

  it('exact integration: many nodes where they are right, its gradient by differences', () => {
    for (const family of ['binomial', 'betabinomial']) {
      const model = stateModel('cbind(r, m) ~ w + (1 | c)', unanimous, { family })
      const like = likelihood(model)
      const exact = exactLevels(like.stated, like.layout.terms[0].term)
      const x = Float64Array.from(family === 'binomial' ? [0.2, -0.3, 0.7] : [0.2, -0.3, 0.5, 0.7])
      const gradient = new Float64Array(x.length)
      expect(exact(x, gradient)).toBeCloseTo(like.marginal(adaptive(51)).value(x), 6)
      x.forEach((value, j) => {
        const unused = new Float64Array(x.length)
        const slope = (exact(x.with(j, value + 1e-5), unused) - exact(x.with(j, value - 1e-5), unused)) / 2e-5
        expect(gradient[j]).toBeCloseTo(slope, 3)
      })
    }
  })
})

describe('a response reproduced exactly', () => {
  it.each([
    ['y ~ x + (1 | g)', {}],
    ['y ~ x + (1 | g)', { nodes: 'auto' }],
    ['y ~ x', {}],
  ] as [string, FitOptions][])('betaconst: %s %o', async (formula, options) => {
    const record = fit(formula, await faults('betaconst.csv'), { family: 'beta', ...options })
    expect(record.convergence.converged).toBe(false)
    expect(record.convergence.reason).toMatch(/reproduces the response exactly: phi runs to its end/)
    expect(record.rungs?.length ?? 1).toBe(1)
  })
})
