import { planChains } from '../../../samplers/run/plan-chains.js'
import { integratePosterior, quadratureRefusal } from '../../../samplers/quadrature/quadrature.js'
import { samplerNamed, samplers } from '../../../samplers/kernels/registry.js'
import { runChain } from '../../../samplers/run/run-chain.js'
import { resolveSettings } from '../../../samplers/run/sample-options.js'
import type { Model } from '../../data/model.js'
import { chainSpace } from '../../draws/chain-space.js'
import { chainsOf, type Draws } from '../../draws/draws.js'
import { pooled } from '../../draws/diagnostics/sorted-draws.js'
import { quantile } from '../../numerics/quantile.js'
import { GlmmError } from '../../errors.js'
import { state } from '../../likelihood/frame/stated.js'
import { likelihood } from '../../likelihood/likelihood.js'
import { drawNames } from '../../likelihood/posterior.js'

/** How a study's posteriors are found. */
export interface PosteriorSettings {
  /** A sampler, or `quadrature`. */
  readonly sampler: string
  readonly chains: number
  readonly warmup: number
  readonly draws: number
}

/** Posterior of the outer parameters, by name in the order of the draws. */
export interface PosteriorTable {
  readonly mean: Float64Array
  readonly sd: Float64Array
  readonly lower: Float64Array
  readonly upper: Float64Array
}

export const integration = 'quadrature'

const noMonitor = { set: () => {}, aborted: () => false }

/** Draws of all chains, run one after the other in this thread. */
export function posteriorDraws(model: Model, priors: readonly string[], given: PosteriorSettings, seed: number): Draws {
  const { chains, ...settings } = resolveSettings({ ...given, priors, seed })
  const plan = planChains(model, settings)
  const names = drawNames(state(model))
  const values = Array.from({ length: chains }, (_, c) => {
    const job = { chain: c + 1, space: chainSpace(settings.draws, names.length, null), from: null }
    return runChain(plan, job, noMonitor).space.values
  })
  return { names, ndraws: settings.draws, values }
}

/** The sampler for draws: the one that is named, else the first without effects to walk that can do the model. */
export function samplerFor(model: Model, priors: readonly string[], wanted: string | undefined): string {
  if (wanted !== undefined && wanted !== integration) return samplerNamed(wanted).name
  const outer = samplers.find(({ walks }) => walks === 'outer')
  try {
    if (outer) {
      const { chains: _, ...settings } = resolveSettings({ sampler: outer.name, priors })
      planChains(model, settings)
      return outer.name
    }
  } catch (thrown) {
    if (!(thrown instanceof GlmmError) || thrown.code !== 'USAGE') throw thrown
  }
  return samplers[0].name
}

/** Refuses a model that quadrature cannot do, where that is asked for. */
export function checkPosterior(model: Model, sampler: string): void {
  if (sampler !== integration) return
  const refused = quadratureRefusal(likelihood(model))
  if (refused) throw new GlmmError('USAGE', refused.message, refused.hint)
}

/** Means, standard deviations and 95 % limits of the outer parameters. */
export function posteriorTable(
  model: Model,
  priors: readonly string[],
  settings: PosteriorSettings,
  seed: number,
): PosteriorTable {
  if (settings.sampler !== integration) return tableOf(posteriorDraws(model, priors, settings, seed), model)
  const { summary, outer } = integratePosterior(model, priors)
  const column = (key: 'mean' | 'sd' | 'q2_5' | 'q97_5'): Float64Array =>
    Float64Array.from(summary.slice(0, outer), (one) => one[key])
  return { mean: column('mean'), sd: column('sd'), lower: column('q2_5'), upper: column('q97_5') }
}

export function tableOf(draws: Draws, model: Model): PosteriorTable {
  const { outer } = state(model).coordinates
  const columns = Array.from({ length: outer }, (_, j) => pooled(chainsOf(draws, j)))
  const mean = Float64Array.from(columns, (values) => values.reduce((a, b) => a + b, 0) / values.length)
  const sd = Float64Array.from(columns, (values, j) =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - mean[j]) ** 2, 0) / (values.length - 1)),
  )
  const ascending = columns.map((values) => values.sort())
  return {
    mean,
    sd,
    lower: Float64Array.from(ascending, (values) => quantile(values, 0.025)),
    upper: Float64Array.from(ascending, (values) => quantile(values, 0.975)),
  }
}
