import { normalQuantile } from '../../numerics/special.js'
import { orNull } from '../../numerics/or-null.js'
import { powerDiagnosis, sensitive } from '../../draws/answers/power-scaling.js'
import { numberOrEnd, runningInRows } from '../estimates/running-estimates.js'
import type { Axis, SensitivityFacts } from './sensitivity-plan.js'
import type { Measure, Row, StudyOutline, Summary } from '../spec/study-plan.js'

const z95 = normalQuantile(0.975)

/** Largest Pareto k with which a weighted mean may be used (Vehtari et al. 2024). */
const usableK = 0.7
/** An approximation that is off by less than this, in standard errors, is enough. */
const enough = 0.2
/** Moves that are reported, at most. */
const reported = 5

/** One parameter under one setting. */
interface Cell {
  readonly estimate: number
  readonly se: number
  readonly lower: number
  readonly upper: number
  /** Whether the fit has no finite maximum in the parameter. */
  readonly running: boolean
}

/** Sums up a sensitivity study: what each setting moves, by how much, and which conclusions with it. */
export function sensitivitySummary({ facts }: StudyOutline): Summary {
  const { axes, conclusions } = facts as unknown as SensitivityFacts
  const rows: (Row | undefined)[][] = axes.map(({ settings }) => settings.map(() => undefined))
  const measures = (): Measure[] =>
    axes.flatMap((axis, condition) => measuresOf(axis, condition, axes, rows, conclusions))
  return {
    add: (row) => {
      rows[row.condition][row.replicate] = { ...row, values: Float64Array.from(row.values) }
    },
    measures,
    findings: () => findingsOf(measures(), axes, conclusions, rows),
    warnings: () =>
      runningInRows(
        axes.flatMap((axis, condition) =>
          axis.of !== 'fit'
            ? []
            : axis.parameters.flatMap((parameter, j) => {
                const made = rows[condition].filter((row) => row?.ok)
                const runs = made.filter((row) => row && cellOf(axis, row, j).running).length
                return [{ label: `${parameter} (${axis.name})`, runs, of: made.length }]
              }),
        ),
        'they have no shift, and nothing can be concluded of their size there',
        'settings',
      ),
  }
}

const width = ({ of, approximation }: Axis): number => (of === 'posterior' ? 4 : 2) + (approximation === null ? 0 : 1)

function cellOf(axis: Axis, { values }: Row, j: number): Cell {
  const at = j * width(axis)
  if (axis.of === 'fit') {
    const [estimate, se] = [values[at], values[at + 1]]
    const running = se === Number.POSITIVE_INFINITY
    return { estimate, se, lower: estimate - z95 * se, upper: estimate + z95 * se, running }
  }
  return { estimate: values[at], se: values[at + 1], lower: values[at + 2], upper: values[at + 3], running: false }
}

function measuresOf(
  axis: Axis,
  condition: number,
  axes: readonly Axis[],
  rows: readonly (readonly (Row | undefined)[])[],
  conclusions: readonly string[],
): Measure[] {
  const base = rows[axes.findIndex(({ of }) => of === axis.of)]?.[0]
  return axis.settings.flatMap((setting, replicate) => {
    const row = rows[condition][replicate]
    return axis.parameters.map((parameter, j): Measure => {
      const head = { condition, setting, parameter }
      if (axis.of === 'power') {
        const [prior, likelihood] = row?.ok ? [row.values[2 * j], row.values[2 * j + 1]] : [Number.NaN, Number.NaN]
        const paretoK = row?.values[2 * axis.parameters.length] ?? Number.NaN
        return {
          ...head,
          priorSensitivity: orNull(prior),
          likelihoodSensitivity: orNull(likelihood),
          paretoK: orNull(paretoK),
          diagnosis: powerDiagnosis(prior, likelihood),
        }
      }
      const first = axes.find(({ of }) => of === axis.of)!
      const from = base?.ok ? cellOf(first, base, j) : null
      const to = row?.ok ? cellOf(axis, row, j) : null
      // On another scale only a conclusion's z can be compared.
      const comparable = axis.sameScale || isConclusion(parameter, conclusions)
      const shift = from && to && comparable ? shiftOf(axis, from, to) : Number.NaN
      const known = {
        ...head,
        estimate: numberOrEnd(to?.estimate ?? Number.NaN),
        se: orNull(to?.se ?? Number.NaN),
        shift: orNull(shift),
      }
      const conclusion = from && to ? changeOf(parameter, conclusions, from, to) : ''
      if (axis.approximation === null) return { ...known, conclusion }
      const approximate = row?.ok ? row.values[j * width(axis) + width(axis) - 1] : Number.NaN
      const approximateShift = orNull(from ? (approximate - from.estimate) / from.se : Number.NaN)
      if (axis.approximation === 'oneStep') return { ...known, oneStepShift: approximateShift, conclusion }
      const paretoK = row?.ok ? row.values[axis.parameters.length * width(axis)] : Number.NaN
      return { ...known, weightedShift: approximateShift, paretoK: orNull(paretoK), conclusion }
    })
  })
}

/** In standard errors of the base; where the scale of the estimates is another one, of z. */
const shiftOf = ({ sameScale }: Axis, from: Cell, to: Cell): number =>
  sameScale ? (to.estimate - from.estimate) / from.se : to.estimate / to.se - from.estimate / from.se

const isConclusion = (parameter: string, conclusions: readonly string[]): boolean =>
  conclusions.some((name) => name === parameter || `b_${name}` === parameter)

/** What becomes of a conclusion, sign and whether the 95 % limits are on one side of zero; empty for other parameters. */
function changeOf(parameter: string, conclusions: readonly string[], from: Cell, to: Cell): string {
  if (!isConclusion(parameter, conclusions)) return ''
  if (to.running) return from.running ? 'same' : 'no maximum'
  if (from.running) return 'has a maximum'
  if (Math.sign(from.estimate) !== Math.sign(to.estimate)) return 'sign'
  const [before, after] = [from, to].map(({ lower, upper }) => lower > 0 || upper < 0)
  return before === after ? 'same' : after ? 'gains significance' : 'loses significance'
}

const digits = (value: number): string => String(Number(value.toPrecision(2)))

function findingsOf(
  measures: readonly Measure[],
  axes: readonly Axis[],
  conclusions: readonly string[],
  rows: readonly (readonly (Row | undefined)[])[],
): string[] {
  const found: string[] = []
  const varied = measures.filter(({ condition }) => !axes[condition].name.startsWith('base'))
  for (const name of conclusions) {
    const own = varied.filter(
      ({ parameter, conclusion }) => isConclusion(String(parameter), [name]) && conclusion !== undefined,
    )
    const moved = own.filter(({ conclusion }) => conclusion !== 'same' && conclusion !== '')
    const [base] = measures.filter(({ parameter }) => parameter === name)
    if (!base || typeof base.estimate !== 'number' || typeof base.se !== 'number') continue
    const significant = Math.abs(base.estimate / base.se) > z95
    const was = `${name} is ${base.estimate < 0 ? 'negative' : 'positive'}, ${significant ? 'its' : 'but its'} 95 % limits ${significant ? 'without' : 'with'} zero (${digits(base.estimate)}, ${digits(base.se)} SE)`
    if (own.length === 0) continue
    const which = moved
      .slice(0, reported)
      .map(({ setting, conclusion }) => `${setting} (${conclusion === 'sign' ? 'other sign' : conclusion})`)
    const more = moved.length > reported ? `, and ${moved.length - reported} more` : ''
    found.push(
      `${was}: ${moved.length === 0 ? `so it stays in all ${own.length} settings` : `not with ${which.join(', ')}${more}`}`,
    )
  }
  const shifts = varied.filter(({ shift }) => typeof shift === 'number')
  const ranked = [...shifts].sort((a, b) => Math.abs(Number(b.shift)) - Math.abs(Number(a.shift)))
  const unit = (one: Measure): string => (axes[one.condition].sameScale ? 'SE' : 'in z')
  if (ranked.length > 0) {
    const largest = ranked
      .slice(0, reported)
      .map((one) => `${one.parameter} by ${digits(Number(one.shift))} ${unit(one)} (${one.setting})`)
    found.push(`what moves most: ${largest.join('; ')}`)
  }
  axes.forEach((axis, condition) => {
    const own = measures.filter((one) => one.condition === condition)
    if (axis.approximation === 'oneStep') found.push(...approximationFinding(axis, own, 'oneStepShift', 'one-step'))
    if (axis.approximation === 'weighted')
      found.push(...approximationFinding(axis, own, 'weightedShift', 'importance-weighted'))
    if (axis.of === 'power') {
      const diagnosed = own.filter(({ diagnosis }) => diagnosis !== '')
      const each = diagnosed.map(({ parameter, diagnosis }) => `${parameter}: ${diagnosis}`)
      found.push(
        `power-scaling: ${each.length === 0 ? `no parameter's prior sensitivity reaches ${sensitive}` : each.join('; ')}`,
      )
    }
    const failed = rows[condition].filter((row) => row && !row.ok).length
    if (failed > 0) found.push(`${axis.name}: ${failed} of ${axis.settings.length} fits failed and are left out`)
  })
  return found
}

/** Whether the cheap way would have reported the same. */
function approximationFinding(axis: Axis, own: readonly Measure[], key: string, name: string): string[] {
  const errors = own.flatMap((one) => {
    const off = Number(one[key]) - Number(one.shift)
    return one[key] === null || one.shift === null ? [] : [{ off: Math.abs(off), one }]
  })
  if (errors.length === 0) return []
  const worst = errors.reduce((a, b) => (b.off > a.off ? b : a))
  const high = new Set(
    own.filter(({ paretoK }) => typeof paretoK === 'number' && paretoK > usableK).map(({ setting }) => setting),
  )
  const k = high.size > 0 ? `; Pareto k is above ${usableK} for ${[...high].slice(0, reported).join(', ')}` : ''
  const verdict = worst.off <= enough ? 'is enough here' : 'is not enough everywhere'
  const where = `at most ${digits(worst.off)} SE from the exact ones (${worst.one.parameter}, ${worst.one.setting})`
  return [`${axis.name}: the ${name} shifts are ${where}, so that the cheap way ${verdict}${k}`]
}
