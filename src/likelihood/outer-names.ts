import { ofLocation } from './frame/parameter-layout.js'
import type { Stated } from './frame/stated.js'
import { outerParameters } from './coordinates/outer-parameters.js'

/** The model's own names where it has them: a coefficient's as in the formula, sd(group), sd(group, column). */
export function outerNames(stated: Stated): string[] {
  const { layout, coordinates } = stated
  const reported = outerParameters(stated).names
  const { location } = layout
  const names = reported.map((name, j) => location?.stated.fixed.names[j - location.fixed.from] ?? name)
  for (const { laid, q, start, deviationOf, correlationStart, deviations } of coordinates.terms) {
    const { group, names: columns } = laid.term
    const alone = q === 1 && columns[0] === '(Intercept)' && ofLocation(layout, laid)
    for (let k = 0; k < deviations; k++) {
      names[start + k] = alone ? `sd(${group})` : `sd(${group}, ${columns[deviationOf.indexOf(k)]})`
    }
    laid.covariance.chart.pairs(q).forEach(([i, j], index) => {
      names[correlationStart + index] = `cor(${group}, ${columns[j]}, ${columns[i]})`
    })
  }
  return names
}
