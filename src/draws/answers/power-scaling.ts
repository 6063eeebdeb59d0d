import { effectiveSampleSize } from '../diagnostics/effective-sample-size.js'
import { psis } from '../../numerics/psis.js'
import { cumulativeJensenShannon } from './cumulative-jensen-shannon.js'

/** Sensitivity of one parameter's posterior to the powers of prior and likelihood. */
export interface PowerSensitivity {
  readonly prior: number
  readonly likelihood: number
  /** Pareto k of the weights, the larger of the two powers' for each. */
  readonly priorK: number
  readonly likelihoodK: number
}

/** Powers that the derivative at 1 is taken between. */
const powers = [0.99, 1.01] as const
/** Sensitivity from which on a change is worth a look (Kallioinen et al. 2024, section 2.4). */
export const sensitive = 0.05

/**
 * How fast each parameter's posterior moves as prior or likelihood is raised to a power: the derivative, at 1, of the
 * cumulative Jensen-Shannon distance by the power's logarithm to base 2, from one set of draws by importance weights
 * (Kallioinen, Paananen, Buerkner and Vehtari 2024, "Detecting and diagnosing prior and likelihood sensitivity with
 * power-scaling", Statistics and Computing 34). `columns` has the draws of each parameter, `chains` equally long chains
 * one after the other; `logPrior` and `logLik` are those of the draws.
 */
export function powerScaling(
  columns: readonly Float64Array[],
  logPrior: Float64Array,
  logLik: Float64Array,
  chains: number,
): PowerSensitivity[] {
  const prior = powerSlopes(columns, logPrior, chains)
  const likelihood = powerSlopes(columns, logLik, chains)
  return columns.map((_, j) => ({
    prior: prior.slopes[j],
    likelihood: likelihood.slopes[j],
    priorK: prior.paretoK,
    likelihoodK: likelihood.paretoK,
  }))
}

/** The same for one of the two densities alone: each parameter's sensitivity, and the larger Pareto k of its weights. */
export function powerSlopes(
  columns: readonly Float64Array[],
  log: Float64Array,
  chains: number,
): { readonly slopes: readonly number[]; readonly paretoK: number } {
  const scaled = powers.map((power) => powerWeights(log, power, chains))
  return {
    slopes: columns.map(
      (draws) =>
        scaled.reduce(
          (sum, { weights }, k) => sum + cumulativeJensenShannon(draws, weights) / Math.abs(Math.log2(powers[k])),
          0,
        ) / 2,
    ),
    paretoK: Math.max(...scaled.map(({ paretoK }) => paretoK)),
  }
}

function powerWeights(log: Float64Array, power: number, chains: number): { weights: Float64Array; paretoK: number } {
  const { logWeights, paretoK } = psis(
    log.map((value) => (power - 1) * value),
    efficiencyOf(log, chains),
  )
  return { weights: logWeights.map(Math.exp), paretoK }
}

/** Effective number of draws over their number, of a quantity that weights are made of. */
export function efficiencyOf(log: Float64Array, chains: number): number {
  const length = log.length / chains
  const size = effectiveSampleSize(Array.from({ length: chains }, (_, c) => log.subarray(c * length, (c + 1) * length)))
  return Number.isNaN(size) ? 1 : size / log.length
}

/** What a pair of sensitivities means; empty where neither is worth a look. */
export function powerDiagnosis(prior: number, likelihood: number): string {
  if (!(prior >= sensitive)) return ''
  return likelihood >= sensitive ? 'prior-data conflict' : 'strong prior or weak likelihood'
}
