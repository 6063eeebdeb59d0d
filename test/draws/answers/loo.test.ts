import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stateModel } from '../../../src/data/state-model.js'
import { tableFrom } from '../../../src/data/table-from.js'
import type { Sampled } from '../../../src/draws/drawn-model.js'
import { loo } from '../../../src/draws/answers/loo.js'
import { type ComparableLoo, looCompare } from '../../../src/draws/answers/loo-compare.js'
import { totalOf } from '../../../src/draws/answers/loo-record.js'
import { readDraws } from '../../../src/draws/files/read-draws.js'
import { waic } from '../../../src/draws/answers/waic.js'
import { expectClose } from '../posterior-reference.js'

const folder = new URL('../reference/', import.meta.url)
const reference = JSON.parse(readFileSync(new URL('loo.json', folder), 'utf8'))
const { draws } = await readDraws(new URL('loo-draws.csv', folder).pathname)
const table = tableFrom({ y: reference.y })
const posterior: Sampled = {
  sample: { model: stateModel('y ~ 1', table, { family: 'gaussian' }), draws, priorOnly: false },
}

const relative = 1e-10

describe('against R loo', () => {
  const found = loo(posterior)

  it.each(['elpd', 'p', 'mcse', 'paretoK', 'ess'] as const)('%s of every row', (key) => {
    found.pointwise.forEach((point, i) => {
      expectClose(point[key], reference.pointwise[key][i], relative, `${key} of row ${i + 1}`)
    })
  })

  it('totals and their standard errors', () => {
    for (const [r, key] of (['elpd', 'p', 'looic'] as const).entries()) {
      expectClose(found[key].estimate, reference.estimates[r][0], relative, key)
      expectClose(found[key].se!, reference.estimates[r][1], relative, `SE of ${key}`)
    }
  })

  it('Monte Carlo error, refused beside a Pareto k above 0.7, which is named', () => {
    const ks: number[] = reference.pointwise.paretoK
    expect(Math.max(...ks)).toBe(ks[11])
    expect(ks[11]).toBeGreaterThan(0.7)
    expect(found.mcse).toBeNull()
    expect(found.paretoKAbove['0.7']).toBe(1)
    expect(found.warnings).toHaveLength(1)
    expect(found.warnings[0].message).toMatch(/1 of 12 rows, 12 \(1\.40\)/)
    const others = found.pointwise.slice(0, 11).reduce((sum, { mcse }) => sum + mcse ** 2, 0)
    expectClose(Math.sqrt(others), reference.mcseWithoutLast, relative, 'mcse')
  })

  it('WAIC', () => {
    const got = waic(posterior)
    for (const [r, key] of (['elpd', 'p', 'waic'] as const).entries()) {
      expectClose(got[key].estimate, reference.waic[r][0], relative, key)
      expectClose(got[key].se!, reference.waic[r][1], relative, `SE of ${key}`)
    }
    expect(got.highP).toBe(1)
    expect(got.warnings[0].message).toMatch(/1 of 12 rows, 12 /)
  })
})

it('refuses draws of the prior', () => {
  const prior = { sample: { ...posterior.sample, priorOnly: true } }
  expect(() => loo(prior)).toThrow(/got draws of the prior/)
  expect(() => waic(prior)).toThrow(/got draws of the prior/)
})

it('a single unit has no standard error', () => {
  expect(totalOf([-3], -2)).toEqual({ estimate: 6, se: null })
})

describe('looCompare', () => {
  const found = loo(posterior)
  const held: ComparableLoo = {
    ...found,
    pointwise: found.pointwise.map((point, i) => ({ ...point, elpd: reference.held[i] })),
  }

  it('differences and their standard errors as in R loo', () => {
    const { models, warnings } = looCompare([found, held], ['both', 'held'])
    expect(models.map(({ name }) => name)).toEqual(['held', 'both'])
    expect(models[0].difference).toEqual({ estimate: 0, se: 0 })
    expectClose(models[1].difference.estimate, reference.difference.elpd, relative, 'difference')
    expectClose(models[1].difference.se!, reference.difference.se, relative, 'SE of the difference')
    expect(warnings.map(({ code }) => code)).toEqual(['PARETO_K', 'PARETO_K'])
  })

  it('refuses other data, other units, and fewer than two', () => {
    expect(() => looCompare([found])).toThrow(/two posteriors/)
    expect(() => looCompare([found, { ...held, responseChecksum: '0' }])).toThrow(/same response/)
    expect(() => looCompare([found, { ...held, unit: 'cluster', group: 'g' }])).toThrow(/rows .*levels of g/)
    expect(() => looCompare([found, { ...held, pointwise: held.pointwise.slice(1) }])).toThrow(/same rows/)
  })
})
