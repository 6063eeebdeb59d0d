import type { Model } from '../../data/model.js'
import { GlmmError } from '../../errors.js'
import { nearestName } from '../../nearest-name.js'
import { state } from '../../likelihood/frame/stated.js'
import { plainName } from '../../likelihood/coordinates/drawn-parameters.js'
import { quantile } from '../../numerics/quantile.js'
import { drawsBlocks } from '../draw-reader.js'
import { type DrawnModel, drawnModel, type Sampled } from '../drawn-model.js'
import { chainCount } from '../draws.js'
import { probabilityOf } from './hypothesis.js'

/** Ranks of the levels of a factor by one of their effects; rank 1 is the highest effect. */
export interface RanksRecord {
  /** The grouping factor. */
  readonly group: string
  /** The effect, 'Intercept' or a column of the random term. */
  readonly name: string
  /** The predictor that the effect is in: 'mean', 'dispersion', 'zi'. */
  readonly predictor: string
  /** In the order of the levels. */
  readonly levels: readonly LevelRank[]
  /** Probability that the level of the row has a higher effect than that of the column, 0.5 on the diagonal; null unless asked for. */
  readonly pairwise: readonly (readonly number[])[] | null
}

export interface LevelRank {
  readonly level: string
  /** Posterior mean of the rank, and its 2.5 %, 50 % and 97.5 % quantiles. */
  readonly mean: number
  readonly q2_5: number
  readonly q50: number
  readonly q97_5: number
  readonly highest: RankProbability
  readonly lowest: RankProbability
}

export interface RankProbability {
  readonly probability: number
  /** Monte Carlo standard error; null where the draws are all of one kind. */
  readonly mcse: number | null
}

/** Whether levels are compared in pairs. */
export interface RanksOptions {
  /** True for the matrix of pairwise probabilities. */
  readonly pairwise?: boolean | undefined
}

/** Levels that a pairwise matrix may have: a million numbers. */
const mostPairs = 1000

/**
 * Posterior ranks of the levels of `group`, an entry for each effect that its levels have.
 *
 * @param posterior - With draws: of `sample` or `check`.
 * @param group - A grouping factor of the model.
 * @param options - Whether to compare each pair of levels as well.
 * @returns Of each effect the mean rank of each level, 1 for the highest, its quantiles, and the probabilities of being first and last.
 * @throws GlmmError USAGE where the model has no such factor, or too many levels to compare in pairs.
 * @example
 * import { ranks, sample, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 6, 5, 9, 11, 8, 2, 3, 4], g: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c'] })
 * const posterior = await sample('y ~ 1 + (1 | g)', table, { family: 'poisson', chains: 2, draws: 200 })
 * const [{ levels }] = ranks(posterior, 'g')
 * console.log(levels.reduce((sum, { mean }) => sum + mean, 0).toFixed(6)) // 6.000000
 */
export function ranks(posterior: Sampled, group: string, { pairwise = false }: RanksOptions = {}): RanksRecord[] {
  const sample = drawnModel(posterior)
  const terms = rankedTerms(sample.model, group, pairwise)
  return terms.flatMap(({ names, levels, first, predictor }) =>
    names.map((name, j) => ({
      group,
      name: plainName(name),
      predictor,
      ...ranksOf(sample, levels, first + j, names.length, pairwise),
    })),
  )
}

interface RankedTerm {
  readonly names: readonly string[]
  readonly levels: readonly string[]
  /** Place of its first effect among the drawn quantities. */
  readonly first: number
  readonly predictor: string
}

/** The random terms of a group; worth asking for before hours of sampling. */
export function rankedTerms(model: Model, group: string, pairwise = false): RankedTerm[] {
  const { terms, outer } = state(model).coordinates
  const own = terms.flatMap(({ laid: { term, predictor }, effects }) =>
    term.group === group
      ? [
          {
            names: term.names,
            levels: term.levels,
            first: outer + effects,
            predictor: model.predictors[predictor].name,
          },
        ]
      : [],
  )
  if (own.length === 0) {
    const groups = [...new Set(terms.map(({ laid }) => laid.term.group))]
    const near = nearestName(group, groups)
    const known = groups.length === 0 ? 'the model has no random effects' : `a grouping factor (${groups.join(', ')})`
    const hint = near === null ? 'ranks are those of the levels of a random term' : `did you mean ${near}?`
    throw new GlmmError('USAGE', `expected the levels of a factor to rank: ${known}, got '${group}'`, hint)
  }
  if (pairwise && own[0].levels.length > mostPairs) {
    const message = `expected at most ${mostPairs} levels to compare in pairs, got ${own[0].levels.length} of ${group}`
    throw new GlmmError('USAGE', message, 'compare two of them with --hypothesis')
  }
  return own
}

/** Ranks of the quantities first, first + step, ... of every draw. */
function ranksOf(
  { draws }: DrawnModel,
  levels: readonly string[],
  first: number,
  step: number,
  pairwise: boolean,
): Pick<RanksRecord, 'levels' | 'pairwise'> {
  const G = levels.length
  const { names, ndraws } = draws
  const chains = chainCount(draws)
  const S = ndraws * chains
  const rank = levels.map(() => new Float32Array(S))
  const best = new Float32Array(S)
  const worst = new Float32Array(S)
  const above = new Float64Array(pairwise ? G * G : 0)
  const b = new Float64Array(G)
  const order = Uint32Array.from(levels, (_, g) => g)
  for (const { chain, first: from, size, values } of drawsBlocks(draws)) {
    for (let d = 0, s = chain * ndraws + from; d < size; d++, s++) {
      for (let g = 0; g < G; g++) b[g] = values[d * names.length + first + g * step]
      order.sort((g, h) => b[h] - b[g])
      for (let from = 0; from < G; ) {
        let to = from + 1
        while (to < G && b[order[to]] === b[order[from]]) to++
        // Equal effects share the average of their ranks.
        for (let k = from; k < to; k++) rank[order[k]][s] = (from + to + 1) / 2
        from = to
      }
      best[s] = rank[order[0]][s]
      worst[s] = rank[order[G - 1]][s]
      if (pairwise) addPairs(b, above)
    }
  }
  return {
    levels: levels.map((level, g) => {
      const sorted = Float64Array.from(rank[g]).sort()
      const reported = (end: Float32Array): RankProbability => {
        const indicator = Array.from({ length: chains }, (_, c) =>
          Float64Array.from({ length: ndraws }, (_, d) => (rank[g][c * ndraws + d] === end[c * ndraws + d] ? 1 : 0)),
        )
        const { probability, mcse } = probabilityOf(indicator)
        return { probability, mcse }
      }
      return {
        level,
        mean: sorted.reduce((sum, value) => sum + value, 0) / S,
        q2_5: quantile(sorted, 0.025),
        q50: quantile(sorted, 0.5),
        q97_5: quantile(sorted, 0.975),
        highest: reported(best),
        lowest: reported(worst),
      }
    }),
    pairwise: pairwise ? levels.map((_, g) => Array.from(above.subarray(g * G, (g + 1) * G), (sum) => sum / S)) : null,
  }
}

/** Adds 1 for every pair whose first is the higher, one half where they are equal. */
function addPairs(b: Float64Array, above: Float64Array): void {
  const G = b.length
  for (let g = 0, at = 0; g < G; g++) {
    for (let h = 0; h < G; h++, at++) above[at] += b[g] > b[h] ? 1 : b[g] === b[h] ? 0.5 : 0
  }
}
