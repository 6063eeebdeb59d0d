import { levelFinder } from '../../data/level-names.js'
import type { NewDesign } from '../../data/new-design.js'
import { GlmmError } from '../../errors.js'
import type { FitSource } from './predict-source.js'

/** A random term of a fit as it meets the rows of new data. */
export interface NewTermOfFit {
  readonly group: string
  /** Predictor, z, and the position among the fit's levels of the row's level, -1 for a new one. */
  readonly at: (row: number) => { readonly predictor: number; readonly z: Float64Array; readonly level: number }
  /** z' b at the mode of a level. */
  readonly effect: (z: Float64Array, level: number) => number
  /** z' Sigma z. */
  readonly variance: (z: Float64Array) => number
  /** Conditional standard deviations, levels x q. */
  readonly modeSd: Float64Array
}

/** The random terms of a design, with the estimates and modes that the fit has of them. */
export function fittedTerms(fit: FitSource, design: NewDesign): NewTermOfFit[] {
  const terms = design.predictors.flatMap(({ random }, predictor) => random.map((term) => ({ term, predictor })))
  let mode = 0
  return terms.map(({ term: { group, names, x, levels }, predictor }, t) => {
    const reported = fit.random[t]
    const q = names.length
    if (reported?.group !== group || reported.names.join() !== names.join()) throw apart(group)
    const places = new Map<string, number>()
    const modes: number[] = []
    const sds: number[] = []
    // Modes stand term after term, level after level, column after column; a new first column is a new level.
    while (mode < fit.modes.length && fit.modes[mode].group === group && !places.has(fit.modes[mode].level)) {
      places.set(fit.modes[mode].level, places.size)
      for (let j = 0; j < q; j++, mode++) {
        if (fit.modes[mode]?.name !== names[j]) throw apart(group)
        modes.push(fit.modes[mode].mode)
        sds.push(fit.modes[mode].sd)
      }
    }
    const place = levelFinder([...places.keys()])
    const sigma = (i: number, j: number): number =>
      i === j
        ? reported.sd[i] ** 2
        : reported.sd[i] === 0 || reported.sd[j] === 0
          ? 0
          : reported.sd[i] * reported.sd[j] * reported.correlation[i][j]
    return {
      group,
      at: (row) => ({
        predictor,
        z: Float64Array.from(names, (_, j) => x[j * design.nrow + row]),
        level: levels ? place(levels[row]) : -1,
      }),
      effect: (z, level) => z.reduce((sum, one, j) => sum + one * modes[level * q + j], 0),
      variance: (z) => {
        let sum = 0
        for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) sum += z[i] * z[j] * sigma(i, j)
        return sum
      },
      modeSd: Float64Array.from(sds),
    }
  })
}

const apart = (group: string): GlmmError =>
  new GlmmError(
    'FILE',
    `expected the effects of ${group} as the formula has them, got others`,
    'the parts of the fit do not belong together; fit again',
  )
