import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { expectComplaint, glmm } from '../cli/call.js'
import { redisServer, withoutRedis, workerProcess } from './redis-server.js'

// Inside the package, where its name leads to itself.
const cwd = mkdtempSync(join(fileURLToPath(new URL('../../dist', import.meta.url)), 'modules-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** The geometric distribution by its mean: a negative binomial with shape 1, whose maximum is the mean of the counts. */
const family = `
import { addFamily, defineFamily } from 'glmm'
addFamily(defineFamily({
  name: 'geometric',
  response: 'count',
  links: ['log'],
  logDensity: (y, _, [mu]) => y * Math.log(mu) - (y + 1) * Math.log1p(mu),
  simulate: (rng, [mu]) => Math.floor(Math.log(rng.uniform()) / Math.log(mu / (1 + mu))),
}))
`
const counts = [0, 3, 1, 0, 7, 2, 2, 0, 1, 4, 0, 0, 9, 1, 2, 0, 3, 5, 1, 1]
const mean = counts.reduce((sum, y) => sum + y, 0) / counts.length
const table = `y,g\n${counts.map((y, i) => `${y},g${i % 5}`).join('\n')}\n`
const study = {
  kind: 'bootstrap',
  replicates: 12,
  data: 'counts.csv',
  family: 'geometric',
  formula: 'y ~ 1',
}

const script = `
import { readTable, sample, check, study, tableFrom } from 'glmm'
import { inlineExecutor } from 'glmm/workers'
const modules = [new URL('./family.mjs', import.meta.url)]
const table = await readTable('counts.csv')
const options = { family: 'geometric', chains: 2, warmup: 100, draws: 50, seed: 2, modules }
const threaded = await sample('y ~ 1 + (1 | g)', table, { ...options, threads: 2 })
const inline = await sample('y ~ 1 + (1 | g)', table, { ...options, executor: inlineExecutor })
console.log(JSON.stringify(threaded.summary) === JSON.stringify(inline.summary), threaded.family)
console.log((await check('y ~ 1 + (1 | g)', table, options)).family)
const spec = JSON.parse(process.argv[2])
const [a, b] = [await study(spec, { modules, threads: 2 }), await study(spec, { modules, executor: inlineExecutor })]
console.log(a.execution.rowsHash === b.execution.rowsHash, a.execution.failed)
`
for (const [name, text] of Object.entries({
  'family.mjs': family,
  'counts.csv': table,
  'script.mjs': script,
  'study.json': JSON.stringify(study),
  'broken.mjs': "throw new Error('no such thing')\n",
})) {
  writeFileSync(join(cwd, name), text)
}

describe("a family of the user's own", () => {
  it('is known on worker threads, in sample, check and study', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['script.mjs', JSON.stringify(study)], { cwd })
    expect(stdout).toBe('true geometric\ngeometric\ntrue 0\n')
  })

  it('is known to the command with --import', async () => {
    const own = ['--family', 'geometric', '--data', 'counts.csv', '--import', 'family.mjs']
    const fitted = await glmm(['fit', 'y ~ 1', ...own, '--json', '--out', 'fit.json'], { cwd })
    expect(JSON.parse(fitted.stdout).fixed[0].estimate).toBeCloseTo(Math.log(mean), 6)
    const predicted = await glmm(['predict', 'fit.json', '--data', 'counts.csv', '--import', 'family.mjs', '--json'], {
      cwd,
    })
    expect(JSON.parse(predicted.stdout).predictions[0].response.estimate).toBeCloseTo(mean, 5)
    const short = ['--chains', '2', '--warmup', '50', '--draws', '20', '--json']
    for (const command of ['sample', 'check']) {
      const reply = await glmm([command, 'y ~ 1 + (1 | g)', ...own, ...short], { cwd })
      expect(JSON.parse(reply.stdout).family).toBe('geometric')
      expect(reply.status).toBe(0)
    }
  })

  it('is not known without, and a module that fails is told', async () => {
    const call = ['fit', 'y ~ 1', '--family', 'geometric', '--data', 'counts.csv', '--json']
    expectComplaint(await glmm(call, { cwd }), 'USAGE', /expected a family .*got 'geometric'/)
    expectComplaint(await glmm([...call, '--import', 'none.mjs'], { cwd }), 'USAGE', /but there is no such file/)
    expectComplaint(await glmm([...call, '--import', 'broken.mjs'], { cwd }), 'USAGE', /but no such thing/)
  })

  it.skipIf(withoutRedis !== null)('is known to the workers of a queue with --import', async () => {
    const server = await redisServer()
    const worker = await workerProcess(server.url, ['--import', join(cwd, 'family.mjs')])
    const call = ['study', 'study.json', '--import', 'family.mjs', '--json']
    const queued = await glmm([...call, '--redis', server.url], { cwd })
    expect(worker.told()).not.toContain('refused')
    const threaded = await glmm([...call, '--threads', '2'], { cwd })
    const [a, b] = [queued, threaded].map(({ stdout }) => JSON.parse(stdout).execution)
    expect(a).toMatchObject({ executor: 'queue', failed: 0, rowsHash: b.rowsHash })
    expect(a.rechecked).toBeGreaterThan(0)
    expect(readFileSync(join(cwd, 'counts.csv'), 'utf8')).toBe(table)
  })
})
