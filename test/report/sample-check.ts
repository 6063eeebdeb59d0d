import type { CheckRecord, Rung } from '../../src/check/check-record.js'
import { CENTRES } from './sample-effects.js'
import { MIXED_FIT } from './sample-fit.js'
import { POSTERIOR } from './sample-posterior.js'

const INTERCEPT = '(Intercept)'

function rung(
  method: Rung['method'],
  nodes: number,
  logLik: number,
  [b0, b1, sd]: readonly [number, number, number],
  maxShiftInSe: number | null,
  milliseconds: number,
): Rung {
  const fixed = MIXED_FIT.fixed.map((f, i) => ({ ...f, estimate: [b0, b1][i] }))
  return {
    method,
    nodes,
    logLik,
    fixed,
    random: [{ ...MIXED_FIT.random[0], sd: [sd] }],
    maxShiftInSe,
    milliseconds,
  }
}

/** A check of the beta-blocker trial put together from figures of several programs. A fixture for layout only. */
export const CHECK: CheckRecord = {
  schema: 'glmm/check@1',
  version: '0.1.0',
  call: { formula: MIXED_FIT.formula, data: 'betablocker.csv', family: 'binomial', seed: 1 },
  warnings: [],
  formula: MIXED_FIT.formula,
  family: 'binomial',
  link: 'logit',
  nobs: 44,
  dropped: 0,
  groups: { center: 22 },
  rungs: [
    rung('laplace', 1, -159.210289874197, [-2.19618184, -0.26091004, 0.48601328], null, 11.3),
    rung('agq', 4, -159.187101, [-2.19615, -0.26091124, 0.4864021], 0.00463, 13.9),
    rung('agq', 7, -159.18702911, [-2.19620061, -0.2609107, 0.48648634], 0.001, 17.2),
    rung('agq', 10, -159.18702908, [-2.19620056, -0.26091072, 0.48648631], 4.2e-7, 22.8),
  ],
  posterior: POSTERIOR,
  comparison: [
    {
      parameter: INTERCEPT,
      laplace: -2.19618184,
      best: -2.19620056,
      se: 0.1130913,
      runsTo: null,
      shiftInSe: 0.000166,
      posteriorMean: -2.192306,
      posteriorSd: 0.122742,
      lower: -2.436362,
      upper: -1.951626,
      paretoK: null,
    },
    {
      parameter: 'treat',
      laplace: -0.26091004,
      best: -0.26091072,
      se: 0.0499048,
      runsTo: null,
      shiftInSe: 0.0000136,
      posteriorMean: -0.26102,
      posteriorSd: 0.049827,
      lower: -0.358065,
      upper: -0.163654,
      paretoK: null,
    },
    {
      parameter: 'sd_center__Intercept',
      laplace: 0.48601328,
      best: 0.48648631,
      se: 0.0840423,
      runsTo: null,
      shiftInSe: -0.005629,
      posteriorMean: 0.528411,
      posteriorSd: 0.097253,
      lower: 0.372263,
      upper: 0.750207,
      paretoK: null,
    },
  ],
  ratios: [
    {
      kind: 'odds ratio',
      name: 'treat',
      estimate: 0.77035,
      lower: 0.698568,
      upper: 0.849507,
      posteriorMedian: 0.770198,
      posteriorLower: 0.699028,
      posteriorUpper: 0.849036,
    },
  ],
  clusters: [
    { group: 'center', level: '18', logLikError: 0.0040621 },
    { group: 'center', level: '19', logLikError: 0.0038817 },
    { group: 'center', level: '6', logLikError: 0.0031045 },
    { group: 'center', level: '1', logLikError: 0.0027331 },
    { group: 'center', level: '13', logLikError: 0.0021502 },
    { group: 'center', level: '3', logLikError: 0.0013409 },
  ],
  effects: CENTRES.map(([level, mode, modeSd, mean, lower, upper]) => ({
    ...{ group: 'center', level, name: INTERCEPT, mode, modeSd, mean, lower, upper },
  })),
  verdict: 'adequate',
  reasons: [
    'no parameter moves by more than 0.006 standard errors between Laplace and 10 nodes',
    'the posterior mean of every fixed effect lies within 0.04 standard errors of the best rung',
  ],
}
