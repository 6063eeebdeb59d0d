import type { LaidPredictor } from '../../likelihood/frame/parameter-layout.js'
import type { Likelihood } from '../../likelihood/likelihood.js'
import { randomEstimates } from './estimates.js'
import type { Importance } from './fit-record.js'
import type { ImportanceEstimate } from '../results/importance-estimate.js'

/** Diagnostics of the importance sampling behind a fit. */
export function importanceRecord(like: Likelihood, sampled: ImportanceEstimate): Importance {
  const { layout, dimension: d } = like
  const { covariance } = sampled
  const errors = ({ fixed: { from, to } }: LaidPredictor): number[] =>
    Array.from({ length: to - from }, (_, j) => Math.sqrt(covariance[(from + j) * (d + 1)]))
  // A standard deviation scatters with its parameters as it does with the data, by another covariance.
  const random = randomEstimates(like, { ...sampled.estimate, covariance })
  return {
    draws: sampled.draws,
    seed: sampled.seed,
    logLikMcse: sampled.mcse,
    paretoK: Number.isFinite(sampled.paretoK) ? sampled.paretoK : null,
    effectiveDraws: sampled.ess,
    mcse: {
      fixed: layout.location ? errors(layout.location) : [],
      further: layout.further.map(errors),
      sd: random.map(({ sdSe }) => sdSe),
    },
    maxMcseInSe: sampled.maxMcseInSe,
  }
}
