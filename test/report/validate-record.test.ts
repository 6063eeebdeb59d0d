import { beforeAll, describe, expect, it } from 'vitest'
import { samplePosterior } from '../../samplers/methods/sample-posterior.js'
import { checkFormula } from '../../src/check/check.js'
import { parseTable } from '../../src/data/parse-table.js'
import { readTable } from '../../src/data/files/read-table.js'
import type { Table } from '../../src/data/table.js'
import { looCompare } from '../../src/draws/answers/loo-compare.js'
import { answerQueries } from '../../src/draws/answers/posterior-queries.js'
import { compare } from '../../src/fit/compare/compare.js'
import { fit } from '../../src/fit/fit.js'
import { predict } from '../../src/fit/predict/predict.js'
import { simulate } from '../../src/fit/predict/simulate.js'
import { inlineExecutor } from '../../src/inline-executor.js'
import { effects } from '../../src/postestimation/effects.js'
import { influence } from '../../src/postestimation/influence.js'
import { means } from '../../src/postestimation/means.js'
import { test as testTerms } from '../../src/postestimation/test-terms.js'
import type { ResultRecord } from '../../src/report/document-kind.js'
import { renderText } from '../../src/report/render-text.js'
import { documentKinds, illustratedDocument } from '../../src/report/kinds/registry.js'
import { validateRecord } from '../../src/report/kinds/validate-record.js'
import { betablocker } from '../cli/call.js'
import { bootstrapOf, run, simulationOf } from '../study/studies.js'

const formula = 'cbind(r, n - r) ~ treat + (1 | center)'
const short = { chains: 2, warmup: 40, draws: 20, seed: 1 }
const crossed = parseTable(
  `y,g,h,x\n${Array.from({ length: 60 }, (_, i) => `${(i * 7) % 5},g${i % 6},h${(i * 5) % 7},${i % 3}`).join('\n')}\n`,
  { source: 'crossed.csv' },
)
let table: Table
/** Records of every schema, as JSON gives them back. */
const records: ResultRecord[] = []

beforeAll(async () => {
  table = await readTable(betablocker)
  const small = fit('cbind(r, n - r) ~ 1 + (1 | center)', table)
  const whole = fit(formula, table, { nodes: 'auto', residuals: 'quantile', seed: 1 })
  const sample = await samplePosterior(formula, table, short, inlineExecutor)
  const answered = answerQueries(sample, {
    hypotheses: ['b_treat < 0'],
    ranks: ['center'],
    loo: true,
    looClusters: 'center',
    waic: true,
    predictive: {},
  })
  const posterior = { ...sample.record, ...answered.answers }
  const loo = (posterior as unknown as { loo: Parameters<typeof looCompare>[0][number] }).loo
  const studies = [
    bootstrapOf(6, { lrt: { null: 'cbind(r, n - r) ~ 1 + (1 | center)' } }),
    simulationOf(6),
    {
      ...bootstrapOf(4),
      kind: 'calibration',
      sample: { sampler: 'quadrature', priors: ['b ~ normal(0, 1)', 'sd ~ half_normal(0, 1)'] },
    },
    { ...bootstrapOf(5), kind: 'sensitivity', replicates: undefined, vary: { nodes: [1, 4], link: ['probit'] } },
  ]
  const made: unknown[] = [
    small,
    whole,
    fit(formula, table, { intervals: 'profile', nodes: 5 }),
    fit('r ~ treat', table, { family: 'poisson' }),
    fit('r ~ treat + treat:treat + (treat | center)', table, { family: 'gaussian', reml: true }),
    fit('y ~ x + (1 | g) + (1 | h)', crossed, { family: 'poisson', zi: '~ 1' }),
    fit('y ~ x + (1 | g) + (1 | h)', crossed, { family: 'poisson', importance: 200, seed: 1 }),
    fit('y ~ g', crossed, { family: 'nbinom2' }),
    posterior,
    (await samplePosterior(formula, table, { sampler: 'quadrature', seed: 1 }, inlineExecutor)).record,
    (await checkFormula(formula, table, short, inlineExecutor)).record,
    compare([small, whole], ['small', 'whole']),
    looCompare([loo, loo], ['one', 'other']),
    ...(['population', 'conditional', 'average'] as const).map((kind) => predict(whole, table, { kind, nodes: 5 })),
    simulate(whole, table, { replicates: 2 }),
    means(whole, '~ treat', { contrasts: 'pairwise' }),
    effects(whole),
    testTerms(whole, { lrt: true, hypotheses: ['treat = 0'] }),
    influence(whole),
  ]
  for (const study of studies) made.push(await run(study))
  records.push(...made.map((record) => JSON.parse(JSON.stringify(record)) as ResultRecord))
}, 120_000)

describe('schemas of records', () => {
  it('take all that commands write, of every schema there is', () => {
    for (const record of records) expect(() => validateRecord(record, 'it.json', 'make it')).not.toThrow()
    expect(new Set(records.map(({ schema }) => schema))).toEqual(new Set(documentKinds.map(({ schema }) => schema)))
  })

  it('and reports are made of what JSON leaves of them', async () => {
    for (const record of records) {
      const text = renderText(await illustratedDocument(record), { width: 90, colour: false })
      expect(text.length).toBeGreaterThan(100)
      expect(text).not.toMatch(/undefined|\[object|NaN\b/)
    }
  })

  it.each<readonly [string, (record: Record<string, never>) => object, RegExp]>([
    [
      'a text for a number',
      (record) => ({ ...record, logLik: 'high' }),
      /got parts of it broken: "high" at \/logLik, not a number/,
    ],
    ['a number for a list', (record) => ({ ...record, fixed: 1 }), /1 at \/fixed, not a list/],
    ['null in a list', (record) => ({ ...record, fixed: [null] }), /null at \/fixed\/0, not an object/],
    ['nothing', (record) => ({ ...record, convergence: undefined }), /nothing at \/convergence, not a value/],
    ['warnings of numbers', (record) => ({ ...record, warnings: [1] }), /1 at \/warnings\/0, not an object/],
  ])('refuse %s, with its place', (_, change, says) => {
    const broken = JSON.parse(JSON.stringify(change(records[0] as unknown as Record<string, never>)))
    expect(() => validateRecord(broken, 'it.json', 'make it')).toThrow(
      expect.objectContaining({ code: 'FILE', message: expect.stringMatching(says) }),
    )
  })

  it.each([null, [], 'x', {}, { schema: 'constructor' }, { schema: '__proto__' }, { schema: 7 }])(
    'refuse %j',
    (document) => {
      expect(() => validateRecord(document, 'it.json', 'make it')).toThrow(expect.objectContaining({ code: 'FILE' }))
    },
  )
})
