import { type Performance, type PerformanceMeasures, performanceOf } from './performance.js'
import { hasNoMaximum, runningInData, runningInRows } from '../estimates/running-estimates.js'
import type { SimulationFacts } from './simulation-plan.js'
import type { Measure, StudyOutline, Summary } from '../spec/study-plan.js'

/** Sums up a simulation: performance of each method's estimates of each parameter under each condition. */
export function simulationSummary({ conditions, facts }: StudyOutline): Summary {
  const { methods, truth, measures: wanted, running } = facts as unknown as SimulationFacts
  const performances = (): readonly (readonly (readonly Performance[])[])[] =>
    conditions.map((_, c) =>
      methods.map(({ parameters, tests }, m) =>
        parameters.map((__, j) => performanceOf(truth[c][m][j] ?? Number.NaN, tests[j])),
      ),
    )
  const cells = performances()
  // Of posteriors the mean is the estimate, and the median a second one.
  const medians = methods.some(({ parts }) => parts.includes(medianPart)) ? performances() : null
  const measures = (): Measure[] =>
    conditions.flatMap((_, condition) =>
      methods.flatMap(({ name, parameters }, m) =>
        parameters.map((parameter, j): Measure => {
          const found = chosen(cells[condition][m][j].measures(), wanted)
          const median = medians ? medianMeasures(medians[condition][m][j].measures(), wanted) : {}
          return { condition, method: name, parameter, truth: truth[condition][m][j], ...found, ...median }
        }),
      ),
    )
  return {
    add: ({ condition, values }) => {
      let at = 0
      methods.forEach(({ parameters, diagnostics, parts }, m) => {
        const converged = values[at] === 1
        at += diagnostics.length
        const median = parts.indexOf(medianPart)
        parameters.forEach((parameter, j) => {
          const cell = cells[condition][m][j]
          const [estimate, se, lower, upper] = [values[at], values[at + 1], values[at + 2], values[at + 3]]
          if (converged && hasNoMaximum(parameter, estimate)) cell.addRunning(lower, upper)
          else if (converged) cell.add(estimate, se, lower, upper)
          else cell.fail()
          if (converged && median >= 0) {
            medians?.[condition][m][j].add(values[at + median], Number.NaN, Number.NaN, Number.NaN)
          }
          at += parts.length
        })
      })
    },
    measures,
    findings: () => findingsOf(measures(), conditions.length > 1),
    warnings: () => [
      ...runningInData(running, 'there are no true values of them to compare with; write the truth down instead'),
      ...runningInRows(
        measures().map(({ condition, method, parameter, n, noMaximum }) => ({
          label: `${method}, ${parameter}${conditions.length > 1 ? `, condition ${condition}` : ''}`,
          runs: Number(noMaximum),
          of: Number(n) + Number(noMaximum),
        })),
        'bias, errors and SE are those of the other replicates, coverage that of the intervals there are',
      ),
    ],
  }
}

const medianPart = '.median'

/** Bias and error of posterior medians, where those of the estimates are wanted; null for a method that is no posterior. */
function medianMeasures(
  { bias, biasMcse, rmse, rmseMcse }: PerformanceMeasures,
  wanted: readonly string[],
): Record<string, number | null> {
  const of = { medianBias: bias, medianBiasMcse: biasMcse, medianRmse: rmse, medianRmseMcse: rmseMcse }
  const names = wanted.flatMap((name) => (name === 'bias' ? ['medianBias'] : name === 'rmse' ? ['medianRmse'] : []))
  return finite(Object.entries(of).filter(([key]) => names.includes(key.replace(/Mcse$/, ''))))
}

function chosen(found: PerformanceMeasures, wanted: readonly string[]): Record<string, number | null> {
  const kept = Object.entries(found).filter(([key]) => {
    const name = key.replace(/Mcse$/, '')
    return wanted.includes(name) || name === 'n' || name === 'nIntervals' || name === 'noMaximum'
  })
  return finite(kept)
}

const finite = (entries: readonly (readonly [string, number])[]): Record<string, number | null> =>
  Object.fromEntries(entries.map(([key, value]) => [key, Number.isFinite(value) ? value : null]))

/** So many Monte Carlo errors from 95 % are not chance. */
const clearly = 3

function findingsOf(measures: readonly Measure[], several: boolean): string[] {
  const off = measures.filter(({ coverage, coverageMcse, n }) => {
    if (typeof coverage !== 'number' || typeof coverageMcse !== 'number') return false
    // At a coverage of 0 or 1 the estimated error is zero; that of 95 % stands in.
    const error = coverageMcse || Math.sqrt((0.95 * 0.05) / Number(n))
    return Math.abs(coverage - 0.95) > clearly * error
  })
  const judged = measures.filter(({ coverage }) => typeof coverage === 'number').length
  if (judged === 0) return []
  if (off.length === 0) return [`no coverage differs from 95 % by more than ${clearly} Monte Carlo errors`]
  const reported = off.slice(0, 8).map(({ condition, method, parameter, coverage }) => {
    const percent = (100 * Number(coverage)).toFixed(1)
    return `${method}, ${parameter}${several ? `, condition ${condition}` : ''}: ${percent} %`
  })
  const more = off.length > reported.length ? `, and ${off.length - reported.length} more` : ''
  return [
    `${off.length} of ${judged} coverages differ from 95 % by more than ${clearly} Monte Carlo errors: ${reported.join('; ')}${more}`,
  ]
}
