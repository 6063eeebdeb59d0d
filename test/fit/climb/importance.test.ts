import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import { fit } from '../../../src/fit/fit.js'
import { likelihood } from '../../../src/likelihood/likelihood.js'
import { crossedLogLik, crossedTable } from '../../likelihood/crossed-brute-force.js'
import { exact } from '../../reference/data.js'
import { peerModels, peerTable } from '../../reference/peers.js'

const formula = 'y ~ 1 + (1 | subject) + (1 | item)'

/** The maximum of the brute-force likelihood, by Newton's method with differences from where a fit says it is. */
function bruteForceMaximum(
  data: ReturnType<typeof crossedTable>,
  from: readonly number[],
): { x: number[]; se: number[] } {
  const value = (x: readonly number[]): number => crossedLogLik(data.subject, data.item, data.y, x[0], x[1], x[2], 25)
  let x = [...from]
  let se: number[] = []
  for (let round = 0; round < 4; round++) {
    const h = 0.02
    const at = (...moves: readonly (readonly [number, number])[]): number =>
      value(x.map((v, k) => v + moves.reduce((sum, [j, by]) => sum + (j === k ? by : 0), 0)))
    const centre = value(x)
    const gradient = x.map((_, j) => (at([j, h]) - at([j, -h])) / (2 * h))
    const information = x.map((_, i) =>
      x.map((__, j) =>
        i === j
          ? (2 * centre - at([i, h]) - at([i, -h])) / (h * h)
          : (at([i, h], [j, -h]) + at([i, -h], [j, h]) - at([i, h], [j, h]) - at([i, -h], [j, -h])) / (4 * h * h),
      ),
    )
    const inverse = inverse3(information)
    const step = inverse.map((row) => row.reduce((sum, c, j) => sum + c * gradient[j], 0))
    se = inverse.map((row, i) => Math.sqrt(row[i]))
    x = x.map((v, j) => v + step[j])
    if (Math.max(...step.map((s, j) => Math.abs(s) / se[j])) < 1e-4) break
  }
  return { x, se }
}

function inverse3(m: number[][]): number[][] {
  const minor = (i: number, j: number): number => {
    const [a, b] = [0, 1, 2].filter((k) => k !== i)
    const [c, d] = [0, 1, 2].filter((k) => k !== j)
    return (m[a][c] * m[b][d] - m[a][d] * m[b][c]) * ((i + j) % 2 ? -1 : 1)
  }
  const determinant = [0, 1, 2].reduce((sum, j) => sum + m[0][j] * minor(0, j), 0)
  return [0, 1, 2].map((i) => [0, 1, 2].map((j) => minor(j, i) / determinant))
}

describe('crossed, three answers of each of 60 subjects', () => {
  const data = crossedTable(60, 3, 11)
  const table = tableFrom(data.columns)
  const laplace = fit(formula, table, { family: 'binomial' })
  const sampled = fit(formula, table, { family: 'binomial', importance: 4000, seed: 1 })
  const { x: truth, se } = bruteForceMaximum(data, [
    sampled.fixed[0].estimate,
    sampled.random[0].sd[0],
    sampled.random[1].sd[0],
  ])
  const of = (record: typeof laplace): number[] => [record.fixed[0].estimate, ...record.random.map(({ sd }) => sd[0])]

  it('the certificate fires, and the exact maximum is more than 0.2 standard errors away', () => {
    const shift = Math.max(...of(laplace).map((value, j) => Math.abs(value - truth[j]) / se[j]))
    expect(shift).toBeGreaterThan(0.2)
    expect(laplace.certificate).toMatchObject({ method: 'second-order', nodes: null, verdict: 'inadequate' })
    const warning = laplace.warnings.find(({ code }) => code === 'INTEGRATION')
    expect(warning!.message).toContain('fit with --importance 4000')
  })

  it('the estimates are the exact ones within 4 of the Monte Carlo errors told', () => {
    const { mcse, paretoK, logLikMcse, maxMcseInSe } = sampled.importance!
    const errors = [mcse.fixed[0], ...mcse.sd.map(([sd]) => sd!)]
    of(sampled).forEach((value, j) => {
      expect(Math.abs(value - truth[j])).toBeLessThan(4 * errors[j])
      expect(Math.abs(sampled.fixed[0].se! / se[0] - 1)).toBeLessThan(0.05)
    })
    expect(maxMcseInSe).toBeLessThan(0.05)
    expect(paretoK!).toBeLessThan(0.7)
    const [beta, s, t] = of(sampled)
    const there = crossedLogLik(data.subject, data.item, data.y, beta, s, t)
    expect(Math.abs(sampled.logLik - there)).toBeLessThan(4 * logLikMcse)
    expect(sampled.certificate).toBe(null)
    expect(sampled.nodes).toBe(null)
  })

  it('auto goes on from Laplace to importance sampling, and stands still', () => {
    const auto = fit(formula, table, { family: 'binomial', nodes: 'auto' })
    expect(auto.rungs!.map(({ method }) => method).slice(0, 2)).toEqual(['laplace', 'importance'])
    expect(auto.rungs!.at(-1)!.maxShiftInSe).toBeLessThan(0.02)
    expect(auto.importance!.maxMcseInSe).toBeLessThan(0.02)
    expect(auto.importance!.draws).toBe(auto.rungs!.at(-1)!.nodes)
    expect(auto.warnings).toEqual([])
    of(auto).forEach((value, j) => {
      expect(Math.abs(value - truth[j]) / se[j]).toBeLessThan(0.08)
    })
  })
})

describe('no false alarm', () => {
  it.each(['Penicillin', 'VerbAgg', 'grouseticks'])('%s', (name) => {
    const { data, formula: text, family } = peerModels[name]
    const got = fit(text, peerTable(data), { family })
    expect(got.warnings).toEqual([])
    expect(got.certificate?.verdict).toBe(name === 'Penicillin' ? undefined : 'adequate')
  })

  it('gaussian crossed factors are integrated exactly: one rung, settled', () => {
    const { data, formula: text } = peerModels.Penicillin
    const got = fit(text, peerTable(data), { family: 'gaussian', nodes: 'auto' })
    expect(got.rungs!.length).toBe(1)
    expect(got.warnings).toEqual([])
  })
})

describe('one factor', () => {
  it('cbpp: the exact maximum within its Monte Carlo errors', () => {
    const { data, formula: text } = peerModels.cbpp
    const got = fit(text, peerTable(data), { family: 'binomial', importance: 2000, seed: 5 })
    const { mcse, logLikMcse } = got.importance!
    expect(Math.abs(got.logLik - exact.cbpp.logLik)).toBeLessThan(4 * logLikMcse)
    got.fixed.forEach(({ name, estimate }, j) => {
      expect(Math.abs(estimate - peerModels.cbpp.exact!.beta[name])).toBeLessThan(5 * mcse.fixed[j])
    })
    expect(Math.abs(got.random[0].sd[0] - exact.cbpp.sd['(Intercept)'])).toBeLessThan(5 * mcse.sd[0][0]!)
  })

  it('a factor with more effects than quadrature takes has the second-order certificate', () => {
    const n = 240
    const uniform = (i: number, j: number): number => (Math.sin(12.9898 * i + 78.233 * j) * 43758.5453) % 1
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const columns = Object.fromEntries(
      names.map((name, j) => [name, Array.from({ length: n }, (_, i) => uniform(i, j))]),
    )
    const y = Array.from({ length: n }, (_, i) => Math.round(Math.abs(3 * uniform(i, 20) + uniform(i % 12, 30))))
    const table = tableFrom({ ...columns, y, id: Array.from({ length: n }, (_, i) => `u${i % 12}`) })
    const text = `y ~ 1 + diag(${names.join(' + ')} | id)`
    expect(likelihood(stateModel(text, table, { family: 'poisson' })).rules.mostNodes).toBeLessThan(4)
    const { certificate } = fit(text, table, { family: 'poisson' })
    expect(certificate).toMatchObject({ method: 'second-order' })
  })
})

describe('refused, with what to do', () => {
  const table = tableFrom(crossedTable(4, 3, 2).columns)
  it.each([
    [{ importance: 50 }, /expected 200 draws or more/],
    [{ importance: 400, nodes: 5 }, /one way to integrate/],
    [{ seed: 3 }, /expected --importance/],
    [{ importance: 1e9 }, /expected at most/],
    [{ importance: 400, seed: -1 }, /expected a seed/],
  ])('%j', (options, message) => {
    expect(() => fit(formula, table, { family: 'binomial', ...options })).toThrow(message)
  })
  it('an integral that is exact already', () => {
    const { data, formula: text } = peerModels.Penicillin
    expect(() => fit(text, peerTable(data), { family: 'gaussian', importance: 400 })).toThrow(/without closed form/)
  })
})
