import { type Performance, type PerformanceMeasures, performanceOf } from './performance.js'
import type { SimulationFacts } from './simulation-plan.js'
import type { Measure, StudyOutline, Summary } from './study-plan.js'

/** Sums up a simulation: performance of each method's estimates of each parameter under each condition. */
export function simulationSummary({ conditions, facts }: StudyOutline): Summary {
  const { methods, truth, measures: wanted } = facts as unknown as SimulationFacts
  const cells: readonly (readonly (readonly Performance[])[])[] = conditions.map((_, c) =>
    methods.map(({ parameters, tests }, m) =>
      parameters.map((__, j) => performanceOf(truth[c][m][j] ?? Number.NaN, tests[j])),
    ),
  )
  const measures = (): Measure[] =>
    conditions.flatMap((_, condition) =>
      methods.flatMap(({ name, parameters }, m) =>
        parameters.map((parameter, j): Measure => {
          const found = cells[condition][m][j].measures()
          return { condition, method: name, parameter, truth: truth[condition][m][j], ...chosen(found, wanted) }
        }),
      ),
    )
  return {
    add: ({ condition, values }) => {
      let at = 0
      methods.forEach(({ parameters }, m) => {
        const converged = values[at++] === 1
        parameters.forEach((_, j) => {
          const cell = cells[condition][m][j]
          if (converged) cell.add(values[at], values[at + 1], values[at + 2], values[at + 3])
          else cell.fail()
          at += 4
        })
      })
    },
    measures,
    findings: () => findingsOf(measures(), conditions.length > 1),
  }
}

function chosen(found: PerformanceMeasures, wanted: readonly string[]): Record<string, number | null> {
  const kept = Object.entries(found).filter(([key]) => {
    const name = key.replace(/Mcse$/, '')
    return wanted.includes(name) || name === 'n' || name === 'nIntervals'
  })
  return Object.fromEntries(kept.map(([key, value]) => [key, Number.isFinite(value) ? value : null]))
}

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
  const told = off.slice(0, 8).map(({ condition, method, parameter, coverage }) => {
    const percent = (100 * Number(coverage)).toFixed(1)
    return `${method}, ${parameter}${several ? `, condition ${condition}` : ''}: ${percent} %`
  })
  const more = off.length > told.length ? `, and ${off.length - told.length} more` : ''
  return [
    `${off.length} of ${judged} coverages differ from 95 % by more than ${clearly} Monte Carlo errors: ${told.join('; ')}${more}`,
  ]
}
