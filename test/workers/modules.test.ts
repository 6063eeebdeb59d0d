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

/** The link and the covariance of the example: loglog, and \`equal\`, one standard deviation for all effects. */
const ownParts = fileURLToPath(new URL('../../examples/10-own-parts/own.js', import.meta.url))
const twoWay = `y,g,f\n${counts.map((y, i) => `${y > 1 ? 1 : 0},g${(i * 7) % 6},f${i % 2}`).join('\n')}\n`
const parts = {
  loglog: { formula: 'I(y == 0) ~ f + (1 | g)', same: 'y ~ f + (1 | g)', link: 'loglog', twin: 'cloglog', sign: -1 },
  equal: { formula: 'y ~ f + equal(0 + f | g)', same: 'y ~ f + (1 | g:f)', link: 'probit', twin: 'probit', sign: 1 },
}
const partStudy = ({ formula, link }: { formula: string; link: string }): object => ({
  kind: 'bootstrap',
  replicates: 12,
  data: 'two-way.csv',
  family: 'binomial',
  link,
  formula,
})

const partScript = `
import { fit, readTable, sample, study } from 'glmm'
import { inlineExecutor } from 'glmm/workers'
const [module, { formula, same, link, twin, sign }, spec] = JSON.parse(process.argv[2])
const modules = [module]
await import(module)
const table = await readTable('two-way.csv')
const options = { family: 'binomial', link, sampler: 'marginal', chains: 2, warmup: 60, draws: 30, seed: 2 }
const [own, known] = [fit(formula, table, { family: 'binomial', link }), fit(same, table, { family: 'binomial', link: twin })]
const [threaded, inline] = [
  await sample(formula, table, { ...options, modules, threads: 2 }),
  await sample(formula, table, { ...options, executor: inlineExecutor }),
]
const [a, b] = [await study(spec, { modules, threads: 2 }), await study(spec, { modules, executor: inlineExecutor })]
const without = await sample(formula, table, { ...options, threads: 1 }).then(() => 'drawn', ({ code, message, hint }) => [code, message, hint].join('; '))
console.log(JSON.stringify({
  logLik: [own.logLik, known.logLik],
  slope: [own.fixed[1].estimate, sign * known.fixed[1].estimate],
  draws: JSON.stringify(threaded.summary) === JSON.stringify(inline.summary),
  rows: a.execution.rowsHash === b.execution.rowsHash,
  failed: a.execution.failed,
  without,
}))
`

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
  'two-way.csv': twoWay,
  'parts.mjs': partScript,
  'loglog.json': JSON.stringify(partStudy(parts.loglog)),
  'equal.json': JSON.stringify(partStudy(parts.equal)),
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
    for (const call of [
      ['predict', 'fit.json', '--data', 'counts.csv', '--json'],
      ['simulate', 'fit.json', '--json'],
    ])
      expectComplaint(await glmm(call, { cwd }), 'USAGE', /got 'geometric'; name the module .*--import/)
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

describe("a link and a covariance of the user's own", () => {
  it.each(['loglog', 'equal'] as const)('%s: fits as its twin, and has the same bits on threads', async (name) => {
    const given = JSON.stringify([`file://${ownParts}`, parts[name], partStudy(parts[name])])
    const { stdout } = await promisify(execFile)(process.execPath, ['parts.mjs', given], { cwd })
    const found = JSON.parse(stdout)
    expect(found.logLik[0]).toBeCloseTo(found.logLik[1], 7)
    expect(found.slope[0]).toBeCloseTo(found.slope[1], 5)
    expect(found).toMatchObject({ draws: true, rows: true, failed: 0 })
    const what = name === 'loglog' ? 'link' : 'covariance'
    expect(found.without).toBe(
      `USAGE; expected a ${what} that this thread knows, got '${name}'; name the module that calls ` +
        `add${what === 'link' ? 'Link' : 'Covariance'} with the option modules (--import on the command line): every thread imports it first`,
    )
  })

  it.skipIf(withoutRedis !== null)(
    'are known to the workers of a queue with --import, and refused without',
    async () => {
      const server = await redisServer()
      const worker = await workerProcess(server.url, ['--import', ownParts])
      for (const name of ['loglog', 'equal']) {
        const call = ['study', `${name}.json`, '--import', ownParts, '--json']
        const queued = await glmm([...call, '--redis', server.url], { cwd })
        const threaded = await glmm([...call, '--threads', '2'], { cwd })
        const [a, b] = [queued, threaded].map(({ stdout }) => JSON.parse(stdout).execution)
        expect(a).toMatchObject({ executor: 'queue', failed: 0, rowsHash: b.rowsHash })
      }
      expect(worker.told()).not.toContain('refused')
      worker.kill('SIGINT')
      await worker.ended
      const bare = await workerProcess(server.url)
      const call = ['study', 'equal.json', '--import', ownParts, '--json', '--redis', server.url]
      const refused = await glmm(call, { cwd })
      expect(refused.status).not.toBe(0)
      expect(bare.told()).toContain("refused a job: expected a covariance that this thread knows, got 'equal'")
    },
  )
})
