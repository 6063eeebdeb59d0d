import type { WriteBlock } from '../../src/draws/block-files.js'
import { type ChainSpace, chainWriter } from '../../src/draws/chain-space.js'
import { GlmmError } from '../../src/errors.js'
import type { Monitor, Task } from '../../src/executor.js'
import { priorsInForce } from '../../src/likelihood/coordinates/priors-in-force.js'
import { withoutEffects } from '../../src/likelihood/frame/coordinates.js'
import { likelihood } from '../../src/likelihood/likelihood.js'
import { stream } from '../../src/random/stream.js'
import { warmUp } from '../adaptation/warmup.js'
import { type Kernel, type State, type Tuning, walkFrom } from '../kernels/kernel.js'
import { diagonalMetric, lowRankMetric } from '../kernels/metric.js'
import { samplerNamed } from '../kernels/registry.js'
import { type Whitening, whitened, whitening } from '../place/whitening.js'
import { type ChainJob, type ChainPlan, type ChainPoint, progressCounters } from './chain-plan.js'

/** What a chain returns. */
export interface ChainResult {
  /** Where its draws are: the job's own, unless it ran where that memory does not reach. */
  readonly space: ChainSpace
  /** Points it passed, the last being the last draw it made: at most `pointsKept` and that one. */
  readonly points: readonly ChainPoint[]
}

/** How often (in iterations) a chain reports. */
const reportEvery = 20
/** A chain that is cut back to as many draws as others made goes on from a point at most this share of a run behind. */
const pointsKept = 20

/**
 * Runs one chain: start and warm-up, or the point it goes on from; draws, into its space. A pure function of its
 * arguments but for the seconds it reports; `write` takes blocks of draws for a file, where its space has one. Stopped among its draws it returns what it has; before, it is ABORTED.
 */
export function runChain(
  plan: ChainPlan,
  { chain, space, from }: ChainJob,
  monitor: Monitor,
  write: WriteBlock | null = null,
): ChainResult {
  const like = likelihood(plan.model)
  const context = {
    likelihood: like,
    priors: priorsInForce(like.stated, plan.priors),
    centring: plan.centring,
    rows: !plan.priorOnly,
    rule: plan.rule,
    mapTerms: plan.mapTerms,
    maxDepth: plan.maxDepth,
  }
  const sampler = samplerNamed(plan.sampler)
  const target = sampler.posterior(context)
  const { coordinates } = like
  const at = sampler.walks === 'outer' ? withoutEffects(coordinates) : coordinates
  const change = whitening(at, plan.center, plan.factor)
  const posterior = sampler.ownModel ? target : whitened(target, change)
  const kernel = sampler.kernel(posterior, context)
  const d = posterior.dimension
  const { statistics, draws, tuning: reported } = space
  const rng = stream({ seed: plan.seed, chain, purpose: 'chain' })
  const effects = stream({ seed: plan.seed, chain, purpose: 'effects' })

  let divergences = 0
  const report = (iteration: number, divergent: boolean): void => {
    if (divergent) divergences++
    if ((iteration + 1) % reportEvery !== 0) return
    monitor.set(progressCounters.iterations, iteration + 1)
    monitor.set(progressCounters.divergences, divergences)
  }
  const began = performance.now()
  const walk = walkFrom(kernel, from ?? start(kernel, sampler.ownModel ? change : null, d, plan.seed, chain))
  let tuning: Tuning
  if (from) {
    const { variance, stretch, directions } = from.metric
    tuning = { metric: lowRankMetric(variance, stretch, directions), stepSize: from.stepSize }
    rng.restore(from.stream)
    effects.restore(from.effects)
  } else {
    const metric = diagonalMetric(new Float64Array(d).fill(1))
    tuning = warmUp(walk, posterior, metric, rng, plan, (iteration) => {
      if (monitor.aborted()) throw new GlmmError('ABORTED', 'the run was stopped', 'start it again to sample')
      report(iteration, false)
    })
  }
  const warm = performance.now()
  reported[0] = tuning.stepSize
  reported[1] = (warm - began) / 1000

  const writer = chainWriter(space, write)
  const points: ChainPoint[] = []
  const { variance, stretch, directions } = tuning.metric
  const metric = { variance, stretch, directions }
  const keepPoint = (made: number): void => {
    const { x, gradient, logDensity } = walk.state()
    points.push({
      draws: made,
      x: x.slice(),
      gradient: gradient.slice(),
      logDensity,
      stream: rng.state(),
      effects: effects.state(),
      stepSize: tuning.stepSize,
      metric,
    })
  }
  const every = Math.ceil(draws / pointsKept)
  const first = from?.draws ?? 0
  let made = first
  while (made < draws && !monitor.aborted()) {
    if (made % every === 0) keepPoint(made)
    const info = walk.step(tuning, rng)
    const { x, logDensity } = walk.state()
    posterior.write(x, space.values, writer.at(made), effects)
    const reported = [
      logDensity,
      info.acceptRate,
      info.treeDepth,
      info.leapfrogs,
      info.divergent ? 1 : 0,
      info.energy,
      info.cut ? 1 : 0,
    ]
    for (let k = 0; k < reported.length; k++) statistics[k * draws + made] = reported[k]
    space.tuning[2] = (performance.now() - warm) / 1000
    writer.take(made)
    report(plan.warmup + made, info.divergent)
    made++
  }
  keepPoint(made)
  monitor.set(progressCounters.iterations, plan.warmup + made)
  monitor.set(progressCounters.divergences, divergences)
  return { space, points }
}

/** Starting points are scattered this many times wider than the plan's guess of the posterior, so that R-hat can see. */
const overdispersion = 2
const attempts = 100

/** A starting point where the density is positive: scattered in whitened coordinates, and returned in x where asked. */
function start(kernel: Kernel, inX: Whitening | null, d: number, seed: number, chain: number): State {
  const rng = stream({ seed, chain, purpose: 'start' })
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

/** The chain as a named task, for any executor; `write` takes blocks of draws for a file. */
export const chainTask = (write: WriteBlock | null): Task<ChainPlan, ChainJob, ChainResult> => ({
  name: 'chain',
  counters: 2,
  execute: (plan, job, monitor) => runChain(plan, job, monitor, write),
})
