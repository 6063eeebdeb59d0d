import { adaptive } from '../../src/likelihood/frame/integration-rule.js'
import type { Model } from '../../src/data/model.js'
import type { PosteriorRecord } from '../../src/draws/answers/posterior-record.js'
import { GlmmError, type Warning } from '../../src/errors.js'
import { priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { version } from '../../src/version.js'
import type { ChainSettings } from '../run/plan-chains.js'
import { type IntegratedPosterior, integratePosterior, settledChange } from './quadrature.js'
import type { Sample } from '../run/sample.js'

/** The posterior by quadrature, as the record of a sample without draws: what is Monte Carlo's does not exist there. */
export function integratedPosterior(
  model: Model,
  settings: ChainSettings,
  call: PosteriorRecord['call'],
): { readonly record: PosteriorRecord; readonly sample: Sample } {
  if (settings.priorOnly) {
    const hint = 'use the sampler nuts with --prior-only'
    throw new GlmmError('USAGE', 'expected a posterior for the sampler quadrature, got the prior alone', hint)
  }
  const began = performance.now()
  const found = integratePosterior(model, settings.priors)
  const sampleSeconds = (performance.now() - began) / 1000
  const { summary, outer, logMarginalLikelihood, whole, ...grid } = found
  const { settled } = grid
  const warnings: Warning[] = settled ? [] : [{ code: 'QUADRATURE', message: unsettled(found) }]
  const diagnostics = {
    divergences: 0,
    maxTreedepthHits: 0,
    ebfmi: [],
    stepSize: [],
    acceptRate: [],
    warnings,
  }
  const none = new Float64Array(0)
  const rule = adaptive(grid.nodes)
  const plan = { ...settings, model, rule, bend: null, settled, centring: none, center: none, factor: none }
  const sample: Sample = {
    model,
    draws: { names: summary.map(({ name }) => name), ndraws: 0, values: [] },
    priorOnly: false,
    statistics: [],
    summary,
    diagnostics,
    warmupSeconds: 0,
    sampleSeconds,
    outer,
    run: { plan, chains: 0, kept: [], points: [] },
    warnings: [],
    interruption: null,
  }
  const record: PosteriorRecord = {
    schema: 'glmm/posterior@1',
    version,
    call,
    warnings: [...model.warnings, ...warnings],
    formula: model.formula,
    family: model.family,
    link: model.link,
    priors: priorsInForce(model, settings.priors).text,
    sampler: settings.sampler,
    chains: 0,
    warmup: 0,
    draws: 0,
    seed: settings.seed,
    nobs: model.nobs,
    dropped: model.dropped,
    summary,
    diagnostics,
    logMarginalLikelihood,
    quadrature: grid,
    timing: {
      warmupSeconds: 0,
      sampleSeconds,
      minEssPerSecond: { outer: Number.NaN, all: Number.NaN },
    },
  }
  return { record, sample }
}

/** What keeps a posterior from counting as exact. */
function unsettled({ whole, change, nodes, grid }: IntegratedPosterior): string {
  const instead = 'compare with the sampler marginal or nuts'
  if (!whole) return `the grid of ${grid.join(' x ')} nodes was cut short, it has too many points; ${instead}`
  if (change <= settledChange) {
    return `the integral over the random effects has not settled with ${nodes} nodes; ${instead}`
  }
  const moved = `${change.toPrecision(2)} standard deviations (limit ${settledChange})`
  return `the grid is not fine enough: half of its points, or one node less, moves a figure by ${moved}; ${instead}`
}
