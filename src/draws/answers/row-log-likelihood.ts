import { type Likelihood, likelihood } from '../../likelihood/likelihood.js'
import { rowModel } from '../../likelihood/frame/row-model.js'
import type { DrawnModel } from '../drawn-model.js'
import { drawnCoordinates } from '../drawn-coordinates.js'

/** Log-likelihoods held at a time: 32 MB of them. */
const most = 4e6

/**
 * Calls `visit` with each row's log density under every draw of the parameters and effects, in the order of the rows;
 * `logLik` has one number a draw, chains one after the other, and is overwritten by the next row's.
 */
export function eachRowLogLik(
  { model, draws }: DrawnModel,
  visit: (row: number, logLik: Float64Array) => void,
  like: Likelihood = likelihood(model),
): void {
  const { nobs: n, predictors } = model
  const rows = rowModel(like.stated)
  const read = drawnCoordinates(like.stated, draws)
  const { parameterOf, terms } = like.layout
  const block = Math.max(1, Math.min(n, Math.floor(most / read.count)))
  const held = new Float64Array(block * read.count)
  for (let from = 0; from < n; from += block) {
    const to = Math.min(n, from + block)
    for (let s = 0; s < read.count; s++) {
      const x = read.parameters(s)
      const effects = read.effects(s)
      predictors.forEach(({ fixed, offset }, k) => {
        const eta = rows.eta[k]
        for (let i = from; i < to; i++) eta[i] = offset ? offset[i] : 0
        for (let j = 0; j < fixed.names.length; j++) {
          const beta = x[parameterOf[k][j]]
          for (let i = from; i < to; i++) eta[i] += beta * fixed.x[j * n + i]
        }
      })
      terms.forEach(({ term: { names, index, z }, predictorOf }, t) => {
        const q = names.length
        for (let j = 0; j < q; j++) {
          const eta = rows.eta[predictorOf[j]]
          for (let i = from; i < to; i++) eta[i] += z[j * n + i] * effects[t][index[i] * q + j]
        }
      })
      rows.evaluate(from, to)
      for (let i = from; i < to; i++) held[(i - from) * read.count + s] = rows.logDensity[i]
    }
    for (let i = from; i < to; i++) visit(i, held.subarray((i - from) * read.count, (i - from + 1) * read.count))
  }
}
