import { chainCount, chainsOf, type Draws } from '../draws/draws.js'
import { drawReader } from '../draws/draw-reader.js'
import { powerDiagnosis, powerSlopes, sensitive } from '../draws/answers/power-scaling.js'
import { pooled } from '../draws/diagnostics/sorted-draws.js'
import { atMost } from '../likelihood/frame/integration-rule.js'
import type { Likelihood } from '../likelihood/likelihood.js'
import { outerParameters } from '../likelihood/coordinates/outer-parameters.js'
import { outerPrior } from '../likelihood/posterior.js'
import type { PriorsInForce } from '../likelihood/coordinates/priors-in-force.js'
import type { Comparison, PriorMove } from './check-record.js'

/** Posterior standard deviations between the two from which on the difference is reported. */
const reported = 1
/** Draws at which the likelihood is evaluated. */
const lookedAt = 1000

/**
 * The parameters whose posterior mean is away from their maximum likelihood estimate because of the prior: by a
 * posterior standard deviation or more, in the direction in which the prior draws (their covariance with the log prior,
 * which is the derivative of the mean in the prior's power), and sensitive to that power. A mean that lies elsewhere
 * since its likelihood is skewed, as a standard deviation's of few levels, is not meant.
 */
export function priorMoves(
  like: Likelihood,
  priors: PriorsInForce,
  draws: Draws,
  comparison: readonly Comparison[],
  nodes: number,
): PriorMove[] {
  const chains = chainCount(draws)
  const columns = comparison.map((_, j) => pooled(chainsOf(draws, j)))
  const { read } = outerParameters(like.stated)
  const prior = outerPrior(like, priors)
  const { dimension: d, coordinates } = like
  const x = new Float64Array(d)
  const unused = new Float64Array(d)
  const drawn = drawReader(draws)
  const logPrior = Float64Array.from({ length: draws.ndraws * chains }, (_, s) => {
    const { values, at } = drawn(s)
    read(values, at, x)
    // The density of the standard deviations themselves, not of their logarithms.
    const jacobian = coordinates.terms.reduce(
      (sum, { start, deviations }) => sum + x.subarray(start, start + deviations).reduce((a, b) => a + b, 0),
      0,
    )
    return prior.evaluate(x, unused) - jacobian
  })
  const near = comparison.flatMap(({ best, runsTo, posteriorMean, posteriorSd }, j) => {
    // Where there is no finite estimate the verdict says so, and that the prior alone bounds the posterior.
    if (runsTo !== null) return []
    const moved = posteriorMean - best
    const pull = covariance(columns[j], logPrior)
    return Math.abs(moved) >= reported * posteriorSd && Math.sign(moved) === Math.sign(pull) ? [j] : []
  })
  if (near.length === 0) return []
  const { slopes } = powerSlopes(
    near.map((j) => columns[j]),
    logPrior,
    chains,
  )
  const found = near.flatMap((j, k) => (slopes[k] >= sensitive ? [{ j, slope: slopes[k] }] : []))
  if (found.length === 0) return []
  const each = Math.max(1, Math.floor(lookedAt / chains))
  const step = Math.max(1, Math.floor(draws.ndraws / each))
  const few = Array.from({ length: draws.ndraws * chains }, (_, s) => s).filter((s) => (s % draws.ndraws) % step === 0)
  const { value } = like.marginal(atMost(nodes, like.rules))
  const natural = new Float64Array(d)
  const logLik = Float64Array.from(few, (s) => {
    const { values, at } = drawn(s)
    read(values, at, x)
    coordinates.toParameters(x, natural)
    return value(natural)
  })
  const likelihood = powerSlopes(
    found.map(({ j }) => Float64Array.from(few, (s) => columns[j][s])),
    logLik,
    chains,
  ).slopes
  return found.map(({ j, slope }, k) => {
    const { parameter, best, se, runsTo, posteriorMean, posteriorSd } = comparison[j]
    const distance = Math.abs(posteriorMean - best)
    return {
      parameter,
      estimate: best,
      runsTo,
      posteriorMean,
      inSe: se === null ? Number.NaN : distance / se,
      inSd: distance / posteriorSd,
      prior: slope,
      likelihood: likelihood[k],
      diagnosis: powerDiagnosis(slope, likelihood[k]),
    }
  })
}

function covariance(x: Float64Array, y: Float64Array): number {
  const n = x.length
  const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / n
  const [mx, my] = [mean(x), mean(y)]
  let sum = 0
  for (let i = 0; i < n; i++) sum += (x[i] - mx) * (y[i] - my)
  return sum / n
}

const digits = (value: number, n = 2): string => Number(value.toPrecision(n)).toString()

/** One line for a reader who has both tables before him. */
export function sayPriorMove(move: PriorMove): string {
  const { parameter, estimate, runsTo, posteriorMean, inSe, inSd, prior, diagnosis } = move
  if (runsTo !== null)
    return (
      `the prior holds ${parameter} at ${digits(posteriorMean, 3)}, which by maximum likelihood runs to ${runsTo} ` +
      `(sensitivity to the prior ${digits(prior)}): choose that prior, and report it`
    )
  const standardErrors = Number.isNaN(inSe) ? '' : `${digits(inSe)} standard errors, `
  return (
    `the prior moved ${parameter} from ${digits(estimate, 3)} (maximum likelihood) to ${digits(posteriorMean, 3)}: ` +
    `${standardErrors}${digits(inSd)} posterior standard deviations; power-scaling: ${diagnosis} (sensitivity to the prior ${digits(prior)}); ` +
    'give a wider prior with --prior, or report both'
  )
}
