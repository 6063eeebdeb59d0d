import type { Response } from '../../data/model.js'
import { effectOf } from '../../likelihood/frame/linear-predictors.js'
import type { LevelNodes, LevelPosterior } from '../../likelihood/vector/level-posterior.js'

/**
 * A direction in which the model may be at fault, as the score of a parameter that is zero under the model: a sum over
 * levels of posterior means. Writes that of a level into `out` from `at`, `size` numbers.
 */
export interface Direction {
  readonly size: number
  readonly write: (nodes: LevelNodes, out: Float64Array, at: number) => void
}

/** What each level adds to the scores, levels x numbers. */
export interface LevelScores {
  readonly levels: number
  /** Of the outer parameters. */
  readonly own: Float64Array
  /** Of the directions, one after the other. */
  readonly along: Float64Array
}

/**
 * The scores of each level at the outer parameters, for a response of the model's rows. Those of the outer parameters
 * are the posterior means of the complete data's (Louis 1982), exact to the nodes of the rule. Null where a mode is not
 * found.
 */
export function levelScores(
  posterior: LevelPosterior,
  parameters: Float64Array,
  response: Response,
  directions: readonly Direction[],
): LevelScores | null {
  const { layout, term } = posterior
  const levels = term.levels.length
  const width = directions.reduce((sum, { size }) => sum + size, 0)
  const own = new Float64Array(levels * layout.dimension)
  const along = new Float64Array(levels * width)
  const ownScores = ownScoresOf(posterior, parameters)
  const done = posterior.visit(parameters, response, (nodes) => {
    ownScores(nodes, own, nodes.level * layout.dimension)
    let at = nodes.level * width
    for (const direction of directions) {
      direction.write(nodes, along, at)
      at += direction.size
    }
  })
  return done ? { levels, own, along } : null
}

function ownScoresOf({ layout, linear, size: q }: LevelPosterior, parameters: Float64Array) {
  const { slots, designs } = linear
  const effect = effectOf(linear)
  const first = layout.terms.map((_, t) => effect[slots.findIndex(({ term }) => term === t)])
  const derivative = layout.terms.map(({ term }) => new Float64Array(term.names.length ** 2))
  return ({ count, share, u, rows, d1 }: LevelNodes, out: Float64Array, at: number): void => {
    for (const { parameter, predictor, x } of designs) {
      const slopes = d1[predictor]
      let sum = 0
      for (let r = 0; r < rows.length; r++) {
        let mean = 0
        for (let k = 0, here = r * count; k < count; k++, here++) mean += share[k] * slopes[here]
        sum += x[rows[r]] * mean
      }
      out[at + parameter] += sum
    }
    layout.terms.forEach(({ term: { names, z }, predictorOf, covariance, start, size }, t) => {
      const p = names.length
      const n = z.length / p
      // moments[m, c] = E[u_c sum_i z_im d1_i]: the score in Lambda[m, c].
      const moments = new Float64Array(p * p)
      for (let m = 0; m < p; m++) {
        const slopes = d1[predictorOf[m]]
        for (let k = 0; k < count; k++) {
          let sum = 0
          for (let r = 0; r < rows.length; r++) sum += z[m * n + rows[r]] * slopes[r * count + k]
          for (let c = 0; c < p; c++) moments[m * p + c] += share[k] * sum * u[k * q + first[t] + c]
        }
      }
      const theta = parameters.subarray(start, start + size)
      for (let j = 0; j < size; j++) {
        covariance.factorDerivative(theta, p, j, derivative[t])
        let sum = 0
        for (let e = 0; e < p * p; e++) sum += derivative[t][e] * moments[e]
        out[at + start + j] = sum
      }
    })
  }
}
