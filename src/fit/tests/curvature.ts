import { meanOf } from '../../data/roles.js'
import type { JointMode } from '../../likelihood/sparse/joint-mode.js'
import { chiSquareUpper } from '../../numerics/special.js'
import { columnSource } from './column-source.js'
import type { Look, Tested } from './look.js'
import { type Plan, seenFrom, short, untested } from './planned-test.js'

/** Of a column's variation this share has to be left by the model's columns and effects. */
const left = 1e-7

/**
 * Score tests of the square of each numeric column of the mean that is no part of a curve, and of the square of the fixed part itself: U^2 / V with
 * U = c'l' and V = c'Wc - c'WA H^-1 A'Wc at the joint mode, chi-square with one degree of freedom at fixed theta.
 */
export function curvature(tested: Tested, data: Look): Plan[] {
  const {
    stated: { model },
    modes,
  } = tested
  const { nobs: n } = model
  const { fixed, offset } = meanOf(model)
  const { names, x } = fixed
  const intercept = names.includes('(Intercept)')
  const plans: Plan[] = []
  names.forEach((name, j) => {
    const column = x.subarray(j * n, (j + 1) * n)
    // A product of columns is not a covariate of its own, nor is one of those that a curve is made of.
    if (name.includes(':') || columnSource(name, model).curve || !isNumeric(column)) return
    const square = squared(column, intercept)
    const plan = planned(`curvature ${name}`, data, () => square)
    if (!plan) return
    plans.push({
      ...plan.test,
      tell: (questionable) => ({
        statistic: plan.found.statistic,
        effect: questionable
          ? `the response bends with ${name} by ${short(plan.found.bend)} (link scale) between its middle and its ends`
          : null,
        says: `score test of the square of ${name}: chi-square ${short(plan.found.statistic, 3)} on 1 df`,
        ...(!questionable && {
          unseen: `a bend with ${name} of less than ${short(plan.found.least)} on the link's scale`,
        }),
        remedy: questionable ? `try poly(${name}, 2) in place of ${name}` : null,
      }),
    })
  })
  const numeric = plans.length
  const columns = names.filter((name) => name !== '(Intercept)').length
  const varies = (look: Look): Float64Array => squared(modes.fixedPart(look.mode.u), true)
  if (columns === 0) return [untested('fitted', 'the fixed part is the same in every row')]
  // Of one numeric column alone the fixed part is a line, its square that of the column.
  if (columns === 1 && numeric === 1 && intercept && !offset) return plans
  const plan = planned('fitted', data, varies)
  if (!plan) return [...plans, untested('fitted', 'the columns of the model tell all its fitted values apart')]
  plans.push({
    ...plan.test,
    tell: (questionable) => ({
      statistic: plan.found.statistic,
      effect: questionable ? 'the residuals bend with the fitted values' : null,
      says: `score test of the square of the fixed part (link test): chi-square ${short(plan.found.statistic, 3)} on 1 df`,
      remedy: questionable
        ? `try another link${numeric > 0 ? ', interactions or curves of the covariates' : ' or interactions'}`
        : null,
    }),
  })
  return plans

  function planned(key: string, look: Look, column: (look: Look) => Float64Array) {
    const found = score(look.mode, column(look))
    if (!found) return null
    const test = {
      key,
      tail: 'upper' as const,
      statistic: (one: Look): number => score(one.mode, column(one))?.statistic ?? Number.NaN,
      screen: () => chiSquareUpper(found.statistic, 1),
      slack: 1,
    }
    return { test, found }
  }

  /** The score statistic of a column, one Newton step's coefficient over half its range, and the least that is seen. */
  function score({ rows }: JointMode, c: Float64Array): { statistic: number; bend: number; least: number } | null {
    const weighted = new Float64Array(n)
    let [slope, whole] = [0, 0]
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let i = 0; i < n; i++) {
      weighted[i] = -rows.d2[0][i] * c[i]
      slope += c[i] * rows.d1[0][i]
      whole += weighted[i] * c[i]
      low = Math.min(low, c[i])
      high = Math.max(high, c[i])
    }
    const variance = whole - modes.explained(weighted)
    if (!(variance > left * whole && whole > 0)) return null
    const range = high - low
    return {
      statistic: slope ** 2 / variance,
      bend: (slope / variance) * range,
      least: (seenFrom / Math.sqrt(variance)) * range,
    }
  }
}

/** More than two values. */
function isNumeric(column: Float64Array): boolean {
  const [first] = column
  const second = column.find((value) => value !== first)
  return second !== undefined && column.some((value) => value !== first && value !== second)
}

/** Squares, about the mean where the model has an intercept, so that digits are kept. */
function squared(column: Float64Array, centred: boolean): Float64Array {
  const mean = centred ? column.reduce((sum, value) => sum + value, 0) / column.length : 0
  return column.map((value) => (value - mean) ** 2)
}
