import type { Response } from '../../data/model.js'
import { GlmmError } from '../../errors.js'
import type { LevelPosterior } from '../../likelihood/vector/level-posterior.js'
import type { Stated } from '../../likelihood/frame/stated.js'
import { simulateResponse } from '../../likelihood/frame/simulate.js'
import { stratifiedEffects } from '../../likelihood/frame/stratified-effects.js'
import { type Rng, stream } from '../../random/stream.js'
import { type Direction, type LevelScores, levelScores } from './level-scores.js'
import { projection } from './projection.js'

/** Scores of the directions with what the estimates take up taken out, and their distribution under the model. */
export interface ScoreDraws {
  /** Sum over the levels, for the data. */
  readonly observed: Float64Array
  /** Its variance under the model, width x width: the information about the directions that the estimates leave. */
  readonly variance: Float64Array
  /** The variances that they would have with all parameters known. */
  readonly known: Float64Array
  /** The same sums under the model, draws x width. */
  readonly draws: Float64Array
  readonly count: number
  readonly levels: number
}

export interface ScoreOptions {
  readonly seed: number
  /** About so many simulated levels the distribution is made of. */
  readonly simulated?: number
  /** Draws from a normal distribution with the simulated levels' variance in place of recombined sums: for a first look. */
  readonly normal?: boolean
}

/** Sets of the data simulated at least: recombined, and for a variance alone. */
const leastSets = { recombined: 10, normal: 4 } as const
const normalDraws = 399
const mostDraws = 1999
/** Levels times draws. */
const mostSums = 4e6

/**
 * Score tests of a fitted model with random effects of one factor, from simulated levels. The efficient score of a
 * direction is its score less its regression on the scores of the parameters, so that the estimates' own error, and
 * Laplace's, drop out to first order (Neyman's C(alpha)). Responses are simulated at the estimates, with new random
 * effects; each level's scores are computed again, nothing is fitted. As levels are independent, one set's level
 * 1 goes as well with another set's level 2: the distribution of the sum comes from few sets and many recombinations.
 *
 * A text where it cannot be done: why.
 */
export function scoreDraws(
  stated: Stated,
  posterior: LevelPosterior,
  parameters: Float64Array,
  directions: readonly Direction[],
  { seed, simulated = 3000, normal = false }: ScoreOptions,
): ScoreDraws | string {
  const { response: own } = stated.model
  if (own.frequency) return 'rows that stand for several observations cannot be simulated'
  const { dimension: d } = posterior.layout
  const width = directions.reduce((sum, { size }) => sum + size, 0)
  const data = levelScores(posterior, parameters, own, directions)
  if (!data) return 'the conditional modes could not be found'
  const { levels } = data
  const sets = Math.max(leastSets[normal ? 'normal' : 'recombined'], Math.min(100, Math.ceil(simulated / levels)))
  const made: LevelScores[] = []
  const effects = stratifiedEffects(posterior.layout, parameters, sets, stream({ seed, purpose: 'effects' }))
  for (let replicate = 0; replicate < sets; replicate++) {
    const rng = stream({ seed, replicate, purpose: 'response' })
    const response = simulatedResponse(stated, parameters, rng, effects[replicate])
    const one = response && levelScores(posterior, parameters, response, directions)
    if (!one) return 'responses could not be simulated from the fitted model, or have no conditional modes'
    made.push(one)
  }
  const project = projection(made, d, width)
  const efficient = made.map((one) => project(one))
  const variance = new Float64Array(width * width)
  const known = new Float64Array(width)
  efficient.forEach((rows, r) => {
    for (let g = 0; g < levels; g++)
      for (let a = 0; a < width; a++) {
        known[a] += made[r].along[g * width + a] ** 2 / sets
        for (let b = 0; b < width; b++) variance[a * width + b] += (rows[g * width + a] * rows[g * width + b]) / sets
      }
  })
  const observed = new Float64Array(width)
  const ofData = project(data)
  for (let g = 0; g < levels; g++) for (let a = 0; a < width; a++) observed[a] += ofData[g * width + a]
  if (normal) {
    const draws = normalSums(variance, width, seed)
    return { observed, variance, known, draws, count: normalDraws, levels }
  }
  centre(efficient)
  const count = Math.max(199, Math.min(mostDraws, Math.floor(mostSums / levels)))
  const draws = new Float64Array(count * width)
  const { uniform } = stream({ seed, purpose: 'resample' })
  for (let s = 0; s < count; s++)
    for (let g = 0; g < levels; g++) {
      const rows = efficient[Math.floor(uniform() * sets)]
      for (let a = 0; a < width; a++) draws[s * width + a] += rows[g * width + a]
    }
  return { observed, variance, known, draws, count, levels }
}

/** Draws from N(0, variance), draws x width; directions that depend linearly on others are computed from these. */
function normalSums(variance: Float64Array, width: number, seed: number): Float64Array {
  const factor = new Float64Array(width * width)
  for (let i = 0; i < width; i++)
    for (let j = 0; j <= i; j++) {
      let rest = variance[i * width + j]
      for (let k = 0; k < j; k++) rest -= factor[i * width + k] * factor[j * width + k]
      const pivot = factor[j * (width + 1)]
      if (i === j) factor[i * width + j] = rest > 1e-12 * variance[i * (width + 1)] ? Math.sqrt(rest) : 0
      else factor[i * width + j] = pivot > 0 ? rest / pivot : 0
    }
  const { normal } = stream({ seed, purpose: 'resample' })
  const draws = new Float64Array(normalDraws * width)
  const z = new Float64Array(width)
  for (let s = 0; s < normalDraws; s++) {
    for (let i = 0; i < width; i++) {
      z[i] = normal()
      for (let j = 0; j <= i; j++) draws[s * width + i] += factor[i * width + j] * z[j]
    }
  }
  return draws
}

/** A response with these effects; null where the family has none or a mean is outside its support. */
function simulatedResponse(
  stated: Stated,
  parameters: Float64Array,
  rng: Rng,
  effects: readonly Float64Array[],
): Response | null {
  try {
    return simulateResponse(stated, parameters, rng, { effects })
  } catch (error) {
    if (error instanceof GlmmError) return null
    throw error
  }
}

/**
 * Takes from each level's scores their mean over the sets, which is known to be zero, and restores their variance: else
 * the sums of few sets would lie off zero by their standard deviation over the root of the number of sets.
 */
function centre(sets: readonly Float64Array[]): void {
  const R = sets.length
  const restored = Math.sqrt(R / (R - 1))
  for (let at = 0; at < sets[0].length; at++) {
    let mean = 0
    for (const rows of sets) mean += rows[at] / R
    for (const rows of sets) rows[at] = (rows[at] - mean) * restored
  }
}
