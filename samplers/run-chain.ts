import type { ChainStatistics } from '../src/draws/chain-statistics.js'
import { GlmmError } from '../src/errors.js'
import type { Monitor, Task } from '../src/executor.js'
import { likelihood } from '../src/likelihood/likelihood.js'
import { priorsInForce } from '../src/likelihood/priors-in-force.js'
import { type Rng, stream } from '../src/random/stream.js'
import { type ChainJob, type ChainPlan, progressCounters } from './chain-plan.js'
import { emptyInfo, type Kernel, type State } from './kernel.js'
import { diagonalMetric } from './metric.js'
import { samplerNamed } from './registry.js'
import { warmUp } from './warmup.js'
import { type Whitening, whitened, whitening } from './whitening.js'

/** One finished chain. */
export interface ChainResult {
  /** Named quantities, draw after draw. */
  readonly values: Float64Array
  readonly statistics: ChainStatistics
  readonly warmupSeconds: number
  readonly sampleSeconds: number
}

/** How often (in iterations) a chain reports and asks whether it should stop. */
const reportEvery = 20

/** Runs one chain: start, warm-up, draws. A pure function of its arguments but for the seconds it reports. */
export function runChain(plan: ChainPlan, { chain }: ChainJob, monitor: Monitor): ChainResult {
  const like = likelihood(plan.model)
  const context = {
    likelihood: like,
    priors: priorsInForce(plan.model, plan.priors),
    centring: plan.centring,
    rows: !plan.priorOnly,
    nodes: plan.nodes,
    maxDepth: plan.maxDepth,
  }
  const sampler = samplerNamed(plan.sampler)
  const target = sampler.posterior(context)
  const { coordinates } = like
  const at = sampler.walks === 'outer' ? { ...coordinates, terms: [], effects: 0 } : coordinates
  const change = whitening(at, plan.center, plan.factor)
  const posterior = sampler.whitened ? whitened(target, change) : target
  const kernel = sampler.kernel(posterior, context)
  const d = posterior.dimension
  const state = start(kernel, sampler.whitened ? null : change, d, stream({ seed: plan.seed, chain, purpose: 'start' }))
  const metric = diagonalMetric(new Float64Array(d).fill(1))
  const rng = stream({ seed: plan.seed, chain, purpose: 'chain' })
  const effects = stream({ seed: plan.seed, chain, purpose: 'effects' })

  let divergences = 0
  const report = (iteration: number, divergent: boolean): void => {
    if (divergent) divergences++
    if ((iteration + 1) % reportEvery !== 0) return
    monitor.set(progressCounters.iterations, iteration + 1)
    monitor.set(progressCounters.divergences, divergences)
    if (monitor.aborted()) throw new GlmmError('ABORTED', 'the run was stopped', 'start it again to sample')
  }
  const began = performance.now()
  const tuning = warmUp(kernel, posterior, state, metric, rng, plan, (iteration) => report(iteration, false))
  const warm = performance.now()

  const { draws } = plan
  const width = posterior.names.length
  const values = new Float64Array(draws * width)
  const column = (): Float64Array => new Float64Array(draws)
  const statistics: ChainStatistics = {
    logDensity: column(),
    acceptRate: column(),
    stepSize: tuning.stepSize,
    treeDepth: column(),
    leapfrogs: column(),
    divergent: column(),
    energy: column(),
    cut: column(),
  }
  const info = emptyInfo()
  for (let draw = 0; draw < draws; draw++) {
    kernel.step(state, tuning.metric, tuning.stepSize, rng, info)
    posterior.write(state.x, values, draw * width, effects)
    statistics.logDensity[draw] = state.logDensity
    statistics.acceptRate[draw] = info.acceptRate
    statistics.treeDepth[draw] = info.treeDepth
    statistics.leapfrogs[draw] = info.leapfrogs
    statistics.divergent[draw] = info.divergent ? 1 : 0
    statistics.energy[draw] = info.energy
    statistics.cut[draw] = info.cut ? 1 : 0
    report(plan.warmup + draw, info.divergent)
  }
  monitor.set(progressCounters.iterations, plan.warmup + draws)
  monitor.set(progressCounters.divergences, divergences)
  const ended = performance.now()
  return { values, statistics, warmupSeconds: (warm - began) / 1000, sampleSeconds: (ended - warm) / 1000 }
}

/** Starting points are scattered this many times wider than the plan's guess of the posterior, so that R-hat can see. */
const overdispersion = 2
const attempts = 100

/** A starting point where the density is positive: scattered in whitened coordinates, and told in x where asked. */
function start(kernel: Kernel, inX: Whitening | null, d: number, rng: Rng): State {
  const y = new Float64Array(d)
  const x = new Float64Array(d)
  for (let attempt = 0; attempt < attempts; attempt++) {
    // After half of the attempts failed, draw the points in toward the centre.
    const width = attempt < attempts / 2 ? overdispersion : (overdispersion * (attempts - attempt)) / attempts
    for (let j = 0; j < d; j++) y[j] = width * rng.normal()
    inX?.toX(y, x)
    const state = kernel.init(inX ? x : y)
    if (state.logDensity > Number.NEGATIVE_INFINITY) return state
  }
  throw new GlmmError(
    'NO_CONVERGENCE',
    `expected a starting point of positive posterior density, got none in ${attempts} attempts`,
    'check that the priors allow the data; `glmm fit` shows where the likelihood is largest',
  )
}

/** The chain as a named task, for any executor. */
export const chainTask: Task<ChainPlan, ChainJob, ChainResult> = { name: 'chain', counters: 2, execute: runChain }
