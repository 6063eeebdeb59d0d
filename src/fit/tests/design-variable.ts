import type { Model } from '../../data/model.js'

/** What polynomials, splines and polynomial contrasts add to the name of their variable. */
const ofMatrix = /^((?:poly|ns|bs)\(.*\))\d+$/
const ofContrasts = /^(?:\d+|\.[LQC]|\^\d+)$/

/**
 * The variable that a column of the design was made of, as it stands in a formula: `period` of `period2`, `poly(x, 2)` of
 * `poly(x, 2)1`, `trt` of `trt1` under sum contrasts.
 */
export function designVariable(name: string, { basis }: Pick<Model, 'basis'>): string {
  const factor = Object.entries(basis?.levels ?? {}).find(([variable, levels]) => {
    if (!name.startsWith(variable)) return false
    const rest = name.slice(variable.length)
    return levels.includes(rest) || (basis?.contrasts?.[variable] !== undefined && ofContrasts.test(rest))
  })
  return factor ? factor[0] : name.replace(ofMatrix, '$1')
}
