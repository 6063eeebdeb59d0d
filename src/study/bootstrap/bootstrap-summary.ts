import { quantile } from '../../numerics/quantile.js'
import { orNull } from '../../numerics/or-null.js'
import { bootstrapIntervals, jackknifeAcceleration } from './bootstrap-intervals.js'
import { type BootstrapFacts, conditionOf } from './bootstrap-plan.js'
import { growingColumn } from '../estimates/growing-column.js'
import { hasNoMaximum, numberOrEnd, runningInData, runningInRows } from '../estimates/running-estimates.js'
import { runningMoments } from '../estimates/running-moments.js'
import type { Measure, StudyOutline, Summary } from '../spec/study-plan.js'

/** Sums up a bootstrap. Intervals are quantiles, so that estimates are kept: 8 bytes each. */
export function bootstrapSummary({ facts }: StudyOutline): Summary {
  const { names, estimate: reported, observed, by, running } = facts as unknown as BootstrapFacts
  const estimate = reported.map((one) =>
    one === null ? Number.NaN : one === 'Inf' ? 1 / 0 : one === '-Inf' ? -1 / 0 : Number(one),
  )
  const refits = names.map(() => growingColumn())
  const leftOut: number[][] = names.map(() => [])
  const statistics = growingColumn()
  const failed = [0, 0, 0]
  return {
    add: ({ condition, ok, values }) => {
      if (!ok) {
        failed[condition]++
        return
      }
      if (condition === conditionOf.refits) for (let j = 0; j < names.length; j++) refits[j].push(values[j])
      else if (condition === conditionOf.jackknife) for (let j = 0; j < names.length; j++) leftOut[j].push(values[j])
      else statistics.push(values[0])
    },
    measures: () => [
      ...names.map((name, j) => parameterMeasure(name, estimate[j], refits[j].values(), leftOut[j])),
      ...(observed === null ? [] : [lrtMeasure(observed, statistics.values())]),
    ],
    findings: () => {
      const reported = [
        `${refits[0].values().length} refits by ${by}; the intervals cover 95 %, and BCa is the one to report where its limits exist`,
      ]
      if (failed[conditionOf.jackknife] > 0) {
        reported.push(
          `${failed[conditionOf.jackknife]} of the fits for BCa's acceleration failed and are left out of it`,
        )
      }
      if (observed !== null) {
        const { p, pMcse, zeroShare } = lrtMeasure(observed, statistics.values())
        reported.push(
          `likelihood-ratio test: p = ${digits(p)} (Monte Carlo error ${digits(pMcse)}); ` +
            `${digits(100 * Number(zeroShare))} % of the statistics under the null model are zero`,
        )
      }
      return reported
    },
    warnings: () => [
      ...runningInData(
        running,
        'responses are simulated from, or compared with, a fit in which they are at the end; limits of infinite estimates are infinite or none, and glmm fit --intervals profile gives the finite one',
      ),
      ...runningInRows(
        names.map((label, j) => {
          const values = refits[j].values()
          return { label, runs: values.filter((value) => hasNoMaximum(label, value)).length, of: values.length }
        }),
        'bias and SE are those of the others, and in the limits of intervals these count as infinite',
      ),
    ],
  }
}

const digits = (value: number | string | null | undefined): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(3))) : 'NA'

function parameterMeasure(
  parameter: string,
  estimate: number,
  values: Float64Array,
  leftOut: readonly number[],
): Measure {
  const finite = values.filter(Number.isFinite)
  const known = values.filter((value) => !Number.isNaN(value))
  const moments = runningMoments()
  for (const value of finite) moments.add(value)
  const sd = moments.sd()
  const n = finite.length
  const acceleration = jackknifeAcceleration(leftOut.filter(Number.isFinite))
  const found = bootstrapIntervals(known.sort(), estimate, acceleration)
  return {
    condition: conditionOf.refits,
    parameter,
    estimate: numberOrEnd(estimate),
    bias: orNull(moments.mean() - estimate),
    biasMcse: orNull(sd / Math.sqrt(n)),
    se: orNull(sd),
    seMcse: orNull(sd / Math.sqrt(2 * (n - 1))),
    percentileLower: numberOrEnd(found.percentile[0]),
    percentileUpper: numberOrEnd(found.percentile[1]),
    percentileLowerMcse: orNull(found.percentileMcse[0]),
    percentileUpperMcse: orNull(found.percentileMcse[1]),
    basicLower: numberOrEnd(found.basic[0]),
    basicUpper: numberOrEnd(found.basic[1]),
    bcaLower: numberOrEnd(found.bca[0]),
    bcaUpper: numberOrEnd(found.bca[1]),
    biasCorrection: orNull(found.biasCorrection),
    acceleration: orNull(acceleration),
    n,
    noMaximum: values.filter((value) => hasNoMaximum(parameter, value)).length,
  }
}

/** A statistic this small is zero to the precision of a likelihood. */
const zero = 1e-6

/** p counts the data among the draws from the null model (Davison and Hinkley 1997, section 4.2). */
function lrtMeasure(observed: number, values: Float64Array): Measure {
  const n = values.length
  let above = 0
  let zeros = 0
  for (const value of values) {
    if (value >= observed) above++
    if (value <= zero) zeros++
  }
  const p = (1 + above) / (1 + n)
  const ascending = values.slice().sort()
  return {
    condition: conditionOf.null,
    parameter: 'likelihood ratio',
    statistic: observed,
    p: orNull(p),
    pMcse: orNull(Math.sqrt((p * (1 - p)) / n)),
    zeroShare: orNull(zeros / n),
    zeroShareMcse: orNull(Math.sqrt((zeros / n) * (1 - zeros / n)) / Math.sqrt(n)),
    q50: orNull(quantile(ascending, 0.5)),
    q90: orNull(quantile(ascending, 0.9)),
    q95: orNull(quantile(ascending, 0.95)),
    q99: orNull(quantile(ascending, 0.99)),
    n,
  }
}
