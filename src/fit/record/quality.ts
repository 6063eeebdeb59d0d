import type { Ladder } from '../climb/ladder.js'
import type { Concluded } from './concluded.js'
import type { FitQuality, RandomEstimate, Rung } from './fit-record.js'
import { importanceRecord } from './importance-record.js'
import { fiveNumbers, residuals } from './residuals.js'
import { varianceExplained } from './variance-explained.js'

/**
 * How well the model describes the data, and how far the integral can be trusted. Where parameters run the shares of variance
 * are left out: they depend on how far out these are fixed.
 */
export function fitQuality(
  { like, fitted, importance, inference, eta }: Concluded,
  random: readonly RandomEstimate[],
  { certificate, uncertified }: Pick<FitQuality, 'certificate' | 'uncertified'>,
  ladder: Ladder | null,
  runs: boolean,
): FitQuality {
  const { pearson, deviance, copies } = residuals(like.stated, eta)
  return {
    varianceExplained: runs ? null : varianceExplained(like, fitted, inference.beta, random),
    residuals: { pearson: fiveNumbers(pearson, copies), deviance: deviance && fiveNumbers(deviance, copies) },
    certificate,
    uncertified,
    importance: importance && importanceRecord(like, importance),
    rungs: ladder?.climbed.map(rungRecord) ?? null,
  }
}

const rungRecord = ({ importance, estimate, maxShiftInSe }: Ladder['climbed'][number]): Rung => ({
  method: importance ? 'importance' : estimate.nodes === 1 ? 'laplace' : 'quadrature',
  nodes: estimate.nodes,
  logLik: estimate.logLik,
  maxShiftInSe,
})
