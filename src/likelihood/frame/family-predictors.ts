import type { Model } from '../../data/model.js'
import { jetEvaluator, tileSize } from '../../numerics/jets.js'

/** The predictors of the family at linear predictors of all rows: the same arrays where there is no map. */
export function familyPredictors({ map }: Pick<Model, 'map'>, eta: readonly Float64Array[]): readonly Float64Array[] {
  if (!map) return eta
  const nobs = eta[0].length
  const { predictors, results, run } = jetEvaluator(map.tape, eta.length, map.columns)
  const out = map.outputs.map((output) => ('predictor' in output ? eta[output.predictor] : new Float64Array(nobs)))
  for (let row = 0; row < nobs; row += tileSize) {
    const count = Math.min(tileSize, nobs - row)
    for (let k = 0; k < eta.length; k++) predictors[k].set(eta[k].subarray(row, row + count))
    run(0, count, row, false)
    map.outputs.forEach((output, f) => {
      if ('result' in output) out[f].set(results[output.result].entries[0].subarray(0, count), row)
    })
  }
  return out
}
