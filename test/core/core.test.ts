import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import * as core from '../../src/core.js'
import { exact } from '../reference/data.js'

const entry = fileURLToPath(new URL('../../dist/src/core.js', import.meta.url))
const csv = readFileSync(new URL('../../examples/01-betablocker/betablocker.csv', import.meta.url), 'utf8')
const formula = 'cbind(r, n - r) ~ treat + (1 | center)'
const options = { chains: 2, warmup: 50, draws: 20, seed: 1, sampler: 'nuts' } as const

type Core = typeof core

let bundled: Awaited<ReturnType<typeof bundle>>
/** The core in a context that has what a browser has beside the language, and nothing of Node. */
let browser: Core

const bundle = () =>
  build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    globalName: 'glmm',
    platform: 'browser',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })

beforeAll(async () => {
  bundled = await bundle()
  const context = vm.createContext({ setTimeout, performance, TextDecoder, TextEncoder })
  vm.runInContext(bundled.outputFiles[0].text, context)
  browser = context.glmm as Core
})

describe('the core, bundled for a browser', () => {
  it('imports nothing: no package, no module of Node', () => {
    expect(bundled.warnings).toEqual([])
    expect(Object.keys(bundled.metafile.inputs)).toHaveLength(1)
    expect(Object.values(bundled.metafile.outputs).flatMap(({ imports }) => imports)).toEqual([])
    const text = bundled.outputFiles[0].text
    const named = [...text.matchAll(/\b(?:require|import)\(\s*["']([^"']+)["']/g)].map(([, name]) => name)
    expect(named.filter((name) => name.startsWith('node:') || builtinModules.includes(name))).toEqual([])
    expect(text).not.toMatch(/["']node:/)
  })

  it('has what files and threads have no part in', () => {
    expect(Object.keys(browser)).toEqual(expect.arrayContaining(['check', 'fit', 'parseTable', 'sample', 'tableFrom']))
    expect(browser).not.toHaveProperty('readTable')
    expect(browser).not.toHaveProperty('study')
  })

  it('fits: each digit of the exact maximum likelihood, and the bits of the other entry', () => {
    const table = browser.parseTable(csv)
    const found = browser.fit(formula, table, { nodes: 25 })
    const truth = exact.betablocker
    expect(found.logLik).toBeCloseTo(truth.logLik, 10)
    for (const { name, estimate } of found.fixed) expect(estimate).toBeCloseTo(truth.beta[name], 9)
    const { logLik, fixed, random } = core.fit(formula, core.parseTable(csv), { nodes: 25 })
    expect(JSON.parse(JSON.stringify({ logLik: found.logLik, fixed: found.fixed, random: found.random }))).toEqual(
      JSON.parse(JSON.stringify({ logLik, fixed, random })),
    )
  })

  it('takes columns', () => {
    const columns = { y: [1, 2.5, 2, 4, 3.5, 5], x: [0, 1, 0, 1, 0, 1] }
    const { fixed } = browser.fit('y ~ x', browser.tableFrom(columns), { family: 'gaussian' })
    // Means of the two classes: 6.5 / 3 and 11.5 / 3.
    expect(fixed[0].estimate).toBeCloseTo(6.5 / 3, 12)
    expect(fixed[1].estimate).toBeCloseTo(5 / 3, 12)
  })

  it('draws the draws of the other entry, bit for bit', async () => {
    const found = await browser.sample(formula, browser.parseTable(csv), options)
    const wanted = await core.sample(formula, core.parseTable(csv), options)
    expect(found.sample.draws.values.map((chain) => [...chain])).toEqual(
      wanted.sample.draws.values.map((chain) => [...chain]),
    )
    expect(found.sample.draws.names).toEqual([...wanted.sample.draws.names])
  })

  it('checks', async () => {
    const found = await browser.check(formula, browser.parseTable(csv), { ...options, warmup: 300, draws: 500 })
    expect(found.verdict).toBe('adequate')
  })

  it('runs where memory cannot be shared', async () => {
    const context = vm.createContext({ setTimeout, performance, TextDecoder, TextEncoder })
    vm.runInContext('delete globalThis.SharedArrayBuffer', context)
    vm.runInContext(bundled.outputFiles[0].text, context)
    const alone = context.glmm as Core
    const found = await alone.sample(formula, alone.parseTable(csv), options)
    expect(found.sample.draws.values[0]).toHaveLength(20 * found.sample.draws.names.length)
  })
})
