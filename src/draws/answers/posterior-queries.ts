import type { Model } from '../../data/model.js'
import type { Warning } from '../../errors.js'
import { state } from '../../likelihood/frame/stated.js'
import { drawNames } from '../../likelihood/posterior.js'
import type { Sampled } from '../drawn-model.js'
import { parseExpression } from './expression.js'
import { type HypothesisRecord, hypothesis } from './hypothesis.js'
import { fromPosterior, loo } from './loo.js'
import { checkClusters, looClusters } from './loo-clusters.js'
import type { LooRecord, WaicRecord } from './loo-record.js'
import { checkPredictive, type PredictiveOptions, predictiveCheck } from './predictive-check.js'
import type { PredictiveRecord } from './predictive-record.js'
import { rankedTerms, type RanksRecord, ranks } from './ranks.js'
import { waic } from './waic.js'

/** What may be asked of a posterior once its draws are there. */
export interface PosteriorQueries {
  readonly loo?: true | undefined
  readonly waic?: true | undefined
  /** True for the only or the outermost grouping factor, or the name of one. */
  readonly looClusters?: true | string | undefined
  readonly hypotheses?: readonly string[] | undefined
  /** Grouping factors. */
  readonly ranks?: readonly string[] | undefined
  readonly pairwise?: boolean | undefined
  readonly predictive?: PredictiveOptions | undefined
}

/** The answers, each there where it was asked for. */
export interface PosteriorAnswers {
  readonly loo?: LooRecord
  readonly looClusters?: LooRecord
  readonly waic?: WaicRecord
  readonly hypotheses?: readonly HypothesisRecord[]
  readonly ranks?: readonly RanksRecord[]
  readonly predictive?: PredictiveRecord
}

const groupOf = (clusters: true | string): string | undefined => (clusters === true ? undefined : clusters)

/** Refuses, before hours of sampling, what could not be answered after them. */
export function checkQueries(model: Model, queries: PosteriorQueries, priorOnly: boolean): void {
  const { hypotheses, looClusters: clusters, predictive } = queries
  if (queries.loo || queries.waic || clusters) {
    fromPosterior({ priorOnly }, 'cross-validation and WAIC')
  }
  if (clusters) checkClusters(model, groupOf(clusters))
  for (const group of queries.ranks ?? []) rankedTerms(model, group, queries.pairwise)
  if (predictive) checkPredictive(model, predictive)
  if (!hypotheses) return
  const names = drawNames(state(model))
  for (const text of hypotheses) parseExpression(text, names)
}

/** All answers, and the warnings among them. */
export function answerQueries(
  posterior: Sampled,
  queries: PosteriorQueries,
): { readonly answers: PosteriorAnswers; readonly warnings: readonly Warning[] } {
  const { looClusters: clusters, hypotheses, predictive } = queries
  const answers: PosteriorAnswers = {
    ...(queries.loo && { loo: loo(posterior) }),
    ...(clusters && { looClusters: looClusters(posterior, { group: groupOf(clusters) }) }),
    ...(queries.waic && { waic: waic(posterior) }),
    ...(hypotheses && { hypotheses: hypotheses.map((text) => hypothesis(posterior, text)) }),
    ...(queries.ranks && {
      ranks: queries.ranks.flatMap((group) => ranks(posterior, group, { pairwise: queries.pairwise })),
    }),
    ...(predictive && { predictive: predictiveCheck(posterior, predictive) }),
  }
  const warned = [answers.loo, answers.looClusters, answers.waic, answers.predictive]
  return { answers, warnings: warned.flatMap((answer) => answer?.warnings ?? []) }
}
