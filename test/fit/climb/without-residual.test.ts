import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import type { Table } from '../../../src/data/table.js'
import type { GlmmError } from '../../../src/errors.js'
import { fit } from '../../../src/fit/fit.js'
import { predict } from '../../../src/fit/predict/predict.js'
import { cholesky, choleskyInverse } from '../../../src/numerics/cholesky.js'
import { faultTable } from '../../reference/fault-table.js'
import { peerTable } from '../../reference/peers.js'
import { uniforms } from '../../reference/uniforms.js'

/** Rows of one level: y, fixed-effects rows, and the cell of each row. */
interface Block {
  readonly y: number[]
  readonly x: number[][]
  readonly z: number[][]
}

const valuesOf = (table: Table, name: string): (string | number)[] => {
  const column = table.columns.find((one) => one.name === name)!
  return column.kind === 'numeric' ? Array.from(column.values) : Array.from(column.codes, (c) => column.levels[c])
}

function blocksOf(table: Table, group: string, x: string[], zOf: (row: number) => number[], y = 'y'): Block[] {
  const [levels, response, ...columns] = [group, y, ...x].map((name) => valuesOf(table, name))
  const blocks = new Map<string | number, Block>()
  levels.forEach((level, i) => {
    const block = blocks.get(level) ?? { y: [], x: [], z: [] }
    blocks.set(level, block)
    block.y.push(Number(response[i]))
    block.x.push([1, ...columns.map((column) => Number(column[i]))])
    block.z.push(zOf(i))
  })
  return [...blocks.values()]
}

/** log N(y; X beta, Z Sigma Z'), without a residual, densely. */
function dense(blocks: Block[], beta: number[], sigma: number[][]): number {
  let logLik = 0
  for (const { y, x, z } of blocks) {
    const n = y.length
    const v = new Float64Array(n * n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        z[i].forEach((a, s) => {
          z[j].forEach((b, t) => {
            v[i * n + j] += a * b * sigma[s][t]
          })
        })
    if (!cholesky(v, n)) return Number.NEGATIVE_INFINITY
    const inverse = choleskyInverse(v, n)
    const r = y.map((value, i) => value - x[i].reduce((sum, one, j) => sum + one * beta[j], 0))
    for (let i = 0; i < n; i++) {
      logLik -= 0.5 * Math.log(2 * Math.PI) + Math.log(v[i * n + i])
      for (let j = 0; j < n; j++) logLik -= 0.5 * r[i] * inverse[i * n + j] * r[j]
    }
  }
  return logLik
}

/** Standard errors from the dense Hessian, and the largest scaled slope there, by central differences. */
function curvature(f: (x: number[]) => number, at: number[]): { se: number[]; slope: number } {
  const d = at.length
  const h = at.map((value) => 3e-4 * Math.max(0.3, Math.abs(value)))
  const moved = (i: number, s: number, j: number, t: number): number => {
    const x = at.slice()
    x[i] += s * h[i]
    x[j] += t * h[j]
    return f(x)
  }
  const information = new Float64Array(d * d)
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      const four = moved(i, 1, j, 1) - moved(i, 1, j, -1) - moved(i, -1, j, 1) + moved(i, -1, j, -1)
      information[i * d + j] = -four / (4 * h[i] * h[j])
    }
  expect(cholesky(information, d)).toBe(true)
  const inverse = choleskyInverse(information, d)
  const se = at.map((_, j) => Math.sqrt(inverse[j * d + j]))
  const slopes = at.map((_, j) => ((moved(j, 1, j, 0) - moved(j, -1, j, 0)) / (2 * h[j])) * se[j])
  return { se, slope: Math.max(...slopes.map(Math.abs)) }
}

type Structure = {
  theta: (sd: number[], r: readonly (readonly number[])[]) => number[]
  sigma: (t: number[], q: number) => number[][]
}
const matrix = (q: number, of: (i: number, j: number) => number): number[][] =>
  Array.from({ length: q }, (_, i) => Array.from({ length: q }, (_, j) => of(i, j)))
const structures: Readonly<Record<string, Structure>> = {
  ar1: {
    theta: (sd, r) => [sd[0], r[0][1]],
    sigma: ([s, rho], q) => matrix(q, (i, j) => s * s * rho ** Math.abs(i - j)),
  },
  diag: { theta: (sd) => sd, sigma: (sd, q) => matrix(q, (i, j) => (i === j ? sd[i] ** 2 : 0)) },
  cs: {
    theta: (sd, r) => [...sd, r[0][1]],
    sigma: (t, q) => matrix(q, (i, j) => t[i] * t[j] * (i === j ? 1 : t[q])),
  },
  us: {
    theta: (sd, r) => [...sd, ...sd.flatMap((_, i) => sd.slice(0, i).map((_, j) => r[i][j]))],
    sigma: (t, q) =>
      matrix(q, (i, j) => t[i] * t[j] * (i === j ? 1 : t[q + (i > j ? (i * (i - 1)) / 2 + j : (j * (j - 1)) / 2 + i)])),
  },
}

function expectLimit(
  name: string,
  formula: string,
  table: Table,
  blocks: Block[],
  options: { slow?: boolean } = {},
): ReturnType<typeof fit> {
  const got = fit(formula, table, { family: 'gaussian' })
  expect(got.convergence.converged, got.convergence.reason).toBe(true)
  expect(got.convergence.reason).toContain('limit')
  const told = got.warnings.filter(({ code }) => code === 'LIMIT')
  expect(told.map(({ message }) => message)).toEqual([expect.stringContaining('sigma runs to zero')])
  expect(got.warnings.some(({ code }) => code === 'NO_CONVERGENCE')).toBe(false)
  expect(got.dispersion.sigma.se).toBeNull()
  const { theta, sigma } = structures[name]
  const [{ sd, correlation, sdSe }] = got.random
  const q = sd.length
  const p = got.fixed.length
  const f = (x: number[]): number => dense(blocks, x.slice(0, p), sigma(x.slice(p), q))
  const at = [...got.fixed.map(({ estimate }) => estimate), ...theta([...sd], correlation)]
  expect(Math.abs(got.logLik - f(at))).toBeLessThan(1e-4)
  if (options.slow) return got
  const { se, slope } = curvature(f, at)
  expect(slope).toBeLessThan(2e-3)
  got.fixed.forEach((one, j) => {
    expect(one.se! / se[j]).toBeCloseTo(1, 3)
  })
  sdSe.forEach((one, i) => {
    expect(one! / se[p + (name === 'ar1' ? 0 : i)]).toBeCloseTo(1, 3)
  })
  return got
}

const unit = (q: number, k: number): number[] => Array.from({ length: q }, (_, j) => (j === k ? 1 : 0))

describe('random effects that take the place of a gaussian residual', () => {
  it('ar1 over days: the maximum that gls and glmmTMB find', () => {
    const table = faultTable('ar1')
    const day = valuesOf(table, 'day').map(Number)
    const blocks = blocksOf(table, 'g', [], (i) => unit(10, day[i] - 1))
    const got = expectLimit('ar1', 'y ~ 1 + ar1(0 + factor(day) | g)', table, blocks)
    expect(got.logLik).toBeCloseTo(-477.5113, 4)
    expect(got.fixed[0].se).toBeCloseTo(0.1823, 4)
    // Predictions of the rows fitted are the rows, but for what is held of the residual.
    const { predictions } = predict(got, table, { kind: 'conditional', original: table })
    const y = valuesOf(table, 'y').map(Number)
    predictions.forEach(({ linear }, i) => {
      expect(linear!.estimate).toBeCloseTo(y[i], 4)
      expect(linear!.se).toBeLessThan(0.01)
    })
  })

  it('ar1 over twelve times', () => {
    const table = faultTable('ar1min2')
    const t = valuesOf(table, 't').map(Number)
    const blocks = blocksOf(table, 'g', [], (i) => unit(12, t[i] - 1))
    expectLimit('ar1', 'y ~ 1 + ar1(0 + factor(t) | g)', table, blocks)
  })

  const draw = uniforms(11)
  const normal = (): number => Math.sqrt(-2 * Math.log(draw() + 1e-12)) * Math.cos(2 * Math.PI * draw())
  const groups = 40
  const rows = Array.from({ length: groups * 4 }, (_, i) => ({ g: `g${Math.floor(i / 4)}`, t: i % 4, x: normal() }))
  const level = rows.map((_, i) => (i % 4 === 0 ? normal() : 0)).map((_, i, all) => all[i - (i % 4)])
  const cells = tableFrom({
    y: rows.map(({ t, x }, i) => 2 + 0.5 * x + level[i] * (1 + 0.3 * t) + (0.6 + 0.2 * t) * normal()),
    g: rows.map(({ g }) => g),
    t: rows.map(({ t }) => t),
    x: rows.map(({ x }) => x),
  })
  it.each(['us', 'diag'])('%s with one row a level and cell', (name) => {
    const blocks = blocksOf(cells, 'g', ['x'], (i) => unit(4, rows[i].t))
    expectLimit(name, `y ~ x + ${name}(0 + factor(t) | g)`, cells, blocks)
  })

  it('cs, where the cell of the least spread has the least to share', () => {
    // The first cell is the level itself, so that a residual in it would lower the correlation that all pairs share.
    const y = rows.map(({ x, t }, i) => 2 + 0.5 * x + level[i] * (t === 0 ? 1 : 2) + (t === 0 ? 0.4 : t) * normal())
    const table = tableFrom({ y, g: rows.map(({ g }) => g), t: rows.map(({ t }) => t), x: rows.map(({ x }) => x) })
    const blocks = blocksOf(table, 'g', ['x'], (i) => unit(4, rows[i].t))
    expectLimit('cs', 'y ~ x + cs(0 + factor(t) | g)', table, blocks)
  })

  it('slopes with as many rows a level as effects', () => {
    const two = rows
      .filter(({ t }) => t < 2)
      .map((row, i) => ({ ...row, y: 1 + row.t + normal() * (1 + row.t) + (i % 7) / 7 }))
    const table = tableFrom({ y: two.map(({ y }) => y), g: two.map(({ g }) => g), t: two.map(({ t }) => t) })
    const blocks = blocksOf(table, 'g', ['t'], (i) => [1, two[i].t])
    expectLimit('us', 'y ~ t + (t | g)', table, blocks)
  })

  it('an intercept with one row a level', () => {
    const table = tableFrom({
      y: valuesOf(cells, 'y').slice(0, 30),
      x: valuesOf(cells, 'x').slice(0, 30),
      row: Array.from({ length: 30 }, (_, i) => `r${i}`),
    })
    const got = expectLimit(
      'diag',
      'y ~ x + (1 | row)',
      table,
      blocksOf(table, 'row', ['x'], () => [1]),
    )
    expect(got.warnings.map(({ code }) => code)).toEqual(['NOT_IDENTIFIED', 'LIMIT'])
    const plain = fit('y ~ x', table, { family: 'gaussian' })
    expect(got.fixed.map(({ estimate }) => estimate)[1]).toBeCloseTo(plain.fixed[1].estimate, 6)
  })

  it('an unstructured covariance of ten days of eighteen subjects', () => {
    const table = peerTable('sleepstudy')
    const days = valuesOf(table, 'Days').map(Number)
    const blocks = blocksOf(table, 'Subject', ['Days'], (i) => unit(10, days[i]), 'Reaction')
    const formula = 'Reaction ~ Days + us(0 + factor(Days) | Subject)'
    const got = expectLimit('us', formula, table, blocks, { slow: true })
    // The fixed effects' standard errors are finite: those of the limit.
    expect(got.fixed.every(({ se }) => se! > 0)).toBe(true)
  })

  it('with restricted likelihood', () => {
    const got = fit('y ~ 1 + ar1(0 + factor(day) | g)', faultTable('ar1'), { family: 'gaussian', reml: true })
    expect([got.convergence.converged, got.warnings.map(({ code }) => code)]).toEqual([true, ['LIMIT']])
    // At the estimates: log L + log(2 pi) / 2 - log(1' V^-1 1) / 2 + the quadratic form in the generalised mean.
    const day = valuesOf(faultTable('ar1'), 'day').map(Number)
    const blocks = blocksOf(faultTable('ar1'), 'g', [], (i) => unit(10, day[i] - 1))
    const [{ sd, correlation }] = got.random
    const sigma = structures.ar1.sigma([sd[0], correlation[0][1]], 10)
    const at = (beta: number): number => dense(blocks, [beta], sigma)
    const [low, middle, high] = [-1, 0, 1].map(at)
    const precision = 2 * middle - low - high
    const top = (high - low) / 2 / precision
    expect(got.fixed[0].estimate).toBeCloseTo(top, 5)
    expect(got.logLik).toBeCloseTo(at(top) + 0.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(precision), 3)
  })

  it('but a residual that has a maximum keeps it, and an exact fit has none', () => {
    const sleep = fit('Reaction ~ Days + (Days | Subject)', peerTable('sleepstudy'), { family: 'gaussian' })
    expect(sleep.warnings).toEqual([])
    expect(sleep.dispersion.sigma.se).toBeGreaterThan(0)
    const exact = tableFrom({ y: [1, 2, 3, 1, 2, 3], x: [1, 2, 3, 1, 2, 3], g: ['a', 'a', 'a', 'b', 'b', 'b'] })
    let told: string
    try {
      told = fit('y ~ x + (1 | g)', exact, { family: 'gaussian' }).convergence.reason
    } catch (error) {
      told = (error as GlmmError).message
    }
    expect(told).toContain('no maximum')
  })
})
