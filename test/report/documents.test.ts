import { describe, expect, test } from 'vitest'
import type { CheckRecord } from '../../src/check/check-record.js'
import type { PosteriorRecord } from '../../src/draws/answers/posterior-record.js'
import type { FitRecord } from '../../src/fit/record/fit-record.js'
import { displayWidth } from '../../src/plot/display-text.js'
import { effectTerms, ladderLines } from '../../src/report/check-figures.js'
import { checkDocument } from '../../src/report/check-document.js'
import type { Document } from '../../src/report/document.js'
import { fitDocument } from '../../src/report/fit-document.js'
import { nextStep } from '../../src/report/next-step.js'
import { posteriorDocument } from '../../src/report/posterior-document.js'
import { renderHtml } from '../../src/report/render-html.js'
import { renderMarkdown } from '../../src/report/render-markdown.js'
import { renderText } from '../../src/report/render-text.js'
import { documentOf, illustratedDocument } from '../../src/report/kinds/registry.js'
import { CHECK } from './sample-check.js'
import { GLM_FIT, MIXED_FIT } from './sample-fit.js'
import { POSTERIOR } from './sample-posterior.js'

/** The documents of some kinds of records, as the registry makes them. */
const plain = (record: FitRecord | PosteriorRecord | CheckRecord): Document => {
  if (record.schema === 'glmm/fit@1') return fitDocument(record)
  return record.schema === 'glmm/check@1' ? checkDocument(record) : posteriorDocument(record)
}

const text = (record: FitRecord | PosteriorRecord | CheckRecord, width = 80): string =>
  renderText(plain(record), { width, colour: false })

test.each([
  ['glm', GLM_FIT],
  ['mixed', MIXED_FIT],
  ['posterior', POSTERIOR],
  ['check', CHECK],
] as const)('%s: within 80 and 120 columns, in all three forms', async (_, record) => {
  for (const width of [80, 120]) {
    const lines = text(record, width).split('\n')
    // The command to copy is the one thing that is not broken into lines.
    const broken = lines.filter((line) => !line.startsWith('  glmm '))
    expect(Math.max(...broken.map(displayWidth))).toBeLessThanOrEqual(width)
    expect(lines.some((line) => /\s$/.test(line))).toBe(false)
  }
  expect(text(record)).not.toMatch(/undefined|NaN|\[object/)
  expect(renderText(await documentOf(record), { width: 80, colour: false })).toBe(text(record))
  expect(renderMarkdown(plain(record))).not.toMatch(/undefined|NaN|\[object/)
  expect(renderHtml(plain(record))).not.toMatch(/undefined|NaN|\[object/)
})

describe('a glm, as R prints it', () => {
  test.each([
    'Formula: cbind(r, n - r) ~ treat',
    'Family: binomial(logit)',
    '(Intercept)  -2.1971118   0.0335864  -65.417    <2e-16  ***',
    'treat        -0.2573731   0.0494237   -5.207  1.91e-07  ***',
    'Null deviance: 332.99 on 43 degrees of freedom',
    'Residual deviance: 305.76 on 42 degrees of freedom',
    'AIC: 527.19',
    'Number of Fisher scoring iterations: 4',
  ])('%s', (line) => expect(text(GLM_FIT)).toContain(line))

  test('aliased coefficients are named', () => {
    const out = text({ ...GLM_FIT, aliased: ['dose2'] })
    expect(out).toMatch(/^dose2 +NA +NA +NA +NA +NA +NA$/m)
    expect(out).toContain('1 not defined because of singularities: dose2')
  })
})

describe('a mixed model, as lme4 prints it and more', () => {
  test.each([
    'Generalized linear mixed model fit by maximum likelihood (adaptive Gauss-Hermite',
    '324.3741  329.7266  -159.1870291  318.3741        41',
    'center  (Intercept)  0.2366689  0.4864863     0.0840423',
    '(Intercept)  -2.1962006   0.1130913  -19.420    <2e-16  ***  -2.4179  -1.9745',
    'treat        -0.2609107   0.0499048   -5.228  1.71e-07  ***  -0.3587  -0.1631',
    'treat       -0.205',
    'Converged: gradient below tolerance',
  ])('%s', (line) => expect(text(MIXED_FIT)).toContain(line))

  test('one node is called Laplace', () => {
    expect(text({ ...MIXED_FIT, nodes: 1 })).toContain('(Laplace approximation)')
  })

  test('correlations within a term stand in the row of the later effect', () => {
    const random = [
      {
        group: 'g',
        names: ['(Intercept)', 'x'],
        sd: [1, 2],
        sdSe: [0.1, null],
        runsTo: [null, null],
        correlation: [
          [1, -0.25],
          [-0.25, 1],
        ],
        sdLimits: null,
        correlationLimits: null,
      },
    ]
    expect(text({ ...MIXED_FIT, random })).toMatch(/^ +x +4\.0000000 +2\.0000000 +NA +-0\.250$/m)
  })

  test('profile limits stand with their level', () => {
    const limits = { lower: 0.31, upper: 0.77 }
    const random = [{ ...MIXED_FIT.random[0], sdLimits: [limits], correlationLimits: [[{ lower: null, upper: null }]] }]
    const dispersion = { sigma: { estimate: 1.5, runsTo: null, se: 0.1, lower: 1.25, upper: null } }
    const out = text({ ...MIXED_FIT, random, dispersion, intervals: { method: 'profile', level: 0.9 } })
    expect(out).toContain('Profile intervals of the random effects')
    expect(out).toMatch(/Estimate +5 % +95 %/)
    expect(out).toMatch(/^center +sd \(Intercept\) +0\.4864863 +0\.3100000 +0\.7700000$/m)
    expect(out).toMatch(/^sigma +1\.5000000 +0\.1000000 +1\.2500000 +NA$/m)
    expect(out).toContain('Fixed effects (limits by profile likelihood)')
  })

  test('the correlation of coefficients with long names is headed by numbers', () => {
    const fixed = Array.from({ length: 8 }, (_, i) => ({ ...MIXED_FIT.fixed[0], name: `period${i}:treatment` }))
    const fixedCovariance = fixed.map((_, i) => fixed.map((__, j) => (i === j ? 4 : 0.5)))
    const out = text({ ...MIXED_FIT, fixed, fixedCovariance })
    expect(out).toMatch(/^ +1 +2 +3 +4 +5 +6 +7$/m)
    expect(out).toMatch(/^1 period0:treatment$/m)
    expect(out).toMatch(/^3 period2:treatment +0\.125 +0\.125$/m)
  })

  test('of many levels only the first ten', () => {
    const modes = Array.from({ length: 31 }, (_, i) => ({ ...MIXED_FIT.modes[0], level: `L${i}` }))
    const out = text({ ...MIXED_FIT, modes })
    expect(out).toContain('The first 10 of 31 levels; --json has them all.')
    expect(out).toContain('L9')
    expect(out).not.toContain('L10')
  })

  test('warnings, the ladder climbed, no convergence', () => {
    const out = text({
      ...MIXED_FIT,
      warnings: [{ code: 'SEPARATION', message: 'a coefficient runs away' }],
      rungs: [
        { method: 'laplace', nodes: 1, logLik: -159.2102899, maxShiftInSe: null },
        { method: 'quadrature', nodes: 4, logLik: -159.1871, maxShiftInSe: 0.0046 },
      ],
      convergence: { ...MIXED_FIT.convergence, converged: false, singular: true },
    })
    expect(out).toContain('SEPARATION: a coefficient runs away')
    expect(out).toMatch(/^ *quadrature +4 +-159\.1871000 +0\.0046$/m)
    expect(out).toContain('NOT CONVERGED')
    expect(out).toContain('Singular: a variance is estimated as zero.')
  })
})

test('a certificate of crossed factors, and a fit by importance sampling', () => {
  const worstCluster = { group: 'item', level: 'S2', error: -0.17 }
  const certified = text({
    ...MIXED_FIT,
    certificate: {
      method: 'second-order',
      rule: null,
      nodes: null,
      logLikError: -3.58,
      maxShiftInSe: 0.14,
      worstCluster,
      verdict: 'adequate',
    },
  })
  expect(certified).toContain('-3.6e+00 (second-order expansion)')
  expect(certified).toContain('item S2')
  const sampled = text({
    ...MIXED_FIT,
    nodes: null,
    importance: {
      draws: 4000,
      seed: 1,
      logLikMcse: 0.012,
      paretoK: 0.31,
      effectiveDraws: 1234.4,
      mcse: { fixed: [0.001, 0.002], further: [], sd: [[0.001]] },
      maxMcseInSe: 0.004,
    },
  })
  expect(sampled.replace(/\s+/g, ' ')).toContain('(importance sampling, 4000 draws)')
  expect(sampled).toContain('4000 (seed 1), worth 1234')
})

describe('a posterior', () => {
  test('priors, summaries, diagnostics', () => {
    const out = text(POSTERIOR, 120)
    expect(out).toContain('b ~ normal(0, 2.5)')
    expect(out).toMatch(/^b_treat +-0\.2610 +0\.0498 +0\.00025 +-0\.3581 +-0\.2611 +-0\.1637 +1\.0000 +40469 +38368$/m)
    expect(out).toContain('Divergences: 0 of 40000 draws')
  })

  test('a chain that never moved is not called converged', () => {
    const summary = [{ ...POSTERIOR.summary[0], rhat: null as unknown as number }, ...POSTERIOR.summary.slice(1)]
    expect(text({ ...POSTERIOR, summary })).toContain('Largest R-hat: NaN')
  })
})

describe('a check', () => {
  test('says the verdict first, with its reasons', () => {
    expect(text(CHECK).split('\n').slice(0, 4)).toEqual([
      'Is the Laplace approximation good enough, and does the model fit the data?',
      '',
      'Verdict on the integral: adequate',
      '  - no parameter moves by more than 0.006 standard errors between Laplace and 10',
    ])
  })

  test('names the five worst clusters only', () => {
    expect(text(CHECK)).toContain('center  13     0.0021502')
    expect(text(CHECK)).not.toContain('0.0013409')
  })

  test('shifts are distances from the best rung in its standard errors', () => {
    const lines = ladderLines(CHECK)
    expect(lines.map((l) => l.parameter)).toEqual(['(Intercept)', 'treat', 'sd(center)'])
    expect(lines[2].shifts[0]).toBeCloseTo((0.48601328 - 0.48648631) / 0.0840423134312318, 12)
    expect(lines[2].shifts[3]).toBe(0)
  })

  test('effects are told apart by coefficient', () => {
    const effects = CHECK.effects.flatMap((e) => [e, { ...e, name: 'treat' }])
    expect(effectTerms({ ...CHECK, effects }).map((t) => [t.axis, t.intervals.length])).toEqual([
      ['center effect (log-odds)', 22],
      ['center effect of treat (log-odds)', 22],
    ])
  })

  test('the next step is a command to copy', () => {
    const formula = '"cbind(r, n - r) ~ treat + (1 | center)"'
    const at = (change: Partial<CheckRecord>): string => nextStep({ ...CHECK, ...change }).command
    expect(at({})).toBe(`glmm fit ${formula} --data betablocker.csv --family binomial --nodes 1`)
    expect(at({ verdict: 'inadequate' })).toBe(
      `glmm fit ${formula} --data betablocker.csv --family binomial --nodes 10`,
    )
    expect(at({ verdict: 'undetermined' })).toContain('--draws 20000')
    const rungs = [...CHECK.rungs, { ...CHECK.rungs[0], method: 'importance' as const, nodes: 1000 }]
    expect(at({ verdict: 'inadequate', rungs })).toContain('--importance 1000')
  })

  test('the next step reads the data as the checked call did, and states the same model', () => {
    const call = {
      data: 'd.csv',
      header: false,
      names: ['y', 'x', 'g', 't', 'w'],
      comment: '#',
      skip: 2,
      decimal: ',',
      na: ['.', '-99', 'N/A'],
      maxBytes: 1_000_000_000,
      family: 'gaussian',
      link: 'identity',
      trials: null,
      precision: 'w',
      time: 't',
      dispersion: '~ x',
      chains: 4,
    }
    const at = (change: Partial<CheckRecord>): string =>
      nextStep({ ...CHECK, formula: 'y ~ x + (1 | g)', link: 'identity', call, ...change }).command
    const reading =
      "--no-header --names y,x,g,t,w --comment '#' --skip 2 --decimal , --na .,-99,N/A --max-bytes 1000000000"
    const model = '--family gaussian --link identity --precision w'
    expect(at({})).toBe(
      `glmm fit "y ~ x + (1 | g)" --data d.csv ${reading} ${model} --time t --dispersion '~ x' --nodes 1`,
    )
    // Only the tests of a model look at times.
    expect(at({ verdict: 'inadequate', rungs: [] })).toBe(
      `glmm sample "y ~ x + (1 | g)" --data d.csv ${reading} ${model} --dispersion '~ x'`,
    )
  })

  test('names with a meaning in a shell are quoted', () => {
    const command = nextStep({ ...CHECK, formula: 'y ~ `$(x)` + (1 | g)', call: { data: "it's; rm *.csv" } }).command
    expect(command).toBe(`glmm fit 'y ~ \`$(x)\` + (1 | g)' --data 'it'\\''s; rm *.csv' --nodes 1`)
  })

  test('the page holds its pictures and needs nothing else', async () => {
    const effects = CHECK.effects.map((e, i) => (i === 0 ? { ...e, level: '<script>alert(1)</script>' } : e))
    const html = renderHtml(await illustratedDocument({ ...CHECK, effects } as CheckRecord))
    expect(html.match(/<svg /g)).toHaveLength(2)
    expect(html).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|url\(|@import/i)
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:/)
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })
})

test('a posterior on a grid has no columns of draws', () => {
  const quadrature = { grid: [4, 4], points: 16, nodes: 1, change: 1e-6, edgeWeight: 1e-9 }
  const summary = POSTERIOR.summary.map((one) => ({ ...one, mcse: null, rhat: null, essBulk: null, essTail: null }))
  const out = text({
    ...POSTERIOR,
    sampler: 'quadrature',
    logMarginalLikelihood: -170,
    quadrature,
    summary,
  } as unknown as PosteriorRecord)
  expect(out).toMatch(/^ *mean +sd +2\.5 % +50 % +97\.5 %$/m)
  expect(out).not.toMatch(/NaN|R-hat|mcse|ESS/)
  expect(text(POSTERIOR)).toMatch(/mcse/)
})
