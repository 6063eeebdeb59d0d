import { planChains } from '../../../samplers/run/plan-chains.js'
import { samplers } from '../../../samplers/kernels/registry.js'
import { runChain } from '../../../samplers/run/run-chain.js'
import { resolveSettings, type ResolvedSettings } from '../../../samplers/run/sample-options.js'
import type { Model } from '../../data/model.js'
import { chainSpace, spaceStatistics } from '../../draws/chain-space.js'
import { drawnCoordinates } from '../../draws/drawn-coordinates.js'
import type { Draws } from '../../draws/draws.js'
import { summarise } from '../../draws/diagnostics/summarise.js'
import { type Stated, state } from '../../likelihood/frame/stated.js'
import { drawNames } from '../../likelihood/posterior.js'
import { estimatesAt, type ParameterTable, parameterNames } from './parameters.js'
import type { MethodSample, SampleLimits } from '../spec/study-spec.js'

/** How a method samples, resolved; plain data. */
export interface SampleMethod {
  readonly settings: Omit<ResolvedSettings, 'seed'>
  readonly limits: Required<SampleLimits>
}

/**
 * Draws that pass are good enough for the mean and limits of one replicate among many: their Monte Carlo error adds a
 * hundredth to the variance of an estimate. The limits for an answer that stands alone are narrower (see `diagnosticLimits`), and chance
 * alone would take one short chain in ten beyond an R-hat of 1.01.
 */
const usual: SampleMethod['limits'] = { rhat: 1.05, ess: 100, divergences: 0.02 }

/** The settings in force, tried on the model of the data; USAGE or PRIOR where they do not do for it. */
export function sampleMethod({ limits, ...given }: MethodSample, model: Model): SampleMethod {
  const settings = resolveSettings({ sampler: samplers[0].name, chains: 1, warmup: 200, draws: 500, ...given })
  const { chains: _, ...shared } = settings
  planChains(model, shared)
  const { seed: __, ...kept } = settings
  return { settings: kept, limits: { ...usual, ...limits } }
}

/** What a posterior says of the parameters, in the order of `parameterNames`, and how well it was sampled. */
export interface PosteriorEstimates extends ParameterTable {
  readonly median: Float64Array
  /** The largest R-hat, the smallest effective sample size (of bulk and tails), divergent draws as a share of all. */
  readonly rhat: number
  readonly ess: number
  readonly divergences: number
  /** What is beyond the limits, in words; null where nothing is. */
  readonly fault: string | null
}

const noMonitor = { set: () => {}, aborted: () => false }

/** Posterior means, standard deviations, medians and central 95 % intervals, by chains one after the other in this thread. */
export function posteriorEstimates(
  model: Model,
  { settings: { chains, ...shared }, limits }: SampleMethod,
  seed: number,
): PosteriorEstimates {
  const plan = planChains(model, { ...shared, seed })
  const stated = state(model)
  const names = drawNames(stated)
  const spaces = Array.from({ length: chains }, (_, c) => {
    const space = chainSpace(shared.draws, names.length, null)
    return runChain(plan, { chain: c + 1, space, from: null }, noMonitor).space
  })
  const reported = parameterDraws(stated, { names, ndraws: shared.draws, values: spaces.map(({ values }) => values) })
  const summary = summarise(reported)
  const column = (key: 'mean' | 'sd' | 'q2_5' | 'q50' | 'q97_5'): Float64Array =>
    Float64Array.from(summary, (one) => one[key])
  // A parameter that is a constant by the model's structure has no diagnostics; a chain that stands still has none at all.
  const varying = summary.filter((one) => !Number.isNaN(one.rhat))
  const none = varying.length === 0
  const rhat = none ? Number.NaN : Math.max(...varying.map((one) => one.rhat))
  const ess = none ? Number.NaN : Math.min(...varying.map((one) => Math.min(one.essBulk, one.essTail)))
  let divergent = 0
  for (const space of spaces) for (const flag of spaceStatistics(space, shared.draws).divergent) divergent += flag
  const divergences = divergent / (chains * shared.draws)
  return {
    estimate: column('mean'),
    se: column('sd'),
    lower: column('q2_5'),
    upper: column('q97_5'),
    median: column('q50'),
    rhat,
    ess,
    divergences,
    fault: faultOf({ rhat, ess, divergences }, limits),
  }
}

/** The same draws as draws of the parameters a fit has, by their names. */
function parameterDraws(stated: Stated, draws: Draws): Draws {
  const names = parameterNames(stated)
  const read = drawnCoordinates(stated, draws)
  const values = draws.values.map(() => new Float64Array(draws.ndraws * names.length))
  for (let s = 0; s < read.count; s++) {
    const chain = Math.floor(s / draws.ndraws)
    values[chain].set(estimatesAt(stated, read.parameters(s)), (s % draws.ndraws) * names.length)
  }
  return { names, ndraws: draws.ndraws, values }
}

type Evidence = Pick<PosteriorEstimates, 'rhat' | 'ess' | 'divergences'>

function faultOf({ rhat, ess, divergences }: Evidence, limits: Required<SampleLimits>): string | null {
  if (!(rhat <= limits.rhat)) return `expected an R-hat of at most ${limits.rhat}, got ${rhat.toFixed(3)}`
  if (!(ess >= limits.ess)) return `expected ${limits.ess} effective draws or more, got ${ess.toFixed(0)}`
  if (divergences <= limits.divergences) return null
  return `expected a share of at most ${limits.divergences} divergent draws, got ${divergences.toFixed(3)}`
}
