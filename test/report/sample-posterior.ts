import type { PosteriorRecord } from '../../src/draws/answers/posterior-record.js'
import type { ParameterSummary } from '../../src/draws/parameter-summary.js'
import { CENTRES } from './sample-effects.js'
import { MIXED_FIT } from './sample-fit.js'

const row = (
  name: string,
  [mean, sd, mcse]: readonly [number, number, number],
  [q2_5, q5, q25, q50, q75, q95, q97_5]: readonly number[],
  [rhat, essBulk, essTail]: readonly [number, number, number],
): ParameterSummary => ({
  ...{ name, mean, sd, mcse, mcseSd: mcse * 0.7, q2_5, q5, q25, q50, q75, q95, q97_5, rhat, essBulk, essTail },
})

/** Posterior of the beta-blocker trial, figures of a long run of Stan. A fixture for layout only. */
export const POSTERIOR: PosteriorRecord = {
  schema: 'glmm/posterior@1',
  version: '0.1.0',
  call: { formula: MIXED_FIT.formula, data: 'betablocker.csv', family: 'binomial', seed: 1 },
  warnings: [],
  formula: MIXED_FIT.formula,
  family: 'binomial',
  link: 'logit',
  priors: ['b ~ normal(0, 2.5)', 'sd ~ half_normal(0, 1)'],
  sampler: 'nuts',
  chains: 4,
  warmup: 2000,
  draws: 10000,
  seed: 1,
  nobs: 44,
  dropped: 0,
  summary: [
    row(
      'b_Intercept',
      [-2.192306, 0.122742, 0.001026],
      [-2.436362, -2.395283, -2.272579, -2.191247, -2.110914, -1.99215, -1.951626],
      [1.000151, 14393.2, 20360.3],
    ),
    row(
      'b_treat',
      [-0.26102, 0.049827, 0.000248],
      [-0.358065, -0.342644, -0.295016, -0.261108, -0.227042, -0.178759, -0.163654],
      [1.000035, 40468.6, 38368.1],
    ),
    row(
      'sd_center__Intercept',
      [0.528411, 0.097253, 0.000511],
      [0.372263, 0.391983, 0.45936, 0.516482, 0.584424, 0.703163, 0.750207],
      [1.000008, 36788.6, 36561.6],
    ),
    ...CENTRES.map(([level, , , mean, low, high]) =>
      row(
        `r_center[${level},Intercept]`,
        [mean, (high - low) / 3.92, 0.0012],
        [low, low, (low + mean) / 2, mean, (high + mean) / 2, high, high],
        [1.0001, 36580.2, 37388.6],
      ),
    ),
  ],
  diagnostics: {
    divergences: 0,
    maxTreedepthHits: 0,
    ebfmi: [0.91, 0.88, 0.95, 0.9],
    stepSize: [0.2113, 0.1984, 0.2051, 0.2202],
    acceptRate: [0.951, 0.949, 0.952, 0.95],
    warnings: [],
  },
  timing: { warmupSeconds: 3.039722, sampleSeconds: 35.57691, minEssPerSecond: { outer: 404.6, all: 404.6 } },
}
