import type { PosteriorRecord } from '../draws/answers/posterior-record.js'
import { adequateShift } from '../fit/climb/certificate-limit.js'
import type { Ladder } from '../fit/climb/ladder.js'
import { undecidedRuns } from '../fit/tests/undecided.js'
import type { Comparison, Verdict } from './check-record.js'
import type { CrossCheck } from './cross-check.js'

/** Largest mean score, in Monte Carlo standard errors, at which sampler and quadrature count as agreeing. */
const agreeingScore = 4

const digits = (value: number, n = 2): string => Number(value.toPrecision(n)).toString()

/** The verdict on Laplace's approximation, with the reasons in words. */
export function judge(
  ladder: Ladder,
  comparison: readonly Comparison[],
  posterior: PosteriorRecord,
  crossed: CrossCheck | null,
): { verdict: Verdict; reasons: string[] } {
  const { estimate: best, importance } = ladder.climbed.at(-1)!
  const what = importance ? 'importance sampling' : 'the quadrature'
  const rule = importance ? `importance sampling with ${best.nodes} draws` : `${best.nodes} nodes`
  const known = comparison.filter((row) => row.shiftInSe !== null)
  const worst = known.reduce<Comparison | null>(
    (most, row) => (most && Math.abs(most.shiftInSe!) >= Math.abs(row.shiftInSe!) ? most : row),
    null,
  )
  const shift = worst ? Math.abs(worst.shiftInSe!) : Number.NaN
  const sound = best.converged && ladder.climbed[0].estimate.converged && known.length === comparison.length
  const agrees = crossed === null || crossed.largestScore <= agreeingScore
  const reasons: string[] = []

  if (!worst) reasons.push('no parameter has a standard error, so that no shift can be measured')
  else if (shift <= adequateShift) {
    const largest = `the largest is ${digits(shift)}, of ${worst.parameter}`
    reasons.push(`Laplace is within ${adequateShift} standard errors of ${rule} for every parameter: ${largest}`)
  } else {
    for (const row of known.filter(({ shiftInSe }) => Math.abs(shiftInSe!) > adequateShift)) {
      const values = `${digits(row.laplace, 4)} by Laplace, ${digits(row.best, 5)} by ${rule}`
      reasons.push(`${row.parameter} is ${values}: ${digits(Math.abs(row.shiftInSe!))} standard errors off`)
    }
  }
  const runs = [
    ...best.runs,
    ...ladder.climbed[0].estimate.runs.filter((one) => !best.runs.some(({ at }) => at === one.at)),
  ]
  const last = ladder.climbed.at(-1)!.maxShiftInSe
  const moved = last === null ? '' : digits(last)
  // A ladder without standard errors has nothing to judge convergence by; why is reported below.
  if (!best.unbounded && last !== null)
    reasons.push(
      ladder.converged
        ? `${what} has converged: the last rung moved no parameter by more than ${moved} standard errors`
        : `${what} has not converged: its last rung, ${rule}, still moved a parameter by ${moved} standard errors (limit ${ladder.tolerance})`,
    )
  if (importance) {
    const error = digits(importance.maxMcseInSe)
    const k = digits(importance.paretoK)
    reasons.push(
      `the draws leave a Monte Carlo error of ${error} standard errors at most; Pareto k of their weights is ${k}`,
    )
  }
  const open = undecidedRuns(runs)
  for (const { message } of best.reported) reasons.push(message)
  if (open.length > 0) {
    reasons.push(
      `${open.join('; ')}; of these there is no estimate that an approximation could be held against, and their posterior rests on the prior`,
    )
  } else if (!sound) reasons.push(`not every fit converged to an identified maximum: ${best.reason}`)
  if (best.singular) reasons.push('the variance of the random effect is estimated as zero, where Laplace is exact')
  if (crossed) {
    const far = digits(crossed.largestScore)
    reasons.push(
      !Number.isFinite(crossed.largestScore)
        ? 'the mean score of the draws has no Monte Carlo error, as of chains that do not move: sampler and quadrature cannot be compared'
        : agrees
          ? `sampler and quadrature agree: the mean score of the draws is within ${far} Monte Carlo standard errors of zero`
          : `sampler and quadrature disagree: the mean score of the draws is ${far} Monte Carlo standard errors from zero (limit ${agreeingScore})`,
    )
    if (Number.isFinite(crossed.paretoK) && crossed.paretoK > 0.7) {
      reasons.push(
        `a posterior from Laplace's likelihood could not even be mended by reweighting: Pareto k is ${digits(crossed.paretoK)}`,
      )
    }
  }
  for (const warning of posterior.diagnostics.warnings) reasons.push(`posterior: ${warning.message}`)

  if (shift > adequateShift && best.converged) return { verdict: 'inadequate', reasons }
  const singularButSound = best.singular && best.converged
  const adequate =
    runs.length === 0 && ladder.converged && agrees && (sound || singularButSound) && shift <= adequateShift
  return { verdict: adequate ? 'adequate' : 'undetermined', reasons }
}
