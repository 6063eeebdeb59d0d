import type { ChainStatistics } from '../src/draws/chain-statistics.js'
import { GlmmError } from '../src/errors.js'
import type { Monitor, Task } from '../src/executor.js'
import { likelihood } from '../src/likelihood/likelihood.js'
import { priorsInForce } from '../src/likelihood/priors-in-force.js'
import { cholesky } from '../src/numerics/cholesky.js'
import { type Rng, stream } from '../src/random/stream.js'
import { type ChainJob, type ChainPlan, progressCounters } from './chain-plan.js'
import { emptyInfo, type Kernel, type State } from './kernel.js'
import { denseMetric, diagonalMetric } from './metric.js'
import { samplerNamed } from './registry.js'
import { warmUp } from './warmup.js'

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
    maxDepth: plan.maxDepth,
  }
  const sampler = samplerNamed(plan.sampler)
  const posterior = sampler.posterior(context)
  const kernel = sampler.kernel(posterior, context)
  const d = posterior.dimension
  const dense = plan.spread.length === d * d && d > 1
  const state = start(kernel, plan, dense, stream({ seed: plan.seed, chain, purpose: 'start' }))
  const metric =
    (dense ? denseMetric(plan.spread, d) : null) ?? diagonalMetric(dense ? diagonal(plan.spread, d) : plan.spread)
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

/** A starting point where the density is positive. */
function start(kernel: Kernel, plan: ChainPlan, dense: boolean, rng: Rng): State {
  const d = plan.center.length
  const root = plan.spread.slice()
  const factored = dense && cholesky(root, d)
  const z = new Float64Array(d)
  const x = new Float64Array(d)
  for (let attempt = 0; attempt < attempts; attempt++) {
    // After half of the attempts failed, draw the points in toward the centre.
    const width = attempt < attempts / 2 ? overdispersion : (overdispersion * (attempts - attempt)) / attempts
    for (let j = 0; j < d; j++) z[j] = width * rng.normal()
    for (let i = 0; i < d; i++) {
      let shift = dense ? 0 : Math.sqrt(plan.spread[i]) * z[i]
      if (dense && !factored) shift = Math.sqrt(Math.abs(plan.spread[i * d + i])) * z[i]
      else if (dense) for (let j = 0; j <= i; j++) shift += root[i * d + j] * z[j]
      x[i] = plan.center[i] + shift
    }
    const state = kernel.init(x)
    if (state.logDensity > Number.NEGATIVE_INFINITY) return state
  }
  throw new GlmmError(
    'NO_CONVERGENCE',
    `expected a starting point of positive posterior density, got none in ${attempts} attempts`,
    'check that the priors allow the data; `glmm fit` shows where the likelihood is largest',
  )
}

const diagonal = (matrix: Float64Array, d: number): Float64Array =>
  Float64Array.from({ length: d }, (_, j) => matrix[j * d + j])

/** The chain as a named task, for any executor. */
export const chainTask: Task<ChainPlan, ChainJob, ChainResult> = { name: 'chain', counters: 2, execute: runChain }
