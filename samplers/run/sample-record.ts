import { nodesOf } from '../../src/likelihood/frame/integration-rule.js'
import type { Model } from '../../src/data/model.js'
import type { PosteriorRecord } from '../../src/draws/answers/posterior-record.js'
import { priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { version } from '../../src/version.js'
import type { ChainSettings } from './plan-chains.js'
import type { Sample } from './sample.js'

/** The record of a sample: schema glmm/posterior@1. */
export function sampleRecord(
  model: Model,
  settings: ChainSettings,
  sample: Sample,
  call: PosteriorRecord['call'],
): PosteriorRecord {
  const { summary, diagnostics, warmupSeconds, sampleSeconds, outer } = sample
  const smallest = (ess: readonly number[]): number => Math.min(...ess.filter((size) => !Number.isNaN(size)))
  const ess = summary.map(({ essBulk }) => essBulk)
  return {
    schema: 'glmm/posterior@1',
    version,
    call,
    warnings: [...model.warnings, ...sample.warnings, ...diagnostics.warnings],
    formula: model.formula,
    family: model.family,
    link: model.link,
    priors: priorsInForce(model, settings.priors).text,
    sampler: settings.sampler,
    nodes: nodesOf(sample.run.plan.rule),
    chains: sample.run.kept.length,
    warmup: settings.warmup,
    draws: sample.draws.ndraws,
    seed: settings.seed,
    nobs: model.nobs,
    dropped: model.dropped,
    summary,
    diagnostics,
    timing: {
      warmupSeconds,
      sampleSeconds,
      minEssPerSecond: { outer: smallest(ess.slice(0, outer)) / sampleSeconds, all: smallest(ess) / sampleSeconds },
    },
  }
}
