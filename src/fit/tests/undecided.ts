import { meanOf } from '../../data/roles.js'
import { familyOf } from '../../families/registry.js'
import { rowDensity } from '../../likelihood/frame/row-kernel.js'
import { densitySize } from '../../families/row-density.js'
import { isDiscrete } from '../../families/tail-of.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import type { FitRecord } from '../record/fit-record.js'
import { glmOf } from '../start/glm.js'
import { meanCone } from '../runaway/mean-cone.js'
import type { Runaway } from '../results/runaway.js'
import type { ReportedFit } from '../record/running-names.js'
import { list } from '../runaway/separation-warning.js'

/** Log probability from which on a response is certain, and no information: of 1e6 such rows one is expected to differ. */
const certain = -1e-6
/** A row's component in a direction below this is rounding. */
const noPart = 1e-9

/**
 * The rows with information on the fit of a model some of whose parameters have no finite maximum: all but those with a mean
 * that coefficients without a finite maximum move, or that is not identified, and those whose response is certain.
 */
export function speakingRows(stated: Stated, x: Float64Array): (row: number) => boolean {
  const { model, family, layout } = stated
  const { nobs: n, response, predictors } = model
  const { names, x: design } = meanOf(model).fixed
  const cone = meanCone(stated, () => glmOf(stated))?.cone
  const p = names.length
  const touched = (i: number): boolean =>
    cone?.held.some((_, h) => {
      let [sum, size] = [0, 0]
      for (let j = 0; j < p; j++) {
        const part = design[j * n + i] * cone.basis[h * p + j]
        sum += part
        size += Math.abs(part)
      }
      return Math.abs(sum) > noPart * size
    }) ?? false
  if (!isDiscrete(family)) return (i) => !touched(i)
  const density = rowDensity(model, family, { ...response, frequency: undefined })
  const out = new Float64Array(densitySize(predictors.length))
  const eta = new Float64Array(predictors.length)
  return (i) => {
    if (touched(i)) return false
    predictors.forEach(({ fixed, offset }, k) => {
      eta[k] = offset ? offset[i] : 0
      for (let j = 0; j < fixed.names.length; j++) eta[k] += fixed.x[j * n + i] * x[layout.parameterOf[k][j]]
    })
    density.at(i, eta, out)
    return !(out[0] > certain)
  }
}

/** Why a fit's model can not be called free of fault, whatever its tests say: parameters that the data leave open. */
export function undecidedOf({ family, fixed, further, random }: ReportedFit & Pick<FitRecord, 'family'>): string[] {
  const { further: own } = familyOf(family)
  const runs: Pick<Runaway, 'name' | 'to'>[] = []
  const lost: string[] = []
  const look = (reported: FitRecord['fixed'], of: string): void => {
    for (const { name, se, runsTo } of reported) {
      if (runsTo !== null) runs.push({ name: name + of, to: runsTo })
      else if (se === null) lost.push(name + of)
    }
  }
  look(fixed, '')
  for (const { predictor, fixed: reported } of further) {
    const { limit, vanishes } = own.find(({ name }) => name === predictor) ?? {}
    // A family that has become a simpler one is a model with nothing open.
    const simpler = limit ? (limit.at > 0 ? 'Inf' : '-Inf') : vanishes ? '-Inf' : null
    if (reported.length === 1 && simpler !== null && reported[0].runsTo === simpler) continue
    look(reported, ` of ${predictor}`)
  }
  for (const { group, names, runsTo } of random)
    runsTo.forEach((to, i) => {
      if (to !== null) runs.push({ name: `the standard deviation of ${names[i]} by ${group}`, to })
    })
  return [...undecidedRuns(runs), ...(lost.length > 0 ? [`not identified: ${list(lost)}`] : [])]
}

/** The same of what is known to run; a predictor's name goes with all but the mean's. */
export function undecidedRuns(runs: readonly (Pick<Runaway, 'name' | 'to'> & Partial<Runaway>)[]): string[] {
  if (runs.length === 0) return []
  const reported = runs.map(({ name, predictor = 'mean', to }) => {
    const whole = predictor === 'mean' || name.startsWith('sd(') ? name : `${name} of ${predictor}`
    return `${whole} (${to ?? 'left open'})`
  })
  return [`without a finite maximum: ${reported.join(', ')}`]
}
